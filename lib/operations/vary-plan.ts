import { invalidOption } from '../core/options.js';
import { checkedSize, pathOf } from '../keys/escape.js';
import type { Placeholder } from '../keys/placeholder.js';
import { valueShape } from '../keys/shape.js';
import type { Nameable } from './binder.js';
import { headersSource } from './context-sources.js';
import type { MethodInput } from './method-inputs.js';
import type { KeyPlan } from './operation.js';

/** What stands for every request header: RFC 9110, section 12.5.5. */
const ANYTHING = '*';

/**
 * What the option `vary` means. A put cannot know which other requests its result would answer.
 *
 * @throws CacheError `OPTION_INVALID`
 */
export function variedBy(kind: 'cacheable' | 'put', names: readonly string[], where: string): string[] {
  if (kind === 'put' && names.length > 0) {
    throw invalidOption('vary', where, names, 'left out: an update is the same for every request header');
  }
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}

/** A key with the option `vary`: one more segment, for the headers that it names. */
export function withVary(
  plan: KeyPlan,
  { vary, where, inputs }: Pick<Nameable, 'where' | 'inputs'> & { readonly vary: readonly string[] },
): KeyPlan {
  if (vary.length === 0) return plan;
  const source = headersSource(vary);
  const isVaried = (input: MethodInput): boolean => headersOfInput(input, []).some((name) => vary.includes(name));
  const varied = inputs.filter(isVaried).map(({ index }) => index);
  return {
    ...plan,
    vary: [...new Set([...plan.vary, ...vary])].sort(),
    coverage: { ...plan.coverage, whole: new Set([...plan.coverage.whole, ...varied]) },
    shape: { ...plan.shape, segments: [...plan.shape.segments, valueShape('vary', 'object')] },
    pathOf: (scope) => checkedSize(`${plan.pathOf(scope)}:${pathOf([source(scope)], where)}`, where),
  };
}

/** The request headers that placeholders name, as `<<@headers.x>>`, or by a parameter that is `@Headers('x')`. */
export function namedHeaders(
  placeholders: readonly Placeholder[],
  { inputs, ignored }: { readonly inputs: readonly MethodInput[]; readonly ignored: ReadonlySet<number> },
): string[] {
  return [...new Set(placeholders.flatMap((each) => headersOf(each, inputs, ignored)))].sort();
}

/** The request headers that parameters read. */
export function readHeaders(inputs: readonly MethodInput[]): string[] {
  return [...new Set(inputs.flatMap((input) => headersOfInput(input, [])))].sort();
}

function headersOf(
  { root, name, path }: Placeholder,
  inputs: readonly MethodInput[],
  ignored: ReadonlySet<number>,
): string[] {
  if (root === 'context' && name === 'headers') return [path.join('.').toLowerCase()];
  if (root === 'context') return name === 'cookies' ? ['cookie'] : [];
  const input = inputs.find((each) => each.name === name || String(each.index) === name);
  if (input) return headersOfInput(input, path);
  return name === 'args' ? readHeaders(inputs.filter(({ index }) => !ignored.has(index))) : [];
}

function headersOfInput({ kind, isWhole, name }: MethodInput, path: readonly string[]): string[] {
  if (kind === 'cookies') return ['cookie'];
  if (kind !== 'headers') return [];
  return [(isWhole ? path[0] : name)?.toLowerCase() ?? ANYTHING];
}
