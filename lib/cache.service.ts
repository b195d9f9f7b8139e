import type { Duration } from './core/duration.js';
import { parseDuration } from './core/duration.js';
import { checkOptionNames } from './core/options.js';
import type { Engine } from './engine/engine.js';
import { invalidationOf } from './engine/invalidator.js';
import type { LoadRequest, Outcome } from './engine/request.js';
import { noteContextual } from './engine/frames.js';
import { runLocked } from './engine/lock.js';
import type { AnyCatalogKey, CatalogKey, CatalogValues } from './keys/catalog.js';
import { isCatalogKey, patternOfCatalogKey } from './keys/catalog.js';
import { encodeTag, pathOf } from './keys/escape.js';
import { groupsOf, partitionSegment, patternOf, tagGroup, withPartition } from './keys/groups.js';
import { partitionOf } from './operations/call-plan.js';
import type { RunnerContext } from './operations/cached-runner.js';
import type { CallScope } from './operations/context-sources.js';
import type { ClassType } from './operations/declaration.js';
import { currentRequest } from './operations/request-context.js';

/** A whole key, without prefix and version: an encoded path, or an array whose elements are encoded one by one. */
export type Key = string | readonly unknown[];

export interface PartitionOptions {
  /** The tenant, where there is no request to take it from. */
  partition?: string | number;
}

export interface SetOptions extends PartitionOptions {
  /** Default: the store's, then the module's. */
  ttl?: Duration;
  /** An entry dies when any of its tags is invalidated. */
  tags?: readonly (string | number | readonly unknown[])[];
  /** A class for class-transformer; what is read back are its instances. */
  type?: ClassType;
}

export interface GetOptions extends PartitionOptions {
  /** A class for class-transformer; what is read back are its instances. */
  type?: ClassType;
}

export interface LockOptions {
  /** How long the lock lives without being renewed; it renews itself while the function runs. Default `'30s'`. */
  ttl?: Duration;
  /** How long to wait for whoever holds it. Default: not at all. */
  wait?: Duration;
}

interface Address {
  readonly address: LoadRequest['address'];
  readonly contextual: ReadonlyMap<string, string>;
}

/**
 * The cache for code that wants more than decorators. Its reads and writes are those of the decorators, so the same
 * promises hold. Each method throws `KEY_MALFORMED` for a key that is none and `OPTION_UNKNOWN` for an option that does
 * not exist; in production these are logged and the call goes on uncached, except for invalidations.
 */
export class CacheService {
  constructor(
    private readonly context: RunnerContext,
    private readonly engine: Engine,
    /** The engines that this service's invalidations reach. */
    private readonly reached: readonly Engine[],
  ) {}

  /** The value under a key; undefined for a miss. A cached `undefined` is told from a miss by `has`. */
  async get<T = unknown>(key: Key, options: GetOptions = {}): Promise<T | undefined> {
    return (await this.#read('get', key, options))?.value as T | undefined;
  }

  /** Whether there is an entry. */
  async has(key: Key, options: PartitionOptions = {}): Promise<boolean> {
    return (await this.#read('has', key, options))?.status === 'hit';
  }

  /** How much longer an entry lives, in milliseconds, by the clock of whoever wrote it; `null` where there is none. */
  async ttl(key: Key, options: PartitionOptions = {}): Promise<number | null> {
    const outcome = await this.#read('ttl', key, options);
    if (outcome?.status !== 'hit') return null;
    return Math.max(0, outcome.expiresAt! - this.engine.context.clock.now());
  }

  /** The hits among the keys, by the key as it was given. */
  async getMany<T = unknown, K extends Key = Key>(keys: readonly K[], options: GetOptions = {}): Promise<Map<K, T>> {
    const outcomes = await Promise.all(
      keys.map(async (key) => [key, await this.#read('getMany', key, options)] as const),
    );
    return new Map(
      outcomes.flatMap(([key, outcome]) => (outcome?.status === 'hit' ? [[key, outcome.value as T]] : [])),
    );
  }

  /**
   * The value under a key, loaded if there is none: once for everybody who asks meanwhile, and never stored if it was
   * invalidated while it was loading. The loader's error is passed on as it is.
   *
   * @throws CacheError `VALUE_NOT_SERIALIZABLE`; `LOADER_RECURSION` for a loader that asks for its own key.
   * @example cache.getOrSet('posts:detail:my-slug', () => load(), { ttl: '10m', tags: ['posts'] })
   */
  async getOrSet<T>(key: Key, load: () => T | Promise<T>, options: SetOptions = {}): Promise<T> {
    const request = this.#plan('getOrSet', options, () => this.#request('getOrSet', { key, options, load }));
    if (!request) return load();
    return this.#valueOf('getOrSet', await this.engine.getOrSet(request)) as T;
  }

  /**
   * Stores a value, as fresh as its caller made it: an invalidation between the moment the value was computed and this
   * call is not noticed. `put` and `getOrSet` do notice it.
   *
   * @throws CacheError `VALUE_NOT_SERIALIZABLE`, `STORE_UNAVAILABLE` when an older entry may be left.
   */
  async set(key: Key, value: unknown, options: SetOptions = {}): Promise<void> {
    await this.#put('set', { key, options, load: () => value });
  }

  /** Sets several values; see `set`. */
  async setMany(entries: Iterable<readonly [key: Key, value: unknown]>, options: SetOptions = {}): Promise<void> {
    await Promise.all([...entries].map(([key, value]) => this.set(key, value, options)));
  }

  /**
   * Computes a value and stores it in the place of the entry and everything below it. If it was invalidated while it
   * was computed, or cannot be stored, the entry is gone all the same.
   *
   * @throws CacheError `VALUE_NOT_SERIALIZABLE`, `STORE_UNAVAILABLE` when an older entry may be left.
   * @example const post = await cache.put(['posts', 'detail', slug], () => save(changes))
   */
  async put<T>(key: Key, compute: () => T | Promise<T>, options: SetOptions = {}): Promise<T> {
    return (await this.#put('put', { key, options, load: compute })) as T;
  }

  /** Deletes exactly one entry; what is below it stays. */
  async delete(key: Key, options: PartitionOptions = {}): Promise<void> {
    checkOptionNames(options, ['partition'], 'CacheService.delete()');
    const path = withPartition(this.#partition('delete', options).segment, pathOf(key));
    await this.engine.invalidate({ groups: [], paths: [path], globs: [] });
  }

  /**
   * Drops an entry and everything below it. In a string `*` stands for one segment, `?` for a character; such patterns
   * cost a scan. In an array everything is a value. Of a catalog's key, what has no value widens the pattern.
   *
   * @throws CacheError `KEY_MALFORMED`, `STORE_UNAVAILABLE` when the store did not confirm it.
   * @example await cache.invalidate(publicBlog.detail, { id })
   */
  async invalidate<T extends string, B extends string>(
    key: CatalogKey<T, B>,
    values?: CatalogValues<T, B>,
    options?: PartitionOptions,
  ): Promise<void>;
  async invalidate(pattern: Key, options?: PartitionOptions): Promise<void>;
  async invalidate(target: Key | AnyCatalogKey, second: object = {}, third: PartitionOptions = {}): Promise<void> {
    const [pattern, options] = isCatalogKey(target)
      ? [patternOfCatalogKey(target as CatalogKey, second).pattern, third]
      : [patternOf(target), second as PartitionOptions];
    checkOptionNames(options, ['partition'], 'CacheService.invalidate()');
    const { segment } = this.#partition('invalidate', options);
    await this.#invalidate({ patterns: [withPartition(segment, pattern)], tagGroups: [] });
  }

  /**
   * Drops every entry with any of the tags.
   *
   * @throws CacheError `KEY_MALFORMED`, `STORE_UNAVAILABLE` when the store did not confirm it.
   */
  async invalidateTags(
    tags: readonly (string | number | readonly unknown[])[],
    options: PartitionOptions = {},
  ): Promise<void> {
    checkOptionNames(options, ['partition'], 'CacheService.invalidateTags()');
    const { segment } = this.#partition('invalidateTags', options);
    await this.#invalidate({ patterns: [], tagGroups: tags.map((tag) => tagGroup(encodeTag(tag), segment)) });
  }

  /**
   * Empties the cache: everything under this prefix, and nothing else.
   *
   * @throws CacheError `STORE_UNAVAILABLE`
   */
  async clear(): Promise<void> {
    await Promise.all(this.reached.map((engine) => engine.clear()));
  }

  /**
   * Runs a function while nobody else, in any process, runs one under the same name. The signal fires if the lock is
   * lost meanwhile. Without the lock the function is never run.
   *
   * @throws CacheError `LOCK_NOT_ACQUIRED`, `LOCK_LOST`, `STORE_UNAVAILABLE`.
   * @example await cache.lock('rebuild', (signal) => rebuild(signal), { ttl: '30s', wait: '5s' })
   */
  async lock<T>(name: string, fn: (signal: AbortSignal) => T | Promise<T>, options: LockOptions = {}): Promise<T> {
    const where = 'CacheService.lock()';
    checkOptionNames(options, ['ttl', 'wait'], where);
    const lifetime = parseDuration(options.ttl ?? '30s', 'ttl', where);
    const wait = options.wait === undefined ? 0 : parseDuration(options.wait, 'wait', where);
    return runLocked(this.engine.context, { name: pathOf([name]), lifetime, wait }, fn);
  }

  async #read(verb: string, key: Key, options: GetOptions) {
    const where = `CacheService.${verb}()`;
    const request = this.#plan(verb, options, () => {
      checkOptionNames(options, ['type', 'partition'], where);
      const { address } = this.#address(verb, key, options);
      return { address, shape: { form: 'value', type: options.type, where }, version: '', debug: this.#debug } as const;
    });
    return request && this.engine.read(request);
  }

  async #put(verb: string, call: { key: Key; options: SetOptions; load: () => unknown }): Promise<unknown> {
    const request = this.#plan(verb, call.options, () => this.#request(verb, call));
    if (!request) return call.load();
    const outcome = await this.engine.put(request);
    const value = this.#valueOf(verb, outcome);
    if (outcome.undelivered) throw outcome.undelivered;
    return value;
  }

  /** In production a key that cannot be made is logged, and there is no request. */
  #plan<R>(verb: string, options: object, make: () => R): R | undefined {
    try {
      return make();
    } catch (error) {
      this.context.mistakes.report(error, `CacheService.${verb}()`);
      return undefined;
    }
  }

  #request(verb: string, { key, options, load }: { key: Key; options: SetOptions; load: () => unknown }): LoadRequest {
    const where = `CacheService.${verb}()`;
    checkOptionNames(options, ['ttl', 'tags', 'type', 'partition'], where);
    const { settings } = this.context;
    const lifetime =
      options.ttl === undefined
        ? settings.lifetimes.get(this.engine.context.name)!
        : parseDuration(options.ttl, 'ttl', where);
    return {
      ...this.#address(verb, key, options),
      shape: { form: 'value', type: options.type, where },
      version: '',
      debug: this.#debug,
      hasLateTags: false,
      lifetime,
      load,
      decide: () => ({ kind: 'store', lifetime, lateTags: [] }),
    };
  }

  #address(verb: string, key: Key, options: SetOptions): Address {
    const { segment, contextual } = this.#partition(verb, options);
    const path = withPartition(segment, pathOf(key));
    const tags = (options.tags ?? []).map((tag) => tagGroup(encodeTag(tag), segment));
    return { address: { path, groups: [...new Set([...groupsOf(path), ...tags])] }, contextual };
  }

  #partition(verb: string, { partition }: PartitionOptions) {
    const where = `CacheService.${verb}()`;
    const scope: CallScope = { where, args: [], context: currentRequest()?.context, contextual: new Map() };
    const segment =
      partition === undefined
        ? partitionOf(scope, this.context.settings.partition)
        : partitionSegment(partition, where);
    noteContextual(scope.contextual);
    return { segment, contextual: scope.contextual };
  }

  #valueOf(verb: string, { value, refusal }: Outcome): unknown {
    if (refusal) this.context.mistakes.report(refusal, `CacheService.${verb}()`);
    return value;
  }

  async #invalidate(targets: { patterns: readonly string[]; tagGroups: readonly string[] }): Promise<void> {
    const invalidation = invalidationOf(targets);
    const results = await Promise.allSettled(this.reached.map((engine) => engine.invalidate(invalidation)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  get #debug(): boolean {
    return this.context.settings.debug;
  }
}
