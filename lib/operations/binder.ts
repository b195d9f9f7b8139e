import { CacheError } from '../core/errors.js';
import type { Placeholder } from '../keys/placeholder.js';
import { IS_NULL, MISSING, readOwnPath } from '../keys/resolver.js';
import type { CallSource, ContextFunction } from './context-sources.js';
import { CONTEXT_NAMES, contextSource, customSource } from './context-sources.js';
import { isHashed } from './input-kinds.js';
import type { MethodInput } from './method-inputs.js';

/** What the templates of a method may name. */
export interface Nameable {
  readonly where: string;
  readonly inputs: readonly MethodInput[];
  /** Positions of inputs that are left out of hashes on purpose. */
  readonly ignored: ReadonlySet<number>;
  readonly placeholders: ReadonlyMap<string, ContextFunction>;
  /** Whether there is a result to name: in an invalidation, and in tags. */
  readonly hasResult: boolean;
}

const USER_ID = 'user_id';

/**
 * Where the value of a placeholder comes from when the method is called.
 *
 * @throws CacheError `PLACEHOLDER_UNKNOWN` with what could be named instead.
 */
export function sourceOf(placeholder: Placeholder, template: string, nameable: Nameable): CallSource {
  const { name, path, text } = placeholder;
  const { where, inputs, placeholders } = nameable;
  const input = inputOf(name, inputs);
  if (text === USER_ID && inputs.some((each) => each.name === USER_ID)) throw ambiguous(USER_ID, nameable);
  if (placeholder.root === 'context') {
    if (isContextName(name, path)) return contextSource(text, name, path);
    throw new CacheError('PLACEHOLDER_UNKNOWN', { placeholder: text, template, where, available: contextTexts() });
  }
  if (placeholder.root === 'result' && nameable.hasResult) return resultSource(text, path);
  const custom = path.length === 0 ? placeholders.get(name) : undefined;
  if (custom && input) throw ambiguous(name, nameable);
  if (custom) return customSource(text, custom);
  if (input) return argumentSource(text, input, path);
  if (name === 'args' && path.length === 0) return argumentsSource(nameable);
  const queries = inputs.filter((each) => each.kind === 'query' && !nameable.ignored.has(each.index));
  if (name === 'query' && path.length === 0 && queries.length > 0) return selectionSource(queries);
  throw new CacheError('PLACEHOLDER_UNKNOWN', { placeholder: text, template, where, available: availableIn(nameable) });
}

/** The input that a placeholder names. */
export function inputOf(name: string, inputs: readonly MethodInput[]): MethodInput | undefined {
  return /^\d+$/.test(name) ? inputAt(inputs, Number(name)) : inputs.find((each) => each.name === name);
}

/** A position names one argument, also where a rest parameter takes it together with others. */
function inputAt(inputs: readonly MethodInput[], index: number): MethodInput | undefined {
  const input = inputs[index] ?? inputs.find(({ isRest }) => isRest);
  return input && { ...input, index, isRest: false };
}

/**
 * One value that stands for several inputs; the resolver hashes it. It has the shape of a query string taken apart, so
 * that `invalidate(list, { query: { page: 2 } })` names what a handler with `@Query('page')` cached.
 */
export function selectionSource(inputs: readonly MethodInput[]): CallSource {
  const [only] = inputs;
  if (only && inputs.length === 1 && only.isWhole) return ({ args }) => valueOf(only, args);
  return ({ args }) => Object.fromEntries(inputs.map((input) => [input.name ?? input.index, valueOf(input, args)]));
}

/** The value of an input in a call. */
export function valueOf({ index, isRest }: MethodInput, args: readonly unknown[]): unknown {
  return isRest ? args.slice(index) : args[index];
}

function argumentSource(text: string, input: MethodInput, path: readonly string[]): CallSource {
  if (path.length === 0) return ({ args }) => valueOf(input, args);
  return ({ args, where }) => {
    const value = readOwnPath(valueOf(input, args), path);
    if (value !== MISSING && value !== undefined && value !== null) return value;
    throw new CacheError('KEY_VALUE_MISSING', {
      placeholder: text,
      where,
      reason: value === null ? IS_NULL : 'the argument does not have it',
    });
  };
}

function argumentsSource({ inputs, ignored }: Nameable): CallSource {
  return ({ args }) => args.filter((_, index) => !ignored.has(index) && isHashed(inputs[index]?.kind));
}

function resultSource(text: string, path: readonly string[]): CallSource {
  return ({ result, where }) => {
    const value = path.length === 0 ? result : readOwnPath(result, path);
    if (value !== MISSING && value !== undefined && value !== null) return value;
    throw new CacheError('KEY_VALUE_MISSING', {
      placeholder: text,
      where,
      reason: value === null ? IS_NULL : 'the result does not have it',
    });
  };
}

function isContextName(name: string, path: readonly string[]): boolean {
  return CONTEXT_NAMES.includes(name) && (name === 'host' ? path.length === 0 : path.length > 0);
}

function contextTexts(): string[] {
  return CONTEXT_NAMES.map((name) => (name === 'host' ? '@host' : `@${name}.…`));
}

function ambiguous(name: string, { where }: Nameable): CacheError {
  return new CacheError('METHOD_NOT_CACHEABLE', {
    where,
    reason: `<<${name}>> could be its parameter "${name}" or the placeholder of that name`,
    remedy: 'Rename the parameter, or name it by its position: <<0>>.',
  });
}

function availableIn({ inputs, placeholders, hasResult }: Nameable): string[] {
  const names = inputs.flatMap((input) => input.name ?? []);
  const positions = inputs.map((_, index) => String(index));
  const hashes = inputs.some((input) => input.kind === 'query') ? ['args', 'query'] : ['args'];
  return [
    ...names,
    ...positions,
    ...hashes,
    ...placeholders.keys(),
    USER_ID,
    ...(hasResult ? ['result'] : []),
    ...contextTexts(),
  ];
}
