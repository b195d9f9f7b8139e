import { UnsupportedValue } from '../core/digest.js';
import { messageOf } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import { checkedSize, encodeSegment, LONGEST_PATH, LONGEST_SEGMENT, malformed } from './escape.js';
import { LONGEST_PATTERN, WILDCARD } from './glob.js';
import type { Placeholder } from './placeholder.js';
import type { Template, TemplateSegment } from './template.js';

/** Says that there is no value. A source may return it, or throw `KEY_VALUE_MISSING` with a better reason. */
export const MISSING: unique symbol = Symbol('nestash.missing');

/** Says that whoever invalidates cannot know the value, nor is meant to: it widens, whatever the default. */
export const UNFILLED: unique symbol = Symbol('nestash.unfilled');

/** Gets the value of a placeholder out of what belongs to one call. It may throw a `CacheError`. */
export type Source<S> = (scope: S) => unknown;

/** What `.with()` put in the place of a placeholder. */
export type Binding =
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder }
  | { readonly kind: 'value'; readonly value: unknown };

/** By the text of the placeholder. */
export type Bindings = ReadonlyMap<string, Binding>;

interface PlaceholderSegment<S> extends Extract<TemplateSegment, { kind: 'placeholder' }> {
  readonly source: Source<S>;
  /** Whether `.with()` gave it a value, which says nothing about the call. */
  readonly isGiven: boolean;
}

/** A template that knows where each of its values comes from. */
export interface BoundTemplate<S> {
  readonly template: Template;
  readonly segments: readonly (Exclude<TemplateSegment, { kind: 'placeholder' }> | PlaceholderSegment<S>)[];
}

/** What an invalidation means for one call. */
export interface ResolvedPattern {
  /** To be read by `parsePattern`. Empty for everything. */
  readonly pattern: string;
  /** Set where the pattern covers more than its template says, because a value is not to be had. */
  readonly widened?: { readonly placeholder: string; readonly reason: string };
}

/** Asks once for the source of every placeholder. What `bindings` has a value for is not asked for. */
export function bindTemplate<S>(
  template: Template,
  sourceOf: (placeholder: Placeholder) => Source<S>,
  bindings: Bindings = new Map(),
): BoundTemplate<S> {
  const segments = template.segments.map((segment) => {
    if (segment.kind !== 'placeholder') return segment;
    const binding = bindings.get(segment.placeholder.text);
    if (binding?.kind === 'value') return { ...segment, source: () => binding.value, isGiven: true };
    const placeholder = binding?.placeholder ?? segment.placeholder;
    return { ...segment, placeholder, source: sourceOf(placeholder), isGiven: false };
  });
  return { template, segments };
}

/** The placeholders whose values come from the call. */
export function askedPlaceholders<S>({ segments }: BoundTemplate<S>): Placeholder[] {
  return segments.flatMap((each) => (each.kind === 'placeholder' && !each.isGiven ? each.placeholder : []));
}

/**
 * The path that the template names for one call.
 *
 * @throws CacheError `KEY_VALUE_MISSING`, `KEY_VALUE_UNSUPPORTED`, `KEY_MALFORMED` if it becomes too long, and whatever
 * a source throws.
 */
export function resolvePath<S>(bound: BoundTemplate<S>, scope: S): string {
  const { text, where } = bound.template;
  let path = '';
  for (const segment of bound.segments) {
    if (segment.kind === 'wildcard') {
      throw malformed(text, 'has wildcards, so that it names no single entry', where);
    }
    const next = segment.kind === 'literal' ? segment.text : encoded(segment, scope, where);
    path = path === '' ? next : `${path}:${next}`;
  }
  return checkedSize(path, where);
}

/**
 * The pattern that the template names for one call. It never throws: a placeholder whose value is not to be had, for
 * whatever reason, cuts off its segment and all behind it, so that a write leaves nothing alive that it changed.
 */
export function resolvePattern<S>(bound: BoundTemplate<S>, scope: S): ResolvedPattern {
  const segments: string[] = [];
  let last = '';
  for (const segment of bound.segments) {
    if (segment.kind !== 'placeholder') {
      segments.push(segment.text);
      continue;
    }
    last = segment.placeholder.text;
    try {
      segments.push(encoded(withValue(segment), scope, bound.template.where));
    } catch (error) {
      const pattern = fitting(segments).join(':');
      if (error instanceof NoValue && error.isMeant) return { pattern };
      return { pattern, widened: { placeholder: last, reason: reasonOf(error) } };
    }
  }
  const kept = fitting(segments);
  const pattern = kept.join(':');
  if (kept.length === segments.length) return { pattern };
  return { pattern, widened: { placeholder: last, reason: 'with its value the pattern would be too long' } };
}

/** The value at the end of a path of own properties, or `MISSING` where the path breaks off or ends in undefined. */
export function readOwnPath(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return MISSING;
    current = (current as Record<string, unknown>)[step];
  }
  return current === undefined && path.length > 0 ? MISSING : current;
}

/** The reason of a `KEY_VALUE_MISSING` where a path ends in null: in an invalidation no default stands for that. */
export const IS_NULL = 'it is null';

function valueOrNull<S>(source: Source<S>, scope: S): unknown {
  try {
    return source(scope);
  } catch (error) {
    if (CacheError.is(error, 'KEY_VALUE_MISSING') && error.details.reason === IS_NULL) return null;
    throw error;
  }
}

/** Why a pattern ends in front of a placeholder. */
class NoValue extends Error {
  constructor(
    reason: string,
    readonly isMeant: boolean,
  ) {
    super(reason);
  }
}

/** A placeholder in an invalidation, where nothing stands for everything; a default stands for `undefined` only. */
function withValue<S>(segment: PlaceholderSegment<S>): PlaceholderSegment<S> {
  const { source, placeholder } = segment;
  return {
    ...segment,
    source(scope) {
      const value = valueOrNull(source, scope);
      if (value === UNFILLED) throw new NoValue('whoever invalidates does not have it', true);
      if (value === null || (value === undefined && placeholder.fallback === undefined)) {
        throw new NoValue(`it is ${String(value)}`, false);
      }
      return value;
    },
  };
}

function encoded<S>(segment: PlaceholderSegment<S>, scope: S, where: string): string {
  const { prefix, suffix } = segment;
  try {
    return (
      prefix + encodeSegment(valueOf(segment, scope, where), LONGEST_SEGMENT - prefix.length - suffix.length) + suffix
    );
  } catch (error) {
    if (!(error instanceof UnsupportedValue)) throw error;
    throw new CacheError(
      'KEY_VALUE_UNSUPPORTED',
      { placeholder: segment.placeholder.text, where, found: error.found },
      { cause: error },
    );
  }
}

function valueOf<S>({ placeholder, source }: PlaceholderSegment<S>, scope: S, where: string): unknown {
  const { text, fallback } = placeholder;
  try {
    const value = source(scope);
    if (value !== MISSING) return value === undefined ? fallback : value;
    const reason = 'no own property of that name holds a value';
    throw new CacheError('KEY_VALUE_MISSING', { placeholder: text, where, reason });
  } catch (error) {
    if (fallback === undefined || !CacheError.is(error, 'KEY_VALUE_MISSING')) throw error;
    return fallback;
  }
}

/** The longest beginning that is within the limits; a longer path cannot be in any store. */
function fitting(segments: readonly string[]): readonly string[] {
  const kept = [...segments];
  for (;;) {
    while (kept.at(-1) === '*') kept.pop();
    const limit = kept.some((segment) => WILDCARD.test(segment)) ? LONGEST_PATTERN : LONGEST_PATH;
    if (kept.join(':').length <= limit) return kept;
    kept.pop();
  }
}

/** Why there is no value, without the advice for a key that must have one. */
function reasonOf(error: unknown): string {
  if (CacheError.is(error, 'KEY_VALUE_MISSING')) return error.details.reason;
  return messageOf(error);
}
