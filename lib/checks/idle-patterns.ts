import { CacheError } from '../core/errors.js';
import { mayCover } from '../keys/meeting.js';
import { nearestOf } from '../keys/nearest.js';
import type { Shape } from '../keys/shape.js';
import type { Finding } from './finding.js';
import type { Dropper, EntryMethod, KeyGraph } from './key-graph.js';
import { shareTag, withinReach } from './key-graph.js';

/**
 * Patterns and tags of invalidations that no entry of this application can have: misspelt, most often. An application
 * that caches nothing itself invalidates for others, and what functions return cannot be judged.
 */
export function idlePatterns(graph: KeyGraph): Finding[] {
  return graph.droppers.flatMap((dropper) => {
    const entries = withinReach(graph, dropper);
    if (entries.length === 0) return [];
    return [...idlePaths(dropper, entries), ...idleTags(dropper, entries)];
  });
}

function idlePaths({ operation: { where, patterns = [] } }: Dropper, entries: readonly EntryMethod[]): Finding[] {
  const keys = entries.map(({ operation }) => operation.key.shape);
  const isIdle = (shape: Shape): boolean => !keys.some((key) => mayCover(shape, key));
  return patterns.flatMap(({ text, shape, isPrefixed }) => {
    if (isPrefixed || !isIdle(shape)) return [];
    // Behind the prefix of its class it may be the right one.
    const behind = patterns.find((each) => each.isPrefixed && each.text.endsWith(`:${text}`));
    if (behind && !isIdle(behind.shape)) return [];
    const nearest = nearestOf(shape, keys) ?? (behind && nearestOf(behind.shape, keys));
    return warning(where, 'pattern', text, nearest);
  });
}

function idleTags({ operation: { where, tags = [] } }: Dropper, entries: readonly EntryMethod[]): Finding[] {
  const declared = entries.map(({ operation }) => operation.tags.shapes);
  if (declared.includes(undefined)) return [];
  const known = declared.flatMap((shapes) => shapes ?? []);
  return tags
    .filter((tag) => !shareTag([tag], known))
    .map((tag) => warning(where, 'tag', tag.text, nearestOf(tag, known) ?? nearestTag(tag, known)));
}

/** A tag is often one segment, where one misspelt segment is all there is. */
function nearestTag(tag: Shape, known: readonly Shape[]): Shape | undefined {
  const first = { kind: 'literal', text: 'tag' } as const;
  const behind = (shape: Shape): Shape => ({ ...shape, segments: [first, ...shape.segments] });
  const nearest = nearestOf(behind(tag), known.map(behind));
  return nearest && known.find(({ text }) => text === nearest.text);
}

function warning(where: string, kind: 'pattern' | 'tag', text: string, nearest: Shape | undefined): Finding {
  const problem = new CacheError('PATTERN_UNMATCHED', { where, kind, pattern: text, nearest: nearest?.text });
  return { severity: 'warning', where, problem };
}
