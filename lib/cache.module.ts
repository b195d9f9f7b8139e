import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CACHE_INSTANCES } from './cache.constants.js';
import type { CacheInstances } from './cache.instances.js';
import type { ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } from './cache.module-definition.js';
import { ConfigurableModuleClass } from './cache.module-definition.js';
import { checkModuleOptions, storeLifetimes, storePrefix } from './cache.options.js';
import { CACHE_PROVIDERS, serviceProviders } from './cache.providers.js';
import { CacheService } from './cache.service.js';
import { exploreApplication } from './checks/explorer.js';
import { formatDuration } from './core/duration.js';
import { CacheError } from './core/errors.js';
import { INJECTED_CACHES } from './decorators/inject-cache.decorator.js';
import type { MethodOperations } from './operations/operation.js';
import { CACHE_RUNTIME, cacheToken } from './operations/tokens.js';
import { loadClassTransformer, prepareClassTransformer } from './serialization/dto.js';

/**
 * The cache of an application. Imported once, in the root module; global.
 *
 * @example CacheModule.forRoot({ prefix: 'prod:shop', store: redisStore('redis://localhost:6379/1') })
 */
@Module({ providers: [...CACHE_PROVIDERS], exports: [CACHE_RUNTIME, CacheService] })
export class CacheModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(CACHE_INSTANCES) private readonly instances: CacheInstances,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {
    super();
  }

  /** @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    checkModuleOptions(options);
    return withServices(super.forRoot(options));
  }

  /** Options from a factory, a class with `createCacheOptions`, or a provider of one. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withServices(super.forRootAsync(options));
  }

  async onModuleInit(): Promise<void> {
    const { runtime, stores } = this.instances;
    const operations = exploreApplication(this.modules, runtime, [...stores.keys()]);
    await prepareTypes(operations);
    await Promise.all([...stores.keys()].map((name) => this.#connect(name)));
  }

  async onApplicationShutdown(): Promise<void> {
    this.instances.runtime.close();
    await Promise.all([...this.instances.stores.values()].map((store) => store.close()));
  }

  /** An application starts whether its cache answers or not, but not with a store that can never work. */
  async #connect(name: string): Promise<void> {
    const { stores, logger, options } = this.instances;
    const store = stores.get(name)!;
    try {
      await store.connect();
      const ttl = formatDuration(storeLifetimes(options).get(name)!);
      logger.log(`Cache "${name}" is kept in ${store.kind}, prefix "${storePrefix(options, name)}", ttl ${ttl}`);
    } catch (error) {
      if (!CacheError.is(error, 'STORE_UNAVAILABLE')) throw error;
      const reason = error.message;
      logger.error(`Cache "${name}" is not there yet; the application runs without it until it is. ${reason}`);
    }
  }
}

/** Nest reads the providers when every file has been loaded, so it sees every `@InjectCache` there is. */
function withServices(definition: DynamicModule): DynamicModule {
  const own = definition.providers ?? [];
  return {
    ...definition,
    get providers() {
      return [...own, ...serviceProviders(INJECTED_CACHES)];
    },
    get exports() {
      return [...(definition.exports ?? []), ...[...INJECTED_CACHES, undefined].map((name) => cacheToken(name))];
    },
  };
}

/** class-transformer is loaded where a method names a type, and where a handler may return what it decorates. */
async function prepareTypes(operations: readonly MethodOperations[]): Promise<void> {
  const cached = operations.flatMap(({ cacheable, put }) => [cacheable, put]).filter((each) => each !== undefined);
  const typed = cached.find(({ type }) => type !== undefined);
  if (typed) await loadClassTransformer(`The option "type" of ${typed.where}`);
  else if (cached.some(({ isHandler }) => isHandler)) await prepareClassTransformer();
}
