import type { CheckedOptions } from './cache.options.js';
import { storeLifetimes, storePrefix } from './cache.options.js';
import { CacheService } from './cache.service.js';
import { systemClock } from './core/clock.js';
import { Engine } from './engine/engine.js';
import { CacheLogger } from './observability/logger.js';
import type { RunnerContext } from './operations/cached-runner.js';
import { Mistakes } from './operations/mistakes.js';
import { CacheRuntime } from './operations/runtime.js';
import { DEFAULT_STORE } from './operations/settings.js';
import { Serializer } from './serialization/codec.js';
import type { CacheStore } from './stores/store.js';

const WAIT_TIMEOUT = 10_000;

/** Everything that one `forRoot` makes: an engine for each store, the runtime of decorators, the services. */
export class CacheInstances {
  readonly logger = new CacheLogger(systemClock);
  readonly stores: ReadonlyMap<string, CacheStore>;
  readonly runtime: CacheRuntime;
  readonly #engines: ReadonlyMap<string, Engine>;
  readonly #context: RunnerContext;

  constructor(readonly options: CheckedOptions) {
    const strict = process.env['NODE_ENV'] !== 'production';
    const { placeholders, partition, sharedScopes, debug, version } = options;
    const serializer = new Serializer(options.serializer, 'CacheModule.forRoot()');
    const engines = [...options.stores].map(([name, definition]) => {
      const { tell } = this.logger;
      const namespace = { prefix: storePrefix(options, name), version, name, tell };
      const keyPrefix = `${namespace.prefix}:v${version}:`;
      const store = definition.create(namespace);
      return new Engine({ name, keyPrefix, store, serializer, clock: systemClock, tell, waitTimeout: WAIT_TIMEOUT });
    });
    this.#engines = new Map(engines.map((engine) => [engine.context.name, engine]));
    this.stores = new Map(engines.map(({ context }) => [context.name, context.store]));
    this.#context = {
      settings: { placeholders, partition, sharedScopes, lifetimes: storeLifetimes(options), debug, strict },
      mistakes: new Mistakes(strict, (message) => this.logger.error(message)),
      log: (message) => this.logger.log(message),
      logError: (message) => this.logger.error(message),
      engineOf: (store) => this.#engines.get(store)!,
      engines: () => engines,
    };
    this.runtime = new CacheRuntime(this.#context);
  }

  /**
   * The service of a named cache; the default one's invalidations reach every cache. Undefined for a name that nobody
   * configured: another application of this process may have.
   */
  service(name: string): CacheService | undefined {
    const engine = this.#engines.get(name);
    const reached = name === DEFAULT_STORE ? [...this.#engines.values()] : [engine!];
    return engine && new CacheService(this.#context, engine, reached);
  }
}
