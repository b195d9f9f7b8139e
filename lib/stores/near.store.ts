import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import type { Address, Entry } from '../core/entry.js';
import { isAlive } from '../core/entry.js';
import { checkOptionNames, invalidOption } from '../core/options.js';
import { ROOT_GROUP } from '../keys/groups.js';
import type { FarDefinition, FarStore } from './far-store.js';
import { FAR, isFar } from './far-store.js';
import type { Bounds } from './kept-entries.js';
import { KeptEntries, checkedBounds } from './kept-entries.js';
import { NearChanges } from './near-changes.js';
import type { NearCopy, Sighting } from './near-watch.js';
import { NearWatch } from './near-watch.js';
import type { BeginRequest, Begun, CacheStore, FillRequest, Invalidation, Lease } from './store.js';
import type { Snapshot, StoreDefinition } from './store.js';

/** Whether copies are served without asking the far store. */
export type NearConsistency = 'validated' | 'eventual';

export interface NearStoreOptions {
  /** How much is kept in this process. */
  near?: {
    /** The most entries; what was not used lately goes first. Default 10,000. */
    maxEntries?: number;
    /** The most bytes that keys and values may take, as an estimate. Default 67,108,864 (64 MiB). */
    maxBytes?: number;
  };
  /** What `redisStore()` returns: where the entries are that all processes share. */
  far: StoreDefinition;
  /**
   * `'validated'`: each hit asks whether the entry is still the one that is kept here, and is never older than the last
   * write. `'eventual'`: the server announces what changes, hits ask nothing, and may be a second older than the last write.
   * Default `'validated'`.
   */
  consistency?: NearConsistency;
}

const WHERE = 'nearStore()';
const CONSISTENCIES: readonly unknown[] = ['validated', 'eventual'] satisfies NearConsistency[];
const FAR_EXPECTED = 'what redisStore() returns: what is in this process already needs no copies';
/** Payloads of fewer characters are sent along: asking for them apart would cost more. */
const SMALL = 4_096;
const NO_SIGHTING: Sighting = { moment: 0, at: 0 };

/**
 * A store that keeps copies of what it reads from another one in the memory of this process, so that the payload of an
 * entry is sent once. Its entries live as long as those of the far store.
 *
 * @example nearStore({ far: redisStore('redis://localhost:6379/1') })
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`.
 */
export function nearStore(options: NearStoreOptions): StoreDefinition {
  checkOptionNames(options, ['near', 'far', 'consistency'], WHERE);
  const { near = {}, far, consistency = 'validated' } = options;
  checkOptionNames(near, ['maxEntries', 'maxBytes'], `${WHERE}, near`);
  const bounds = checkedBounds(near, WHERE);
  if (!isFar(far)) throw invalidOption('far', WHERE, far, FAR_EXPECTED);
  checkConsistency(consistency, far);
  return {
    kind: far.kind,
    ttl: far.ttl,
    create: (namespace) => new NearStore(far.create(namespace), { bounds, consistency }),
  };
}

function checkConsistency(consistency: unknown, far: FarDefinition): void {
  if (!CONSISTENCIES.includes(consistency)) {
    throw invalidOption('consistency', WHERE, consistency, '"validated" or "eventual"');
  }
  if (consistency === 'validated' || far[FAR].announces) return;
  const expected =
    '"validated" where "far" is a cluster: its keys move from node to node, and no connection hears of all';
  throw invalidOption('consistency', WHERE, consistency, expected);
}

/** The far store, with a copy here of each entry that was read. */
export class NearStore implements CacheStore {
  readonly kind: string;
  readonly #copies: KeptEntries<NearCopy>;
  readonly #watch: NearWatch | undefined;

  constructor(
    private readonly far: FarStore,
    { bounds, consistency }: { readonly bounds: Bounds; readonly consistency: NearConsistency },
    clock: Clock = systemClock,
  ) {
    this.kind = far.kind;
    this.#copies = new KeptEntries(bounds);
    const changes = new NearChanges();
    const announcer = consistency === 'eventual' ? far.announcer(changes) : undefined;
    this.#watch = announcer && new NearWatch(announcer, changes, clock);
  }

  async connect(): Promise<void> {
    this.#watch?.open();
    await this.far.connect();
  }

  /** What something is built from is always asked for: it would be as old as that is for as long as that lives. */
  read(address: Address): ReturnType<CacheStore['read']> {
    const copy = this.#copies.get(address.path);
    if (!copy || address.isDependedOn || !this.#watch?.mayServe(copy, address)) return this.#ask(address, copy);
    return { entry: copy.entry, generations: copy.entry.header.groups };
  }

  placeOf(path: string): string {
    return this.far.placeOf(path);
  }

  generations(path: string, groups: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    return this.far.generations(path, groups);
  }

  /** A copy in whose place there is another entry by now is of no use to anybody, whether that was announced or not. */
  async begin(request: BeginRequest): Promise<Begun> {
    const { path } = request.address;
    const copy = this.#copies.get(path);
    const begun = await this.far.begin(request);
    const isOther = begun.kind === 'alive' && copy?.entry.header.token !== begun.entry.header.token;
    if (isOther && this.#copies.get(path) === copy) this.#copies.delete(path);
    return begun;
  }

  renew(lease: Lease): Promise<boolean> {
    return this.far.renew(lease);
  }

  async fill(request: FillRequest): Promise<boolean> {
    const { path } = request.lease;
    return this.#changing({ groups: [], paths: [path], globs: [] }, () => this.far.fill(request));
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    await this.#changing(invalidation, () => this.far.invalidate(invalidation));
  }

  async clear(): Promise<void> {
    await this.#changing({ groups: [ROOT_GROUP], paths: [], globs: [] }, () => this.far.clear());
    this.#copies.clear();
  }

  lock(name: string, token: string, lifetime: number): Promise<boolean> {
    return this.far.lock(name, token, lifetime);
  }

  extendLock(name: string, token: string, lifetime: number): Promise<boolean> {
    return this.far.extendLock(name, token, lifetime);
  }

  unlock(name: string, token: string): Promise<void> {
    return this.far.unlock(name, token);
  }

  async close(): Promise<void> {
    this.#copies.clear();
    await this.#watch?.close();
    await this.far.close();
  }

  #changing<T>(change: Invalidation, work: () => Promise<T>): Promise<T> {
    return this.#watch ? this.#watch.during(change, work) : work();
  }

  async #ask(address: Address, copy: NearCopy | undefined): Promise<Snapshot | undefined> {
    const sighting = this.#watch?.sighting() ?? NO_SIGHTING;
    const isLarge = copy !== undefined && copy.entry.payload.length >= SMALL;
    const snapshot = isLarge ? await this.far.validate(address, copy.entry) : await this.far.read(address);
    return this.#keep(address.path, snapshot, sighting);
  }

  /** Keeps what was read if it is alive. An entry that is here already stays the very same object. */
  #keep(path: string, snapshot: Snapshot | undefined, sighting: Sighting): Snapshot | undefined {
    if (!snapshot || !isAlive(snapshot.entry.header, [], snapshot.generations)) {
      this.#copies.delete(path);
      return snapshot;
    }
    const { header, payload } = snapshot.entry;
    const copy = this.#copies.get(path);
    if (copy?.entry.header.token === header.token) {
      copy.sighting = sighting;
      return { ...snapshot, entry: copy.entry };
    }
    // It will be parsed once for all its readers.
    const entry: Entry = { header, payload, master: null };
    this.#copies.set(path, { entry, sighting });
    return { ...snapshot, entry };
  }
}
