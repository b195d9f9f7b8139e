import type { EntryForm } from '../core/entry.js';
import { isAlive } from '../core/entry.js';
import type { Snapshot } from '../stores/store.js';

/** What a reader needs of an entry. */
export interface Expectation {
  readonly groups: readonly string[];
  readonly form: EntryForm;
  readonly version: string;
}

/**
 * What a snapshot is to its reader: a `hit`, `dead` (missing, invalidated), or `unusable`: alive, but written by
 * another version of the method, or in the form of a handler where a service asks.
 */
export function judge(snapshot: Snapshot | undefined, expected: Expectation): 'hit' | 'dead' | 'unusable' {
  if (!snapshot) return 'dead';
  const { header } = snapshot.entry;
  if (!isAlive(header, expected.groups, (group) => snapshot.generations.get(group))) return 'dead';
  return isUsable(header, expected) ? 'hit' : 'unusable';
}

/** A handler reads both forms; a service takes only values, because the wire form has lost their types. */
export function isUsable(header: { form: EntryForm; version: string }, expected: Expectation): boolean {
  return header.version === expected.version && (header.form === 'value' || expected.form === 'wire');
}

/** How long a generation must live at least so that it outlives the entries built under it, in milliseconds. */
export function generationLifetime(entryLifetime: number): number {
  return Math.max(2 * entryLifetime, 600_000);
}
