import { CacheError } from '../core/errors.js';
import { alwaysCovers, mayBeSame, mayCover, meetingOf } from '../keys/meeting.js';
import type { Shape } from '../keys/shape.js';
import { declaredTypes } from '../operations/declared-values.js';
import type { DeclaredPattern } from '../operations/operation.js';
import type { Finding } from './finding.js';
import type { Dropper, KeyGraph } from './key-graph.js';
import { withinReach } from './key-graph.js';

/** Patterns that drop more than their author is likely to mean. What a catalog widens is meant. */
export function widePatterns(graph: KeyGraph): Finding[] {
  return graph.droppers.flatMap((dropper) => {
    const keys = withinReach(graph, dropper).map(({ operation }) => operation.key.shape);
    return (dropper.operation.patterns ?? []).flatMap((pattern) => {
      const problem = unnarrowed(dropper, pattern, keys) ?? meetsSibling(dropper, pattern, keys);
      return problem ? { severity: 'warning' as const, where: dropper.operation.where, problem } : [];
    });
  });
}

/** A pattern ends in front of a placeholder whose value the method has; `:*` at its end says that this is meant. */
function unnarrowed(
  { operation: { where }, method }: Dropper,
  { text, shape, isCatalogKey }: DeclaredPattern,
  keys: readonly Shape[],
): CacheError | undefined {
  if (isCatalogKey || text.endsWith(':*')) return undefined;
  const names = method.facts.inputs.map(({ name }) => name);
  for (const key of keys) {
    const next = key.segments[shape.segments.length];
    if (next?.kind !== 'value' || !alwaysCovers(shape, key)) continue;
    const [name = ''] = next.name.split('.');
    if (!names.includes(name)) continue;
    return new CacheError('PATTERN_TOO_WIDE', {
      where,
      pattern: text,
      reason: `drops every entry of "${key.text}", although the method knows <<${next.name}>>`,
      remedy: `Write "${text}:${next.prefix}<<${next.name}>>${next.suffix}", or "${text}:*" if all of them are meant`,
    });
  }
  return undefined;
}

/** A placeholder of a pattern stands where one template has a value, and another a literal that it can be. */
function meetsSibling(
  dropper: Dropper,
  { text, shape }: DeclaredPattern,
  keys: readonly Shape[],
): CacheError | undefined {
  const covered = keys.filter((key) => mayCover(shape, key));
  for (const [index, segment] of shape.segments.entries()) {
    if (segment.kind !== 'value' || isNumeric(segment.name, dropper)) continue;
    const meant = covered.find((key) => key.segments[index]?.kind === 'value');
    const other = covered.find((key) => {
      const literal = key.segments[index];
      return literal?.kind === 'literal' && mayBeSame(segment, literal);
    });
    // Keys that can be the same are an error of their own.
    if (!meant || !other || meetingOf(meant, other)) continue;
    const literal = other.segments[index] as { text: string };
    const value = literal.text.slice(segment.prefix.length, literal.text.length - segment.suffix.length);
    return new CacheError('PATTERN_TOO_WIDE', {
      where: dropper.operation.where,
      pattern: text,
      reason: `is for "${meant.text}", but drops "${other.text}" too when <<${segment.name}>> is "${value}"`,
      remedy: 'Put a literal in front of the placeholder, in the template and here',
    });
  }
  return undefined;
}

/** A warning may believe the declared type; whether keys are apart must not depend on it. */
function isNumeric(name: string, { method: { owner, method, facts } }: Dropper): boolean {
  const input = facts.inputs.find((each) => each.name === name || String(each.index) === name);
  return input !== undefined && [Number, Boolean].includes(declaredTypes(owner, method)[input.index] as never);
}
