import { CacheError } from '../core/errors.js';
import { parseDuration, writeDuration } from '../core/duration.js';
import { mayCover } from '../keys/meeting.js';
import { isUncached } from '../operations/lifetime-plan.js';
import type { Finding } from './finding.js';
import type { EntryMethod, KeyGraph } from './key-graph.js';
import { mayDrop, withinReach } from './key-graph.js';

/** From this lifetime on somebody should say when an entry has become wrong. */
const LONG = parseDuration('10m', 'LONG', 'forgotten-entries');

/** Entries that live long and that nothing in the application ever drops. What a function may drop is not told. */
export function forgottenEntries(graph: KeyGraph): Finding[] {
  return graph.entries.flatMap((entry) => {
    const { where, kind, key, lifetime, ttlOf } = entry.operation;
    const ttl = lifetime.fixed?.ttl ?? 0;
    if (kind === 'put' || ttlOf || ttl <= LONG || isUncached(entry.operation) || mayBeDropped(graph, entry)) return [];
    const problem = new CacheError('NEVER_INVALIDATED', {
      where,
      template: key.text,
      ttl: writeDuration(ttl),
      path: pathOf(entry),
    });
    return { severity: 'warning' as const, where, problem };
  });
}

function mayBeDropped(graph: KeyGraph, entry: EntryMethod): boolean {
  const droppers = graph.droppers.filter((each) => withinReach(graph, each).includes(entry));
  if (droppers.some((each) => mayDrop(each, entry) !== false)) return true;
  // A put drops what is at its path and below it.
  return graph.entries.some(
    ({ operation }) =>
      operation.kind === 'put' &&
      operation.store === entry.operation.store &&
      (operation.key.kind === 'function' || mayCover(operation.key.shape, entry.operation.key.shape)),
  );
}

/** The literal beginning of a template. */
function pathOf({ operation: { key } }: EntryMethod): string {
  const { segments } = key.shape;
  const end = segments.findIndex(({ kind }) => kind !== 'literal');
  const literals = segments.slice(0, end < 0 ? undefined : end);
  return literals.map((segment) => (segment.kind === 'literal' ? segment.text : '')).join(':') || key.text;
}
