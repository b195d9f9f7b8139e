import type { Duration } from '../core/duration.js';
import { parseDuration } from '../core/duration.js';
import type { Address, Entry } from '../core/entry.js';
import { checkOptionNames, wholeNumber } from '../core/options.js';
import { BUCKETS, ROOT_GROUP, bucketGroup, bucketOf } from '../keys/groups.js';
import type { Announcer, FarDefinition, FarStore } from './far-store.js';
import { FAR } from './far-store.js';
import type { NearChanges } from './near-changes.js';
import { RedisConnection } from './redis-client.js';
import { RedisCluster } from './redis-cluster.js';
import { RedisEntries } from './redis-entries.js';
import { RedisInvalidations } from './redis-invalidations.js';
import { RedisLocks, extendHeld, whole } from './redis-held.js';
import { RedisReads } from './redis-reads.js';
import { isOfRun } from './redis-run-id.js';
import { IGNORE_ANY, beginScript, fillScript } from './redis-scripts.js';
import type { RedisTarget } from './redis-target.js';
import { checkTarget, isCluster } from './redis-target.js';
import type { RedisTopology } from './redis-topology.js';
import { SingleServer } from './redis-topology.js';
import type { BeginRequest, Begun, FillRequest, Invalidation, Lease } from './store.js';
import type { Snapshot, StoreDefinition, StoreNamespace } from './store.js';
import { LEASE_LIFETIME } from './store.js';

export interface RedisStoreOptions {
  /** How long a command may take; after that a read is a miss and a write is unconfirmed. Default `'250ms'`. */
  commandTimeout?: Duration;
  /**
   * Values of more bytes are kept as gzip in Redis, which costs about 0.1 ms each way for 20 kB. Whoever reads needs not
   * set it. Default: none is.
   */
  compressAbove?: number;
  /** The default lifetime of entries in this store. Default: the module's. */
  ttl?: Duration;
}

const ROOT_LIFETIME = 30 * 86_400_000;
const NONE: ReadonlyMap<string, string> = new Map();
const REPLACED = 'it was replaced by another process meanwhile';

/**
 * A store in a Redis or Valkey, version 6.2 or newer, that any number of processes share: a single server, the master
 * that Sentinels name, or a cluster. A client that is passed in is never closed.
 *
 * @example redisStore('redis://localhost:6379/1')
 * @example redisStore({ sentinels: [{ host: 'sentinel-1', port: 26379 }], name: 'mymaster' })
 * @example redisStore({ cluster: [{ host: 'node-1', port: 6379 }] })
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`, `STORE_CLIENT_REFUSED`.
 */
export function redisStore(target: RedisTarget, options: RedisStoreOptions = {}): StoreDefinition {
  const where = 'redisStore()';
  checkTarget(target, where);
  checkOptionNames(options, ['commandTimeout', 'compressAbove', 'ttl'], where);
  const { ttl, commandTimeout: limit = '250ms' } = options;
  if (ttl !== undefined) parseDuration(ttl, 'ttl', where);
  const commandTimeout = parseDuration(limit, 'commandTimeout', where);
  const threshold = { option: 'compressAbove', where, least: 0, otherwise: Infinity };
  const compressAbove = wholeNumber(options.compressAbove, threshold);
  const definition: FarDefinition = {
    kind: 'redis',
    ttl,
    [FAR]: { announces: !isCluster(target) },
    create(namespace) {
      const entries = new RedisEntries(namespace, compressAbove);
      return new RedisStore(namespace, topologyOf(namespace, target, commandTimeout), entries);
    },
  };
  return definition;
}

function topologyOf(namespace: StoreNamespace, target: RedisTarget, commandTimeout: number): RedisTopology {
  const { name, reconnected, slow } = namespace;
  const settings = { name, commandTimeout, reconnected, slow };
  if (isCluster(target)) return new RedisCluster(namespace, target, settings);
  return new SingleServer(namespace, new RedisConnection(target, settings));
}

/** Runs the protocol in scripts, each of which the server applies as a whole. */
export class RedisStore implements FarStore {
  readonly kind = 'redis';
  readonly #reads: RedisReads;
  readonly #invalidations: RedisInvalidations;
  readonly #locks: RedisLocks;

  constructor(
    namespace: StoreNamespace,
    private readonly topology: RedisTopology,
    private readonly entries = new RedisEntries(namespace),
  ) {
    this.#reads = new RedisReads(topology, entries);
    this.#invalidations = new RedisInvalidations(topology);
    this.#locks = new RedisLocks(topology);
  }

  async connect(): Promise<void> {
    await this.topology.connect();
  }

  read(address: Address): Promise<Snapshot | undefined> {
    return this.#reads.read(address);
  }

  placeOf(path: string): string {
    return this.topology.shardOf(path).keys.generationPrefix;
  }

  async generations(path: string, groups: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    return this.#reads.generations(path, groups);
  }

  validate(address: Address, copy: Entry): Promise<Snapshot | undefined> {
    return this.#reads.validate(address, copy);
  }

  announcer(changes: NearChanges): Announcer | undefined {
    return this.topology.announcer?.(changes);
  }

  async begin(request: BeginRequest): Promise<Begun> {
    return this.#begin(request, request.ignore ?? '');
  }

  async renew({ path, token }: Lease): Promise<boolean> {
    const shard = this.topology.shardOf(path);
    return extendHeld('renew', { shard, key: shard.keys.lease(path) }, token, LEASE_LIFETIME);
  }

  async fill({ lease, mode, entry, dependencies = NONE }: FillRequest): Promise<boolean> {
    const { path, token } = lease;
    const generations = dependencies.size === 0 ? lease.generations : new Map([...dependencies, ...lease.generations]);
    const [header, payload] = entry ? await this.entries.write(entry, { token, generations }) : ['', ''];
    const shard = this.topology.shardOf(path);
    if (mode === 'put') await this.#invalidations.deleteVariants(path, shard);
    const { keys: names } = shard;
    const connection = await shard.connection('fill');
    await connection.runId('fill');
    const tags = [...new Set(entry?.lateTags)];
    const numbers = tags.map(bucketOf);
    const buckets = numbers.map((number) => lease.buckets[number] ?? '');
    const bucketGroups = numbers.map(bucketGroup);
    const keys = [
      ...[names.entry(path), names.lease(path), names.generation(path), names.own(path)],
      ...shard.keys.generations([...generations.keys(), ...tags, ...bucketGroups]),
    ];
    const lifetimes = entry ? [whole(entry.lifetime), whole(entry.generationLifetime)] : [0, 0];
    const values = [
      ...[token, mode, header, payload, ...lifetimes, ROOT_LIFETIME, names.generationPrefix],
      ...names.announcing,
      ...[generations.size, tags.length, ...generations.values(), ...buckets, ...tags],
    ];
    const { value, runId } = await connection.run('fill', fillScript, keys, values);
    const isConfirmed = Number(value) === 1 && isOfRun(runId, generations.get(ROOT_GROUP));
    if (isConfirmed && entry) {
      const own = [...dependencies.keys(), ...tags].filter((group) => !lease.generations.has(group));
      this.#reads.noteStored(path, own, entry.payload);
    }
    return isConfirmed;
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    await this.#invalidations.carryOut(invalidation);
  }

  async clear(): Promise<void> {
    await this.#invalidations.clear();
  }

  async lock(name: string, token: string, lifetime: number): Promise<boolean> {
    return this.#locks.take(name, token, lifetime);
  }

  async extendLock(name: string, token: string, lifetime: number): Promise<boolean> {
    return this.#locks.extend(name, token, lifetime);
  }

  async unlock(name: string, token: string): Promise<void> {
    await this.#locks.release(name, token);
  }

  async close(): Promise<void> {
    await this.topology.close();
  }

  async #begin(request: BeginRequest, ignore: string): Promise<Begun> {
    const { address, token, mode, lateTags } = request;
    const { path, groups, isDependedOn = false } = address;
    const shard = this.topology.shardOf(path);
    const connection = await shard.connection('begin');
    const keys = [shard.keys.entry(path), shard.keys.lease(path), ...shard.keys.generations(groups)];
    if (isDependedOn) keys.push(shard.keys.own(path));
    const values = [
      ...[await connection.runId('begin'), token, mode, ignore],
      ...[whole(request.generationLifetime), ROOT_LIFETIME, LEASE_LIFETIME],
      ...[shard.keys.generationPrefix, lateTags ? BUCKETS : 0, path, isDependedOn ? 1 : 0],
    ];
    const { value, runId } = await connection.run('begin', beginScript, keys, values);
    const [kind, ...rest] = value as string[];
    if (kind === 'busy' || kind === 'closed') return { kind };
    if (kind === 'alive') {
      const entry = await this.entries.read(rest[0]);
      if (!entry) return this.#begin(request, IGNORE_ANY);
      if (!isOfRun(runId, entry.header.groups.get(ROOT_GROUP))) throw connection.failure('begin', REPLACED);
      this.#reads.note(address, entry);
      return { kind, entry, own: isDependedOn ? rest[1] : undefined };
    }
    const [id = '', ...ids] = rest;
    const generations = new Map(groups.map((group, index) => [group, ids[index] ?? '']));
    if (!isOfRun(runId, generations.get(ROOT_GROUP))) throw connection.failure('begin', REPLACED);
    const own = isDependedOn ? ids.pop() : undefined;
    return { kind: 'leased', lease: { path, token: id, generations, buckets: ids.slice(groups.length), own } };
  }
}
