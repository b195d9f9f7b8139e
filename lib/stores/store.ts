import type { Duration } from '../core/duration.js';
import type { Address, Entry, EntryHeader } from '../core/entry.js';
import type { Tell } from '../core/events.js';

/** Under which names a store keeps its keys. */
export interface StoreNamespace {
  /** Starts every key; a named cache has `{prefix}:~{name}`. */
  readonly prefix: string;
  readonly version: number;
  /** The name of the cache, `default` for the unnamed one; for messages. */
  readonly name: string;
  /** Where a store tells what it found under a key that it cannot read. */
  readonly tell?: Tell | undefined;
}

/** What `memoryStore()` and `redisStore()` return: a store that is made when its namespace is known. */
export interface StoreDefinition {
  readonly kind: string;
  /** The default lifetime of this store's entries, if another than the module's. */
  readonly ttl?: Duration | undefined;
  create(namespace: StoreNamespace): CacheStore;
}

/** An entry as it was read, with the present generation of every group that the reader or the entry names. */
export interface Snapshot {
  readonly entry: Entry;
  readonly generations: ReadonlyMap<string, string | null>;
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
  /** The generation of every bucket before the load, by its number; empty without `lateTags`. */
  readonly buckets: readonly string[];
}

export type Begun =
  | { readonly kind: 'alive'; readonly entry: Entry }
  | { readonly kind: 'busy' }
  | { readonly kind: 'leased'; readonly lease: Lease };

export interface FillRequest {
  readonly lease: Lease;
  /** `put` also deletes the generation of the path, because variants of it live below. */
  readonly mode: 'load' | 'put';
  /** What to store; without it the lease is only dropped. */
  readonly entry?:
    | {
        readonly header: Omit<EntryHeader, 'token' | 'groups'>;
        readonly payload: string;
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
  /** Paths of which exactly the lease and the entry are deleted. */
  readonly paths: readonly string[];
  readonly globs: readonly Glob[];
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

  /** The entry at the address with the generations needed to judge it, or undefined when there is nothing usable. */
  read(address: Address): Promise<Snapshot | undefined>;

  /** Completes missing generations, looks again, and takes the lease if it is free or its holder is doomed. */
  begin(request: BeginRequest): Promise<Begun>;

  /** Lengthens a lease that is still held. False when it is not. */
  renew(lease: Lease): Promise<boolean>;

  /**
   * Stores the entry if the lease is still held and no generation changed since `begin`, and drops the lease.
   * True when it was held and nothing changed, also without an entry.
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
