import type { Provider } from '@nestjs/common';
import { APP_INTERCEPTOR, ExternalContextCreator } from '@nestjs/core';
import { CACHE_INSTANCES, CACHE_OPTIONS } from './cache.constants.js';
import { CacheInstances } from './cache.instances.js';
import { MODULE_OPTIONS_TOKEN } from './cache.module-definition.js';
import type { CacheModuleOptions, CheckedOptions } from './cache.options.js';
import { checkModuleOptions } from './cache.options.js';
import { CacheService } from './cache.service.js';
import { CacheInterceptor, OTHER_TRANSPORTS, REQUEST_OPTIONS } from './http/cache.interceptor.js';
import type { RequestOptions } from './http/exchange.js';
import { DEFAULT_STORE } from './operations/settings.js';
import { CACHE_RUNTIME, cacheToken } from './operations/tokens.js';
import { openFieldResolvers } from './transports/field-resolvers.js';
import { TransportInterceptor } from './transports/transport.interceptor.js';

/** What the module provides whatever its options are. */
export const CACHE_PROVIDERS: readonly Provider[] = [
  {
    provide: CACHE_OPTIONS,
    useFactory: (options: CacheModuleOptions) => checkModuleOptions(options),
    inject: [MODULE_OPTIONS_TOKEN],
  },
  {
    provide: CACHE_INSTANCES,
    useFactory: (options: CheckedOptions) => new CacheInstances(options),
    inject: [CACHE_OPTIONS],
  },
  { provide: CACHE_RUNTIME, useFactory: ({ runtime }: CacheInstances) => runtime, inject: [CACHE_INSTANCES] },
  { provide: CacheService, useExisting: cacheToken() },
  {
    provide: REQUEST_OPTIONS,
    useFactory: ({ user, allowBypass }: CheckedOptions): RequestOptions => ({ user, allowBypass }),
    inject: [CACHE_OPTIONS],
  },
  {
    provide: OTHER_TRANSPORTS,
    // Made before any module is initialized, which is when GraphQL makes its resolvers.
    useFactory: ({ transports }: CacheInstances, resolvers: ExternalContextCreator) => {
      openFieldResolvers(resolvers, transports);
      return new TransportInterceptor(transports);
    },
    inject: [CACHE_INSTANCES, ExternalContextCreator],
  },
  { provide: APP_INTERCEPTOR, useClass: CacheInterceptor },
];

/** The services of the default cache and of every cache that `@InjectCache` asks for. */
export function serviceProviders(names: Iterable<string>): Provider[] {
  return [...new Set([DEFAULT_STORE, ...names])].map((name) => ({
    provide: cacheToken(name),
    useFactory: (instances: CacheInstances) => instances.service(name),
    inject: [CACHE_INSTANCES],
  }));
}
