import { CacheError } from '../core/errors.js';
import { isCatalogKey, patternOfCatalogKey } from '../keys/catalog.js';
import { pathOfFunctionResult } from '../keys/escape.js';
import type { Placeholder } from '../keys/placeholder.js';
import { UNFILLED, bindTemplate, resolvePattern } from '../keys/resolver.js';
import { shapeOf } from '../keys/shape.js';
import { parseTemplate } from '../keys/template.js';
import type { Nameable } from './binder.js';
import { sourceOf } from './binder.js';
import type { CallScope, CallSource } from './context-sources.js';
import type { AnyMethod, Pattern, PatternFunction } from './declaration.js';
import type { DeclaredPattern, ResolvedPattern } from './operation.js';
import type { Problems } from './problems.js';
import { kindOf } from './value-kinds.js';

/** What stands for several inputs of the reader, which are never the writer's. */
const HASHES = ['query', 'args'];

const UNFILLED_SOURCE: CallSource = () => UNFILLED;

/** The patterns that `@InvalidateCache` declared, without the partition. */
export interface PatternPlan {
  /** What they can be; undefined where a function says. */
  readonly declared: readonly DeclaredPattern[] | undefined;
  patternsOf(scope: CallScope): readonly ResolvedPattern[];
}

/** How they are made in each call. What is wrong with one is put among the problems. */
export function planPatterns(
  patterns: readonly Pattern[] | PatternFunction<AnyMethod>,
  nameable: Nameable & { readonly prefix: string | undefined },
  problems: Problems,
): PatternPlan {
  if (typeof patterns === 'function') {
    return {
      declared: undefined,
      patternsOf: ({ args, result, where }) =>
        patterns(result as never, ...args).map((key) =>
          isCatalogKey(key) ? patternOfCatalogKey(key, {}) : { pattern: pathOfFunctionResult(key, where) },
        ),
    };
  }
  const { prefix } = nameable;
  // The prefix of a class may be meant or not; dropping both is never too little.
  const prefixed = patterns.flatMap((each) =>
    prefix !== undefined && typeof each === 'string' ? `${prefix}:${each}` : [],
  );
  const planned = [...patterns, ...prefixed].flatMap(
    (each, index) =>
      problems.collect<readonly PlannedPattern[]>(() => [planPattern(each, nameable, index >= patterns.length)]) ?? [],
  );
  return {
    declared: planned.map(({ declared }) => declared),
    patternsOf: (scope) => planned.map(({ patternOf }) => patternOf(scope)),
  };
}

interface PlannedPattern {
  readonly declared: DeclaredPattern;
  readonly patternOf: (scope: CallScope) => ResolvedPattern;
}

function planPattern(pattern: Pattern, nameable: Nameable, isPrefixed: boolean): PlannedPattern {
  const text = isCatalogKey(pattern) ? pattern.template : pattern;
  const template = parseTemplate(text, { where: nameable.where, pattern: true });
  const bindings = isCatalogKey(pattern) ? pattern.bindings : undefined;
  const own = new Set(
    [...(bindings?.values() ?? [])].map((each) => (each.kind === 'placeholder' ? each.placeholder : 0)),
  );
  const source = (placeholder: Placeholder): CallSource =>
    bindings && !own.has(placeholder)
      ? writersSource(placeholder, text, nameable)
      : sourceOf(placeholder, text, nameable);
  const bound = bindTemplate<CallScope>(template, source, bindings);
  const shape = shapeOf(
    template,
    (each) => (source(each) === UNFILLED_SOURCE ? undefined : kindOf(each, nameable)),
    bindings,
  );
  return {
    declared: { text, shape, isPrefixed, isCatalogKey: bindings !== undefined },
    patternOf: (scope) => resolvePattern(bound, scope),
  };
}

/**
 * The key of a catalog belongs to its readers. A writer fills in what it has as an argument; the reader's user, query
 * and request are not the writer's, so these widen the pattern, and so does what the writer does not have.
 */
function writersSource(placeholder: Placeholder, text: string, nameable: Nameable): CallSource {
  const isArgument = nameable.inputs.some(({ name }) => name === placeholder.name);
  const isReaders = placeholder.root === 'context' || HASHES.includes(placeholder.name);
  if (isReaders || !isArgument) return UNFILLED_SOURCE;
  try {
    return sourceOf(placeholder, text, nameable);
  } catch (error) {
    if (CacheError.is(error, 'METHOD_NOT_CACHEABLE')) return UNFILLED_SOURCE;
    throw error;
  }
}
