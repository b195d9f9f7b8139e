import type { Duration } from '../core/duration.js';
import type { Address, Entry, EntryHeader, Master } from '../core/entry.js';
import type { Tell } from '../core/events.js';

/** Under which names a store keeps its keys. */
export interface StoreNamespace {
  /** Starts every key; a named cache has `{prefix}:~{name}`. */
  readonly prefix: string;
  readonly version: number;
  /** The name of the cache, `default` for the unnamed one; for messages. */
  readonly name: string;
  /** The largest value that is stored, in bytes; a store reads nothing larger back. Default 1 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** Where a store tells what it found under a key that it cannot read. */
  readonly tell?: Tell | undefined;
  /** Called by a store that can be reached again after it could not, with for how long that was, in milliseconds. */
  readonly reconnected?: ((absence: number) => void) | undefined;
  /** Called by a store that answers too late to be of use, with an error that says so; again as long as it does. */
  readonly slow?: ((error: unknown) => void) | undefined;
}

/** What `memoryStore()` and `redisStore()` return: a store that is made when its namespace is known. */
export interface StoreDefinition {
  readonly kind: string;
  /** The default lifetime of this store's entries, if another than the module's. */
  readonly ttl?: Duration | undefined;
  create(namespace: StoreNamespace): CacheStore;
}

/** The present generation of groups; null or undefined where there is none. */
export interface Generations {
  get(group: string): string | null | undefined;
}

/** An entry as it was read, with the present generation of every group that the reader or the entry names. */
export interface Snapshot {
  readonly entry: Entry;
  readonly generations: Generations;
  /** The generation of the entry itself as it was read, where something is built from it; null where there is none. */
  readonly own?: string | null | undefined;
  /** Whether the store has judged it itself, and found it alive for this reader. */
  readonly isAlive?: boolean;
}

export interface BeginRequest {
  readonly address: Address;
  /** A random text, new for every call; the token of the lease begins with it. */
  readonly token: string;
  /** `put` takes the lease from whoever holds it, and never answers `alive` or `busy`. */
  readonly mode: 'load' | 'put';
  /** Whether the result may carry tags of its own; then the generation of every bucket is read as well. */
  readonly lateTags: boolean;
  /** How long generations must live at least, in milliseconds. */
  readonly generationLifetime: number;
  /** The token of an entry that is alive but of no use to the caller (another form or version). */
  readonly ignore?: string | undefined;
}

/** The right to fill one key, held until `fill`, expiry, or an invalidation of the key. */
export interface Lease {
  readonly path: string;
  readonly token: string;
  /** The groups of the address, each with its generation before the load. */
  readonly generations: ReadonlyMap<string, string>;
  /**
   * The generation of every bucket before the load, by its number; empty without `lateTags`. The empty text stands for a
   * bucket that is closed, with whose tags nothing can be stored.
   */
  readonly buckets: readonly string[];
  /** The generation of the entry itself, where something is built from it. */
  readonly own?: string | undefined;
}

export type Begun =
  /** With the generation of the entry itself, where something is built from it. */
  | { readonly kind: 'alive'; readonly entry: Entry; readonly own?: string | undefined }
  | { readonly kind: 'busy' }
  /** What is loaded now must not be stored, whoever loads it: see `Invalidation.settle`. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'leased'; readonly lease: Lease };

export interface FillRequest {
  readonly lease: Lease;
  /** `put` also deletes the generation of the path, because variants of it live below, and that of the entry itself. */
  readonly mode: 'load' | 'put';
  /** Groups that the result depends on besides those of the lease, with the generations under which that was read. */
  readonly dependencies?: ReadonlyMap<string, string> | undefined;
  /** What to store; without it the lease is only dropped. */
  readonly entry?:
    | {
        readonly header: Omit<EntryHeader, 'token' | 'groups'>;
        readonly payload: string;
        /** Its value, where that is decoded already; for stores that keep it in this process. */
        readonly master?: Master | undefined;
        /** In milliseconds. */
        readonly lifetime: number;
        readonly generationLifetime: number;
        /** Groups of the tags that are known from the result only. */
        readonly lateTags: readonly string[];
      }
    | undefined;
}

/** A pattern that is no path; entries that match it are looked for one by one. */
export interface Glob {
  /** The whole segments in front of the first wildcard; empty for none. */
  readonly literal: string;
  matches(path: string): boolean;
}

/** What an invalidation takes away. */
export interface Invalidation {
  /** Groups whose generation is deleted: paths, tags and their buckets. */
  readonly groups: readonly string[];
  /** Paths of which exactly the lease, the entry, and then its own generation are deleted. */
  readonly paths: readonly string[];
  readonly globs: readonly Glob[];
  /**
   * How long the groups are closed, in milliseconds: until then none of them gets a generation, and nobody the lease of
   * a path in them, or of the very path that a group is named for. Of several windows the one that ends last counts, and
   * nothing else opens a group. Undefined for not at all.
   */
  readonly settle?: number | undefined;
}

/**
 * Keeps entries, generations and leases, and carries out the steps of the protocol on them, each as one atomic step.
 * A method that rejects says that nothing is known about what happened; the engine decides what that means.
 * `storeContract` in `nestash/testing` is the suite that every store passes.
 */
export interface CacheStore {
  /** What the store is, for the log: `memory`, `redis`. */
  readonly kind: string;

  /** Waits until the store can be asked, or rejects with the reason. */
  connect(): Promise<void>;

  /**
   * The entry at the address with the generations needed to judge it, or undefined when there is nothing usable. Whoever
   * has it in this process answers at once, and is judged at once.
   */
  read(address: Address): Snapshot | undefined | Promise<Snapshot | undefined>;

  /** Tells apart the parts of a store whose groups have generations of their own: what it returns is the same within one. */
  placeOf(path: string): string;

  /** The present generations of groups in the place of a path; null for one that is missing or not to be trusted. */
  generations(path: string, groups: readonly string[]): Promise<ReadonlyMap<string, string | null>>;

  /**
   * Completes missing generations, looks again, and takes the lease if it is free or its holder is doomed. Where the path
   * or a group of the address is closed it does nothing of that.
   */
  begin(request: BeginRequest): Promise<Begun>;

  /** Lengthens a lease that is still held. False when it is not. */
  renew(lease: Lease): Promise<boolean>;

  /**
   * Stores the entry if the lease is still held and no generation changed since `begin`, nor one of the dependencies, and
   * drops the lease. True when it was held and nothing changed, also without an entry.
   */
  fill(request: FillRequest): Promise<boolean>;

  /** Deletes what the invalidation names. Resolves only when it is done for every reader. */
  invalidate(invalidation: Invalidation): Promise<void>;

  /** Kills every entry at once, then removes the entries of this namespace and nothing else. */
  clear(): Promise<void>;

  /** Takes the named lock for `lifetime` milliseconds; false when somebody else has it. */
  lock(name: string, token: string, lifetime: number): Promise<boolean>;

  /** Lengthens a lock that is still held under this token. */
  extendLock(name: string, token: string, lifetime: number): Promise<boolean>;

  /** Gives the lock back, if it is still held under this token. */
  unlock(name: string, token: string): Promise<void>;

  /** Ends connections and timers that the store made. */
  close(): Promise<void>;
}

/** How long a lease lives without renewal, and how often its holder renews it, in milliseconds. */
export const LEASE_LIFETIME = 2_000;
export const LEASE_RENEWAL = 600;
