import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, NestModule, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { CACHE_INSTANCES } from './cache.constants.js';
import type { CacheInstances } from './cache.instances.js';
import type { ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } from './cache.module-definition.js';
import { ConfigurableModuleClass } from './cache.module-definition.js';
import { checkModuleOptions } from './cache.options.js';
import { CACHE_PROVIDERS, serviceProviders } from './cache.providers.js';
import { CacheService } from './cache.service.js';
import { storeLifetimes, storePrefix } from './cache.stores.js';
import { exploreApplication } from './checks/explorer.js';
import { reportTable } from './checks/report-table.js';
import { declareRoutes } from './checks/routes.js';
import { formatDuration } from './core/duration.js';
import { CacheError } from './core/errors.js';
import { INJECTED_CACHES } from './decorators/inject-cache.decorator.js';
import { configOf } from './operations/nest-config.js';
import type { MethodOperations } from './operations/operation.js';
import { CACHE_RUNTIME, cacheToken } from './operations/tokens.js';
import { loadClassTransformer, prepareClassTransformer } from './serialization/dto.js';

/**
 * The cache of an application. Imported once, in the root module; global.
 *
 * @example CacheModule.forRoot({ prefix: 'prod:shop', store: redisStore('redis://localhost:6379/1') })
 */
@Module({ providers: [...CACHE_PROVIDERS], exports: [CACHE_RUNTIME, CacheService] })
export class CacheModule extends ConfigurableModuleClass implements NestModule, OnModuleInit, OnApplicationShutdown {
  #mistakenRoutes: readonly CacheError[] = [];

  constructor(
    @Inject(CACHE_INSTANCES) private readonly instances: CacheInstances,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ExternalContextCreator) private readonly externals: ExternalContextCreator,
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

  /** Called by Nest for middleware, for want of another moment between its configuration and its making of routes. */
  configure(): void {
    const { runtime, options } = this.instances;
    const application = { modules: this.modules, config: configOf(this.externals), runtime };
    this.#mistakenRoutes = declareRoutes(options.routes, application);
  }

  async onModuleInit(): Promise<void> {
    const { runtime, stores, settings, logger } = this.instances;
    const application = exploreApplication({
      modules: this.modules,
      config: configOf(this.externals),
      runtime,
      settings,
      stores: [...stores.keys()],
      mistakenRoutes: this.#mistakenRoutes,
      warn: (text) => logger.warn(text),
    });
    this.instances.application = application;
    const operations = application.methods.map((method) => method.operations);
    const table = settings.debug ? reportTable(this.instances.report()) : undefined;
    if (table) logger.log(table);
    this.#tellUncached(operations);
    await prepareTypes(operations);
    try {
      await Promise.all([...stores.keys()].map((name) => this.#connect(name)));
    } catch (error) {
      // Nobody shuts down an application that did not start.
      await this.onApplicationShutdown();
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.instances.runtime.close();
    await Promise.all([...this.instances.stores.values()].map((store) => store.close()));
  }

  /** A decorator that does nothing must not look as if it did. */
  #tellUncached(operations: readonly MethodOperations[]): void {
    const told = operations.flatMap(({ where, cacheable, put }) => {
      const policy = (cacheable ?? put)?.lifetime.fixed?.policy;
      return policy?.isUncached ? `${where} is never cached: the policy "${policy.match}" says cache: false` : [];
    });
    // A class may be provided in several modules.
    for (const line of new Set(told)) this.instances.logger.log(line);
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
      // The log has it from the store itself.
      if (options.requireStore || !CacheError.is(error, 'STORE_UNAVAILABLE')) throw error;
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
  const typed = cached.find(({ shape }) => shape.type !== undefined);
  if (typed) await loadClassTransformer(`The option "type" of ${typed.where}`);
  else if (cached.some(({ calledBy }) => calledBy === 'http')) await prepareClassTransformer();
}
