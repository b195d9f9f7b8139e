import { checkCall, checkFunction, checkKeys, pairsOf } from './cache.service-arguments.js';
import { ServiceInvalidations } from './cache.service-invalidations.js';
import { ServiceRequests, placeOf } from './cache.service-requests.js';
import type { ServiceCall } from './cache.service-requests.js';
import type {
  GetOptions,
  GetOrSetOptions,
  InvalidationOptions,
  Key,
  LockOptions,
  PartitionOptions,
  SetOptions,
} from './cache.service-options.js';
import type { CacheReport } from './checks/cache-report.js';
import { parseDuration } from './core/duration.js';
import { isThenable } from './core/describe.js';
import { checkOptionNames } from './core/options.js';
import type { SettleOptions } from './core/settle.js';
import type { Engine } from './engine/engine.js';
import { runLocked } from './engine/lock.js';
import type { Outcome } from './engine/request.js';
import type { AnyCatalogKey, CatalogKey, CatalogValues } from './keys/catalog.js';
import { pathOf } from './keys/escape.js';
import { withPartition } from './keys/groups.js';
import type { RunnerContext } from './operations/cached-runner.js';
import { unlessRecursive } from './operations/loader-recursion.js';

/**
 * The cache for code that wants more than decorators. Its reads and writes are those of the decorators, so the same
 * promises hold. Each method throws `KEY_MALFORMED` for a key that is none, `OPTION_UNKNOWN` for an option that does not
 * exist and `OPTION_INVALID` for arguments of another kind; in production these are logged and the call goes on
 * uncached, except for invalidations and for functions that are none.
 */
export class CacheService {
  readonly #requests: ServiceRequests;
  readonly #invalidations: ServiceInvalidations;

  constructor(
    private readonly context: RunnerContext,
    private readonly engine: Engine,
    /** The engines that this service's invalidations reach. */
    private readonly reached: readonly Engine[],
    private readonly map: () => CacheReport,
  ) {
    this.#requests = new ServiceRequests(context, engine);
    this.#invalidations = new ServiceInvalidations(this.#requests, reached);
  }

  /** The value under a key; undefined for a miss. A cached `undefined` is told from a miss by `has`. */
  async get<T = unknown>(key: Key, options: GetOptions = {}): Promise<T | undefined> {
    return (await this.#read('get', key, options))?.value as T | undefined;
  }

  /** Whether there is an entry. */
  async has(key: Key, options: PartitionOptions = {}): Promise<boolean> {
    return (await this.#read('has', key, options))?.status === 'hit';
  }

  /** How much longer an entry is fresh, in milliseconds, by the clock of whoever wrote it; `null` where there is none. */
  async ttl(key: Key, options: PartitionOptions = {}): Promise<number | null> {
    const outcome = await this.#read('ttl', key, options);
    if (outcome?.status !== 'hit') return null;
    return Math.max(0, outcome.times!.expiresAt - this.engine.context.clock.now());
  }

  /** The hits among the keys, by the key as it was given. */
  async getMany<T = unknown, K extends Key = Key>(keys: readonly K[], options: GetOptions = {}): Promise<Map<K, T>> {
    if (!this.#accepts('getMany', (where) => checkKeys(keys, where))) return new Map();
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
  async getOrSet<T>(key: Key, load: () => T | Promise<T>, options: GetOrSetOptions = {}): Promise<T> {
    const where = placeOf('getOrSet');
    checkFunction(load, 'load', where);
    const made = this.#requests.loading('getOrSet', { key, options, load });
    const request = isThenable(made) ? await made : made;
    if (!request) return load();
    const outcome = this.engine.getOrSet(request);
    return this.#valueOf(
      'getOrSet',
      isThenable(outcome)
        ? await unlessRecursive(request, outcome, { mistakes: this.context.mistakes, where })
        : outcome,
    ) as T;
  }

  /**
   * Stores a value, as fresh as its caller made it: an invalidation between the moment the value was computed and this
   * call is not noticed. `put` and `getOrSet` do notice it.
   *
   * @throws CacheError `VALUE_NOT_SERIALIZABLE`
   */
  async set(key: Key, value: unknown, options: SetOptions = {}): Promise<void> {
    await this.#put('set', { key, options, load: () => value });
  }

  /** Sets several values; see `set`. */
  async setMany(entries: Iterable<readonly [key: Key, value: unknown]>, options: SetOptions = {}): Promise<void> {
    let pairs: ReturnType<typeof pairsOf> = [];
    this.#accepts('setMany', (where) => (pairs = pairsOf(entries, where)));
    await Promise.all(pairs.map(([key, value]) => this.set(key, value, options)));
  }

  /**
   * Computes a value and stores it in the place of the entry and everything below it. If it was invalidated while it
   * was computed, or cannot be stored, the entry is gone all the same; where the store cannot be told, that is logged.
   *
   * @throws CacheError `VALUE_NOT_SERIALIZABLE`
   * @example const post = await cache.put(['posts', 'detail', slug], () => save(changes))
   */
  async put<T>(key: Key, compute: () => T | Promise<T>, options: SetOptions & SettleOptions = {}): Promise<T> {
    checkFunction(compute, 'compute', placeOf('put'));
    return (await this.#put('put', { key, options, load: compute })) as T;
  }

  /** Deletes exactly one entry; what is below it stays. */
  async delete(key: Key, options: PartitionOptions = {}): Promise<void> {
    const where = placeOf('delete');
    checkCall(key, options, where);
    const path = withPartition(this.#requests.partition('delete', options), pathOf(key, where));
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
    options?: InvalidationOptions,
  ): Promise<void>;
  async invalidate(pattern: Key, options?: InvalidationOptions): Promise<void>;
  async invalidate(target: Key | AnyCatalogKey, second: object = {}, third: InvalidationOptions = {}): Promise<void> {
    await this.#invalidations.pattern(target, second, third);
  }

  /**
   * Drops every entry with any of the tags.
   *
   * @throws CacheError `KEY_MALFORMED`, `STORE_UNAVAILABLE` when the store did not confirm it.
   */
  async invalidateTags(
    tags: readonly (string | number | readonly unknown[])[],
    options: InvalidationOptions = {},
  ): Promise<void> {
    await this.#invalidations.tags(tags, options);
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
    const where = placeOf('lock');
    checkFunction(fn, 'fn', where);
    checkOptionNames(options, ['ttl', 'wait'], where);
    const lifetime = parseDuration(options.ttl ?? '30s', 'ttl', where);
    const wait = options.wait === undefined ? 0 : parseDuration(options.wait, 'wait', where);
    return runLocked(this.engine.context, { name: pathOf([name], where), lifetime, wait }, fn);
  }

  /**
   * What this application caches by decorators, what drops it, and what the start-up checks say about it. Empty until
   * the application has been initialised.
   */
  report(): CacheReport {
    return this.map();
  }

  async #read(verb: string, key: Key, options: GetOptions) {
    const request = await this.#requests.reading(verb, key, options);
    return request && this.engine.read(request);
  }

  /** In production what cannot be accepted is logged. */
  #accepts(verb: string, check: (where: string) => unknown): boolean {
    try {
      check(placeOf(verb));
      return true;
    } catch (error) {
      this.context.mistakes.report(error, placeOf(verb));
      return false;
    }
  }

  async #put(verb: string, call: ServiceCall): Promise<unknown> {
    const request = await this.#requests.loading(verb, call);
    if (!request) return call.load();
    const outcome = await (verb === 'set' ? this.engine.set(request) : this.engine.put(request));
    if (outcome.undelivered && this.context.settings.onInvalidateError === 'throw') throw outcome.undelivered;
    return this.#valueOf(verb, outcome);
  }

  #valueOf(verb: string, { value, refusal }: Outcome): unknown {
    if (refusal) this.context.mistakes.report(refusal, placeOf(verb));
    return value;
  }
}
