import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { EMPTY_REPORT } from './checks/cache-report.js';
import { CacheService } from './cache.service.js';
import { INJECTED_CACHES } from './decorators/inject-cache.decorator.js';
import type { MethodRuntime } from './operations/runtime.js';
import { RUNTIME_BRAND } from './operations/runtime.js';
import { CACHE_RUNTIME, cacheToken } from './operations/tokens.js';

/**
 * A cache that never has anything: loaders run, functions under a lock run, everything else does nothing. Nothing is
 * checked either, so that mocks and entities pass.
 */
export class UncachedService extends CacheService {
  constructor() {
    super(undefined as never, undefined as never, [], () => EMPTY_REPORT);
  }

  override async get(): Promise<undefined> {}
  override async has(): Promise<boolean> {
    return false;
  }
  override async ttl(): Promise<null> {
    return null;
  }
  override async getMany<T, K>(): Promise<Map<K, T>> {
    return new Map();
  }
  override async getOrSet<T>(_key: unknown, load: () => T | Promise<T>): Promise<T> {
    return load();
  }
  override async set(): Promise<void> {}
  override async setMany(): Promise<void> {}
  override async put<T>(_key: unknown, compute: () => T | Promise<T>): Promise<T> {
    return compute();
  }
  override async delete(): Promise<void> {}
  override async invalidate(): Promise<void> {}
  override async invalidateTags(): Promise<void> {}
  override async clear(): Promise<void> {}
  override async lock<T>(_name: string, fn: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    return fn(new AbortController().signal);
  }
}

/**
 * Stands in for `CacheModule` in unit tests: decorated methods run as if they had no decorator, and `CacheService` is
 * an `UncachedService`.
 *
 * @example Test.createTestingModule({ imports: [CacheTestingModule.forRoot()], providers: [PostsService] })
 */
@Module({})
export class CacheTestingModule {
  /** Takes no options: there is nothing to configure in a cache that never has anything. */
  static forRoot(): DynamicModule {
    const runtime: MethodRuntime = { brand: RUNTIME_BRAND, run: ({ proceed }) => proceed() };
    const service = new UncachedService();
    return {
      module: CacheTestingModule,
      global: true,
      get providers() {
        return provided(runtime, service);
      },
      get exports() {
        return provided(runtime, service).map(({ provide }) => provide);
      },
    };
  }
}

function provided(runtime: MethodRuntime, service: CacheService) {
  const names = [undefined, ...INJECTED_CACHES];
  return [
    { provide: CACHE_RUNTIME, useValue: runtime },
    { provide: CacheService, useValue: service },
    ...names.map((name) => ({ provide: cacheToken(name), useValue: service })),
  ];
}
