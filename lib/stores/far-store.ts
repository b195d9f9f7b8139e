import type { Address, Entry, EntryHeader } from '../core/entry.js';
import type { NearChanges } from './near-changes.js';
import type { CacheStore, Snapshot, StoreDefinition, StoreNamespace } from './store.js';

/** Marks the definitions of stores that may stand behind copies in this process. */
export const FAR = Symbol.for('nestash far store');

/** A definition whose stores are far ones. */
export interface FarDefinition extends StoreDefinition {
  /** Whether its stores announce what changes. */
  readonly [FAR]: { readonly announces: boolean };
  create(namespace: StoreNamespace): FarStore;
}

/** A store in another process, of which this one may keep copies. */
export interface FarStore extends CacheStore {
  read(address: Address): Promise<Snapshot | undefined>;

  /**
   * Like `read`, for a caller who has a copy: where the entry is still that of the same fill, the copy is in the answer,
   * and its payload was not sent.
   */
  validate(address: Address, copy: Entry): Promise<Snapshot | undefined>;

  /** What announces the changes of this store to the given place; undefined where nothing can. */
  announcer(changes: NearChanges): Announcer | undefined;
}

/** Hears what changes in a far store. */
export interface Announcer {
  /** Begins to listen, and goes on until it is closed. */
  open(): void;

  /**
   * Until when, on the monotonic clock, it has certainly noted everything that had been done by then; -Infinity while it
   * hears nothing.
   */
  readonly completeUntil: number;

  /** Whether it hears the server in which this entry was written. */
  isAbout(header: EntryHeader): boolean;

  close(): Promise<void>;
}

export function isFar(definition: unknown): definition is FarDefinition {
  return typeof definition === 'object' && definition !== null && FAR in definition;
}
