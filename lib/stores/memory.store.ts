import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import type { Duration } from '../core/duration.js';
import { parseDuration } from '../core/duration.js';
import type { Address, Entry } from '../core/entry.js';
import { isAlive } from '../core/entry.js';
import { checkOptionNames, wholeNumber } from '../core/options.js';
import { BUCKETS, ROOT_GROUP, bucketGroup, bucketOf } from '../keys/groups.js';
import { MemoryEntries } from './memory-entries.js';
import type { Generation } from './memory-generations.js';
import { MemoryGenerations } from './memory-generations.js';
import type { BeginRequest, Begun, CacheStore, FillRequest, Invalidation, Lease } from './store.js';
import type { Snapshot, StoreDefinition } from './store.js';
import { LEASE_LIFETIME } from './store.js';

export interface MemoryStoreOptions {
  /** The most entries that are kept; the least recently used go first. Default 10,000. */
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
  readonly buckets: readonly Generation[];
}

interface HeldLock {
  readonly token: string;
  expiresAt: number;
}

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
  const limits = {
    maxEntries: wholeNumber(options.maxEntries, { option: 'maxEntries', where, least: 1, otherwise: 10_000 }),
    maxBytes: wholeNumber(options.maxBytes, { option: 'maxBytes', where, least: 1, otherwise: 64 * 1024 * 1024 }),
  };
  return { kind: 'memory', ttl: options.ttl, create: () => new MemoryStore(limits) };
}

/** Runs the protocol on maps. Every verb finishes before it returns its promise, so each is atomic. */
export class MemoryStore implements CacheStore {
  readonly kind = 'memory';
  readonly #clock: Clock;
  readonly #generations = new MemoryGenerations();
  readonly #entries: MemoryEntries;
  readonly #leases = new Map<string, HeldLease>();
  readonly #locks = new Map<string, HeldLock>();

  constructor(limits: { maxEntries: number; maxBytes: number }, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#entries = new MemoryEntries(limits, this.#generations, clock);
  }

  async connect(): Promise<void> {}

  async read(address: Address): Promise<Snapshot | undefined> {
    const entry = this.#entries.get(address.path);
    if (!entry) return undefined;
    const generations = new Map<string, string | null>();
    for (const group of address.groups) generations.set(group, this.#generations.idOf(group));
    for (const group of entry.header.groups.keys()) generations.set(group, this.#generations.idOf(group));
    return { entry, generations };
  }

  async begin(request: BeginRequest): Promise<Begun> {
    const { address, token, mode } = request;
    if (mode === 'load') {
      const entry = this.#aliveEntry(address);
      if (entry && entry.header.token !== request.ignore) return { kind: 'alive', entry };
      if (this.#isHealthy(this.#leases.get(address.path))) return { kind: 'busy' };
    }
    this.#dropLease(address.path);
    const held: HeldLease = {
      token,
      expiresAt: this.#clock.monotonic() + LEASE_LIFETIME,
      generations: address.groups.map((group) => this.#generations.hold(group)),
      buckets: request.lateTags ? BUCKET_GROUPS.map((group) => this.#generations.hold(group)) : [],
    };
    this.#leases.set(address.path, held);
    return {
      kind: 'leased',
      lease: {
        path: address.path,
        token,
        generations: new Map(held.generations.map(({ group, id }) => [group, id])),
        buckets: held.buckets.map(({ id }) => id),
      },
    };
  }

  async renew(lease: Lease): Promise<boolean> {
    const held = this.#heldBy(lease);
    if (held) held.expiresAt = this.#clock.monotonic() + LEASE_LIFETIME;
    return held !== undefined;
  }

  async fill({ lease, mode, entry }: FillRequest): Promise<boolean> {
    const held = this.#leases.get(lease.path);
    if (held?.token !== lease.token) return false;
    try {
      if (held.expiresAt <= this.#clock.monotonic()) return false;
      if (!held.generations.every((generation) => this.#generations.isCurrent(generation))) return false;
      const lateTags = entry?.lateTags ?? [];
      if (!lateTags.every((tag) => this.#generations.isCurrent(held.buckets[bucketOf(tag)]))) return false;
      if (mode === 'put') this.#generations.delete(lease.path);
      if (entry) this.#store(lease, held, entry);
      return true;
    } finally {
      this.#dropLease(lease.path);
    }
  }

  async invalidate({ groups, paths, globs }: Invalidation): Promise<void> {
    for (const group of groups) this.#generations.delete(group);
    for (const path of paths) {
      this.#dropLease(path);
      this.#entries.delete(path);
    }
    for (const glob of globs) {
      for (const path of [...this.#leases.keys()]) if (glob.matches(path)) this.#dropLease(path);
      for (const path of this.#entries.paths()) if (glob.matches(path)) this.#entries.delete(path);
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
    const entry = this.#entries.get(address.path);
    const alive = entry && isAlive(entry.header, address.groups, (group) => this.#generations.idOf(group));
    return alive ? entry : undefined;
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
    for (const bucket of held.buckets) this.#generations.release(bucket);
  }

  #store(
    lease: Lease,
    held: HeldLease,
    { header, payload, lifetime, lateTags }: NonNullable<FillRequest['entry']>,
  ): void {
    const groups = [...new Set([...held.generations.map(({ group }) => group), ...lateTags])];
    const generations = groups.map((group) => this.#generations.hold(group));
    const recorded = new Map(generations.map(({ group, id }) => [group, id]));
    const entry = { header: { ...header, token: lease.token, groups: recorded }, payload };
    this.#entries.set(lease.path, { entry, generations, expiresAt: this.#clock.monotonic() + lifetime });
  }
}
