import type { Duration } from '../core/duration.js';
import { parseDuration } from '../core/duration.js';
import type { Address, Entry } from '../core/entry.js';
import { checkOptionNames } from '../core/options.js';
import { BUCKETS, ROOT_GROUP, bucketGroup, bucketOf } from '../keys/groups.js';
import { formatHeader, parseEntry } from '../serialization/entry-format.js';
import { RedisConnection } from './redis-client.js';
import { RedisKeys } from './redis-keys.js';
import { RememberedGroups } from './redis-remembered.js';
import { isOfRun } from './redis-run-id.js';
import { deleteMatching } from './redis-scan.js';
import { IGNORE_ANY, beginScript, dropScript, extendScript, fillScript } from './redis-scripts.js';
import type { RedisTarget } from './redis-target.js';
import { checkTarget } from './redis-target.js';
import type { BeginRequest, Begun, CacheStore, FillRequest, Invalidation, Lease } from './store.js';
import type { Snapshot, StoreDefinition, StoreNamespace } from './store.js';
import { LEASE_LIFETIME } from './store.js';

export interface RedisStoreOptions {
  /** How long a command may take; after that a read is a miss and a write is unconfirmed. Default `'250ms'`. */
  commandTimeout?: Duration;
  /** The default lifetime of entries in this store. Default: the module's. */
  ttl?: Duration;
}

const ROOT_LIFETIME = 30 * 86_400_000;
const DELETED_AT_ONCE = 5_000;
const REPLACED = 'it was replaced by another process meanwhile';

/**
 * A store in one Redis or Valkey, version 6.2 or newer, that any number of processes share. A client that is passed in
 * is never closed.
 *
 * @example redisStore('redis://localhost:6379/1')
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`, `STORE_CLIENT_REFUSED`.
 */
export function redisStore(target: RedisTarget, options: RedisStoreOptions = {}): StoreDefinition {
  const where = 'redisStore()';
  checkTarget(target, where);
  checkOptionNames(options, ['commandTimeout', 'ttl'], where);
  const { ttl, commandTimeout: limit = '250ms' } = options;
  if (ttl !== undefined) parseDuration(ttl, 'ttl', where);
  const commandTimeout = parseDuration(limit, 'commandTimeout', where);
  return {
    kind: 'redis',
    ttl,
    create: (namespace) =>
      new RedisStore(namespace, new RedisConnection(target, { name: namespace.name, commandTimeout })),
  };
}

/** Runs the protocol in scripts, each of which the server applies as a whole. */
export class RedisStore implements CacheStore {
  readonly kind = 'redis';
  readonly #keys: RedisKeys;
  readonly #remembered = new RememberedGroups();

  /** @throws CacheError `OPTION_INVALID` for a prefix that could reach the keys of others. */
  constructor(
    private readonly namespace: StoreNamespace,
    private readonly connection: RedisConnection,
  ) {
    this.#keys = new RedisKeys(namespace);
  }

  async connect(): Promise<void> {
    await this.connection.connect();
  }

  async read(address: Address): Promise<Snapshot | undefined> {
    const groups = [...address.groups, ...this.#remembered.of(address)];
    const names = [this.#keys.entry(address.path), ...this.#generationKeys(groups)];
    const { value, runId } = await this.connection.send('read', (commands) => commands.mget(names));
    const [text, ...ids] = value;
    const generations = new Map(groups.map((group, index) => [group, ids[index] ?? null]));
    const entry = usableEntry(text);
    if (typeof text === 'string' && !entry) this.#tellDamage(address);
    if (!entry || !isOfRun(runId, generations.get(ROOT_GROUP))) return undefined;
    this.#note(address, entry);
    return this.#withOwnGroups({ entry, generations });
  }

  async begin(request: BeginRequest): Promise<Begun> {
    return this.#begin(request, request.ignore ?? '');
  }

  async renew({ path, token }: Lease): Promise<boolean> {
    return this.#extend('renew', this.#keys.lease(path), token, LEASE_LIFETIME);
  }

  async fill({ lease, mode, entry }: FillRequest): Promise<boolean> {
    await this.connection.runId('fill');
    const { path, token, generations } = lease;
    const tags = [...new Set(entry?.lateTags)];
    const buckets = tags.map((tag) => lease.buckets[bucketOf(tag)] ?? '');
    const keys = [
      ...[this.#keys.entry(path), this.#keys.lease(path), this.#keys.generation(path)],
      ...this.#generationKeys([...generations.keys(), ...tags, ...tags.map((tag) => bucketGroup(bucketOf(tag)))]),
    ];
    const header = entry ? formatHeader({ ...entry.header, token, groups: generations }) : '';
    const lifetimes = entry ? [whole(entry.lifetime), whole(entry.generationLifetime)] : [0, 0];
    const values = [
      ...[token, mode, header, entry?.payload ?? '', ...lifetimes, ROOT_LIFETIME, this.#keys.generationPrefix],
      ...[generations.size, tags.length, ...generations.values(), ...buckets, ...tags],
    ];
    const { value, runId } = await this.connection.run('fill', fillScript, keys, values);
    const isConfirmed = Number(value) === 1 && isOfRun(runId, generations.get(ROOT_GROUP));
    if (isConfirmed && entry) {
      const own = tags.filter((tag) => !generations.has(tag));
      this.#remembered.note(path, own);
    }
    return isConfirmed;
  }

  async invalidate({ groups, paths, globs }: Invalidation): Promise<void> {
    const operation = 'invalidate';
    const names = [
      ...this.#generationKeys(groups),
      ...paths.map((path) => this.#keys.lease(path)),
      ...paths.map((path) => this.#keys.entry(path)),
    ];
    for (let start = 0; start < names.length; start += DELETED_AT_ONCE) {
      const batch = names.slice(start, start + DELETED_AT_ONCE);
      await this.connection.send(operation, (commands) => commands.del(batch));
    }
    const [first, ...others] = globs;
    if (!first) return;
    const literal = others.length === 0 ? first.literal : '';
    const matches = (path: string) => globs.some((glob) => glob.matches(path));
    await deleteMatching(this.connection, this.#keys, { operation, literal, matches });
  }

  async clear(): Promise<void> {
    const root = [this.#keys.generation(ROOT_GROUP)];
    await this.connection.send('clear', (commands) => commands.del(root));
    await deleteMatching(this.connection, this.#keys, { operation: 'clear', literal: '', matches: () => true });
  }

  async lock(name: string, token: string, lifetime: number): Promise<boolean> {
    const key = this.#keys.lock(name);
    const { value } = await this.connection.send('lock', (commands) =>
      commands.set(key, token, 'PX', whole(lifetime), 'NX'),
    );
    return value === 'OK';
  }

  async extendLock(name: string, token: string, lifetime: number): Promise<boolean> {
    return this.#extend('extendLock', this.#keys.lock(name), token, lifetime);
  }

  async unlock(name: string, token: string): Promise<void> {
    await this.connection.run('unlock', dropScript, [this.#keys.lock(name)], [token]);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** Reads the groups that only the entry names, unless it is dead without them. */
  async #withOwnGroups({ entry, generations }: Snapshot): Promise<Snapshot | undefined> {
    const recorded = entry.header.groups;
    const isDead = [...generations].some(([group, id]) => recorded.has(group) && recorded.get(group) !== id);
    const unread = [...recorded.keys()].filter((group) => !generations.has(group));
    if (isDead || unread.length === 0) return { entry, generations };
    const names = this.#generationKeys(unread);
    const { value, runId } = await this.connection.send('read', (commands) => commands.mget(names));
    if (!isOfRun(runId, recorded.get(ROOT_GROUP))) return undefined;
    const read = unread.map((group, index) => [group, value[index] ?? null] as const);
    return { entry, generations: new Map([...generations, ...read]) };
  }

  async #begin(request: BeginRequest, ignore: string): Promise<Begun> {
    const { address, token, mode, lateTags } = request;
    const { path, groups } = address;
    const keys = [this.#keys.entry(path), this.#keys.lease(path), ...this.#generationKeys(groups)];
    const values = [
      ...[await this.connection.runId('begin'), token, mode, ignore],
      ...[whole(request.generationLifetime), ROOT_LIFETIME, LEASE_LIFETIME],
      ...[this.#keys.generationPrefix, lateTags ? BUCKETS : 0],
    ];
    const { value, runId } = await this.connection.run('begin', beginScript, keys, values);
    const [kind, ...rest] = value as string[];
    if (kind === 'busy') return { kind };
    if (kind === 'alive') {
      const entry = usableEntry(rest[0]);
      if (!entry) return this.#begin(request, IGNORE_ANY);
      if (!isOfRun(runId, entry.header.groups.get(ROOT_GROUP))) throw this.connection.failure('begin', REPLACED);
      this.#note(address, entry);
      return { kind, entry };
    }
    const [id = '', ...ids] = rest;
    const generations = new Map(groups.map((group, index) => [group, ids[index] ?? '']));
    if (!isOfRun(runId, generations.get(ROOT_GROUP))) throw this.connection.failure('begin', REPLACED);
    return { kind: 'leased', lease: { path, token: id, generations, buckets: ids.slice(groups.length) } };
  }

  #note({ path, groups }: Address, { header }: Entry): void {
    const own = [...header.groups.keys()].filter((group) => !groups.includes(group));
    this.#remembered.note(path, own);
  }

  async #extend(operation: string, key: string, token: string, lifetime: number): Promise<boolean> {
    const { value } = await this.connection.run(operation, extendScript, [key], [token, whole(lifetime)]);
    return Number(value) === 1;
  }

  #tellDamage({ path }: Address): void {
    const error = new Error('it is not what nestash writes; it will be replaced, but whoever wrote it may come again');
    this.namespace.tell?.({ kind: 'entry-damaged', key: this.#keys.entry(path), error });
  }

  #generationKeys(groups: readonly string[]): string[] {
    return groups.map((group) => this.#keys.generation(group));
  }
}

/** The one place where a text that is no entry of ours, or a damaged one, becomes a miss. */
function usableEntry(text: string | null | undefined): Entry | undefined {
  return typeof text === 'string' ? parseEntry(text) : undefined;
}

/** Redis takes whole milliseconds only, and at least one. */
function whole(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds));
}
