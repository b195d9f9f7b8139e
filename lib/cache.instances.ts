import type { CheckedOptions } from './cache.options.js';
import { CacheService } from './cache.service.js';
import { storeLifetimes, storePrefix, storesWithTtl } from './cache.stores.js';
import type { CheckedApplication } from './checks/application.js';
import type { CacheReport } from './checks/cache-report.js';
import { cacheReport, EMPTY_REPORT } from './checks/cache-report.js';
import { everyFinding } from './checks/report.js';
import { systemChance } from './core/chance.js';
import { systemClock } from './core/clock.js';
import type { Tell } from './core/events.js';
import { Engine } from './engine/engine.js';
import { CacheLogger } from './observability/logger.js';
import type { RunnerContext } from './operations/cached-runner.js';
import { KeyFloods } from './operations/key-floods.js';
import { Mistakes } from './operations/mistakes.js';
import { CacheRuntime } from './operations/runtime.js';
import type { OperationSettings } from './operations/settings.js';
import { DEFAULT_STORE } from './operations/settings.js';
import { Serializer } from './serialization/codec.js';
import { GuardedStore } from './stores/guarded.store.js';
import type { CacheStore, StoreDefinition, StoreNamespace } from './stores/store.js';
import { TransportRequests } from './transports/transport-requests.js';

const WAIT_TIMEOUT = 10_000;

/** Everything that one `forRoot` makes: an engine for each store, the runtime of decorators, the services. */
export class CacheInstances {
  readonly logger = new CacheLogger(systemClock);
  readonly stores: ReadonlyMap<string, CacheStore>;
  readonly runtime: CacheRuntime;
  readonly transports: TransportRequests;
  /** Set when the application has been looked at. */
  application: CheckedApplication | undefined;
  readonly #engines: ReadonlyMap<string, Engine>;
  readonly #context: RunnerContext;

  constructor(readonly options: CheckedOptions) {
    const strict = process.env['NODE_ENV'] !== 'production';
    const { version } = options;
    this.transports = new TransportRequests(options.user);
    const serializer = new Serializer(options.serializer, 'CacheModule.forRoot()');
    const stores = new Map<string, CacheStore>();
    const engines = [...options.stores].map(([name, definition]) => {
      const { tell } = this.logger;
      const prefix = storePrefix(options, name);
      const namespace = { prefix, version, name, maxValueBytes: serializer.maxBytes, tell };
      const keyPrefix = `${prefix}:v${version}:`;
      const store = guardedStore(definition, namespace, tell);
      stores.set(name, store);
      return new Engine({
        name,
        keyPrefix,
        store,
        stores,
        serializer,
        clock: systemClock,
        chance: systemChance,
        tell,
        waitTimeout: WAIT_TIMEOUT,
      });
    });
    this.#engines = new Map(engines.map((engine) => [engine.context.name, engine]));
    this.stores = stores;
    this.#context = {
      settings: { ...options, lifetimes: storeLifetimes(options), storesWithTtl: storesWithTtl(options), strict },
      mistakes: new Mistakes(strict, (message) => this.logger.error(message)),
      floods: new KeyFloods(systemClock, this.logger.tell),
      log: (message) => this.logger.log(message),
      engineOf: (store) => this.#engines.get(store)!,
      engines: () => engines,
      requestOf: (transport, bearer, route) => this.transports.of(transport, bearer, route),
    };
    this.runtime = new CacheRuntime(this.#context);
  }

  get settings(): OperationSettings {
    return this.#context.settings;
  }

  /** What the application caches, and what is found in it; empty before it has been looked at. */
  report(): CacheReport {
    return this.application ? cacheReport(this.application, everyFinding(this.application)) : EMPTY_REPORT;
  }

  /**
   * The service of a named cache; the default one's invalidations reach every cache. Undefined for a name that nobody
   * configured: another application of this process may have.
   */
  service(name: string): CacheService | undefined {
    const engine = this.#engines.get(name);
    const reached = name === DEFAULT_STORE ? [...this.#engines.values()] : [engine!];
    return engine && new CacheService(this.#context, engine, reached, () => this.report());
  }
}

/** A store, and what stands in front of it, which hears from it how it is. */
function guardedStore(definition: StoreDefinition, namespace: StoreNamespace, tell: Tell): GuardedStore {
  const inner = definition.create({
    ...namespace,
    reconnected: (absence) => store.reconnected(absence),
    slow: (error) => store.slow(error),
  });
  const store = new GuardedStore(inner, { name: namespace.name, clock: systemClock, tell });
  return store;
}
