import type { Address, EntryForm } from '../core/entry.js';
import { isAlive } from '../core/entry.js';
import type { Snapshot } from '../stores/store.js';

/** What a reader needs of an entry. */
export interface Expectation {
  readonly shape: { readonly form: EntryForm };
  /** What `entryVersion` made for the writer has to be the same; undefined for any. */
  readonly version: string | undefined;
}

/**
 * What a snapshot is to its reader: a `hit`, `dead` (missing, invalidated), or `unusable`: alive, but written by
 * another version of the method, or in the form of a handler where a service asks.
 */
export function judge(
  snapshot: Snapshot | undefined,
  expected: Expectation & { readonly address: Address },
): 'hit' | 'dead' | 'unusable' {
  if (!snapshot) return 'dead';
  const { header } = snapshot.entry;
  if (!isAlive(header, expected.address.groups, (group) => snapshot.generations.get(group))) return 'dead';
  return isUsable(header, expected) ? 'hit' : 'unusable';
}

/** A handler reads both forms; a service takes only values, because the wire form has lost their types. */
export function isUsable(header: { form: EntryForm; version: string }, { shape, version }: Expectation): boolean {
  return (version === undefined || header.version === version) && (header.form === 'value' || shape.form === 'wire');
}

/**
 * The version that stands in an entry: that of the method, and the class that its results have. An instance stored in
 * full holds what its class hides from clients, so that only readers which know the class may have it.
 */
export function entryVersion(version: string, type: { readonly name: string } | undefined): string {
  return type === undefined ? version : `${version}@${type.name}`;
}

/** How long a generation must live at least so that it outlives the entries built under it, in milliseconds. */
export function generationLifetime(entryLifetime: number): number {
  return Math.max(2 * entryLifetime, 600_000);
}
