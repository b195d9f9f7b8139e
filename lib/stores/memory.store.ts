import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import type { Duration } from '../core/duration.js';
import { parseDuration } from '../core/duration.js';
import type { Address, Entry, EntryHeader } from '../core/entry.js';
import { isAlive } from '../core/entry.js';
import { checkOptionNames } from '../core/options.js';
import { BUCKETS, ENTRY_GROUPS, ROOT_GROUP, bucketGroup, bucketOf, entryGroup } from '../keys/groups.js';
import type { Bounds } from './kept-entries.js';
import { checkedBounds } from './kept-entries.js';
import { MemoryClosings } from './memory-closings.js';
import { MemoryEntries, namesAll, storedEntry } from './memory-entries.js';
import type { Generation } from './memory-generations.js';
import { MemoryGenerations } from './memory-generations.js';
import { MemoryGrounds } from './memory-grounds.js';
import type { BeginRequest, Begun, CacheStore, FillRequest, Invalidation, Lease } from './store.js';
import type { StoreDefinition } from './store.js';
import { LEASE_LIFETIME } from './store.js';

export interface MemoryStoreOptions {
  /** The most entries that are kept; what was not used lately goes first. Default 10,000. */
  maxEntries?: number;
  /** The most bytes that keys and values may take, as an estimate. Default 67,108,864 (64 MiB). */
  maxBytes?: number;
  /** The default lifetime of entries in this store. Default: the module's. */
  ttl?: Duration;
}

interface HeldLease {
  readonly token: string;
  expiresAt: number;
  readonly generations: readonly Generation[];
  /** Without those that are closed. */
  readonly buckets: readonly (Generation | undefined)[];
}

interface HeldLock {
  readonly token: string;
  expiresAt: number;
}

const NONE: ReadonlyMap<string, string> = new Map();
const NOWHERE: EntryHeader['elsewhere'] = [];
const BUCKET_GROUPS = Array.from({ length: BUCKETS }, (_, number) => bucketGroup(number));

/**
 * A store in the memory of this process: fresh within the process, bounded, and gone with it.
 *
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): StoreDefinition {
  const where = 'memoryStore()';
  checkOptionNames(options, ['maxEntries', 'maxBytes', 'ttl'], where);
  if (options.ttl !== undefined) parseDuration(options.ttl, 'ttl', where);
  const bounds = checkedBounds(options, where);
  return { kind: 'memory', ttl: options.ttl, create: () => new MemoryStore(bounds) };
}

/** Runs the protocol on maps. Every verb finishes before it returns, so each is atomic. */
export class MemoryStore implements CacheStore {
  readonly kind = 'memory';
  readonly #clock: Clock;
  readonly #generations = new MemoryGenerations();
  readonly #grounds = new MemoryGrounds();
  readonly #closings: MemoryClosings;
  readonly #entries: MemoryEntries;
  readonly #leases = new Map<string, HeldLease>();
  readonly #locks = new Map<string, HeldLock>();
  /** As they are when they are asked for: a snapshot that is judged late is judged strictly. */
  readonly #present = { get: (group: string) => this.#generations.get(group) };

  constructor(bounds: Bounds, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#closings = new MemoryClosings(clock);
    this.#entries = new MemoryEntries(bounds, this.#generations, clock);
  }

  async connect(): Promise<void> {}

  read(address: Address): ReturnType<CacheStore['read']> {
    const stored = this.#entries.get(address.path);
    if (!stored) return undefined;
    const { entry } = stored;
    if (!address.isDependedOn) return { entry, generations: this.#present, isAlive: namesAll(stored, address) };
    return { entry, generations: this.#present, own: this.#generations.get(entryGroup(address.path)) ?? null };
  }

  placeOf(): string {
    return '';
  }

  async generations(_path: string, groups: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    return new Map(groups.map((group) => [group, this.#generations.get(group) ?? null]));
  }

  async begin(request: BeginRequest): Promise<Begun> {
    const { address, token, mode } = request;
    if ([address.path, ...address.groups].some((group) => this.#closings.isClosed(group))) return { kind: 'closed' };
    const own = address.isDependedOn ? this.#generations.linger(entryGroup(address.path)).id : undefined;
    if (mode === 'load') {
      const entry = this.#aliveEntry(address);
      if (entry && entry.header.token !== request.ignore) return { kind: 'alive', entry, own };
      if (this.#isHealthy(this.#leases.get(address.path))) return { kind: 'busy' };
    }
    this.#dropLease(address.path);
    const held: HeldLease = {
      token,
      expiresAt: this.#clock.monotonic() + LEASE_LIFETIME,
      generations: address.groups.map((group) => this.#generations.hold(group)),
      buckets: request.lateTags ? BUCKET_GROUPS.map((group) => this.#holdOpen(group)) : [],
    };
    this.#leases.set(address.path, held);
    // What is built from the result may be stored when the lease is gone and nothing else is under these generations.
    if (address.isDependedOn) for (const { group } of held.generations) this.#generations.linger(group);
    return {
      kind: 'leased',
      lease: {
        path: address.path,
        token,
        generations: new Map(held.generations.map(({ group, id }) => [group, id])),
        buckets: held.buckets.map((bucket) => bucket?.id ?? ''),
        own,
      },
    };
  }

  async renew(lease: Lease): Promise<boolean> {
    const held = this.#heldBy(lease);
    if (held) held.expiresAt = this.#clock.monotonic() + LEASE_LIFETIME;
    return held !== undefined;
  }

  async fill({ lease, mode, entry, dependencies = NONE }: FillRequest): Promise<boolean> {
    const held = this.#leases.get(lease.path);
    if (held?.token !== lease.token) return false;
    try {
      if (held.expiresAt <= this.#clock.monotonic()) return false;
      if (!held.generations.every((generation) => this.#generations.isCurrent(generation))) return false;
      for (const [group, id] of dependencies) if (this.#generations.get(group) !== id) return false;
      const lateTags = entry?.lateTags ?? [];
      if (!lateTags.every((tag) => this.#generations.isCurrent(held.buckets[bucketOf(tag)]))) return false;
      if (mode === 'put') {
        this.#generations.delete(lease.path);
        this.#generations.delete(entryGroup(lease.path));
      }
      const further = [...dependencies.keys(), ...lateTags];
      if (entry) this.#store(lease, [...held.generations.map(({ group }) => group), ...further], entry);
      return true;
    } finally {
      this.#dropLease(lease.path);
    }
  }

  async invalidate({ groups, paths, globs, settle }: Invalidation): Promise<void> {
    for (const group of groups) {
      if (settle !== undefined) this.#closings.close(group, settle);
      this.#generations.delete(group);
    }
    for (const path of paths) this.#deleteExactly(path);
    for (const glob of globs) {
      const marked = this.#generations.groups().filter((group) => group.startsWith(ENTRY_GROUPS));
      const dependedOn = marked.map((group) => group.slice(ENTRY_GROUPS.length));
      for (const path of new Set([...this.#leases.keys(), ...this.#entries.paths(), ...dependedOn])) {
        if (glob.matches(path)) this.#deleteExactly(path);
      }
    }
  }

  async clear(): Promise<void> {
    this.#generations.delete(ROOT_GROUP);
    this.#entries.clear();
  }

  async lock(name: string, token: string, lifetime: number): Promise<boolean> {
    const held = this.#locks.get(name);
    if (held && held.expiresAt > this.#clock.monotonic()) return false;
    this.#locks.set(name, { token, expiresAt: this.#clock.monotonic() + lifetime });
    return true;
  }

  async extendLock(name: string, token: string, lifetime: number): Promise<boolean> {
    const held = this.#locks.get(name);
    if (held?.token !== token || held.expiresAt <= this.#clock.monotonic()) return false;
    held.expiresAt = this.#clock.monotonic() + lifetime;
    return true;
  }

  async unlock(name: string, token: string): Promise<void> {
    if (this.#locks.get(name)?.token === token) this.#locks.delete(name);
  }

  async close(): Promise<void> {
    this.#entries.close();
  }

  #aliveEntry(address: Address): Entry | undefined {
    const entry = this.#entries.get(address.path)?.entry;
    const alive = entry && isAlive(entry.header, address.groups, this.#generations);
    return alive ? entry : undefined;
  }

  #holdOpen(group: string): Generation | undefined {
    return this.#closings.isClosed(group) ? undefined : this.#generations.hold(group);
  }

  #isHealthy(lease: HeldLease | undefined): boolean {
    if (!lease || lease.expiresAt <= this.#clock.monotonic()) return false;
    return lease.generations.every((generation) => this.#generations.isCurrent(generation));
  }

  #heldBy({ path, token }: Lease): HeldLease | undefined {
    const held = this.#leases.get(path);
    return held?.token === token && held.expiresAt > this.#clock.monotonic() ? held : undefined;
  }

  #dropLease(path: string): void {
    const held = this.#leases.get(path);
    if (!held) return;
    this.#leases.delete(path);
    for (const generation of held.generations) this.#generations.release(generation);
    for (const bucket of held.buckets) if (bucket) this.#generations.release(bucket);
  }

  #deleteExactly(path: string): void {
    this.#dropLease(path);
    this.#entries.delete(path);
    this.#generations.delete(entryGroup(path));
  }

  #store(
    lease: Lease,
    groups: readonly string[],
    { header, payload, master, lifetime }: NonNullable<FillRequest['entry']>,
  ): void {
    const held = [...new Set(groups)].map((group) => this.#generations.hold(group));
    const { generations, recorded } = this.#grounds.of(held);
    const elsewhere = header.elsewhere.length > 0 ? header.elsewhere : NOWHERE;
    const entry: Entry = {
      header: { ...header, token: lease.token, groups: recorded, elsewhere },
      payload,
      master: master ?? null,
    };
    this.#entries.set(lease.path, storedEntry(entry, generations, this.#clock.monotonic() + lifetime));
  }
}
