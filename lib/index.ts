export { CacheModule } from './cache.module.js';
export type { CacheModuleOptions } from './cache.options.js';
export type {
  CacheReport,
  ReportedFinding,
  ReportedInput,
  ReportedInvalidation,
  ReportedMethod,
  ReportedTarget,
} from './checks/cache-report.js';
export type { CacheOptionsFactory } from './cache.module-definition.js';
export { CacheService } from './cache.service.js';
export type {
  GetOptions,
  GetOrSetOptions,
  InvalidationOptions,
  Key,
  LockOptions,
  PartitionOptions,
  SetOptions,
} from './cache.service-options.js';
export type { Duration } from './core/duration.js';
export type { SettleOptions } from './core/settle.js';
export type { StaleOptions } from './core/stale-windows.js';
export type { Address, Entry, EntryForm, EntryHeader, EntrySerializer } from './core/entry.js';
export { CACHE_ERROR_CODES, CacheError } from './core/errors.js';
export type { CacheErrorCode, CacheErrorDetails } from './core/errors.js';
export { CacheControl } from './decorators/cache-control.decorator.js';
export { CacheDefaults } from './decorators/cache-defaults.decorator.js';
export { CachePut } from './decorators/cache-put.decorator.js';
export { CacheableMany } from './decorators/cacheable-many.decorator.js';
export { Cacheable } from './decorators/cacheable.decorator.js';
export { InjectCache } from './decorators/inject-cache.decorator.js';
export { InvalidateCache } from './decorators/invalidate-cache.decorator.js';
export { NoCache } from './decorators/no-cache.decorator.js';
export { cacheKeys } from './keys/catalog.js';
export type { CatalogKey, CatalogValues } from './keys/catalog.js';
export type { PlaceholderNames } from './keys/placeholder-names.js';
export type { CacheControlOptions } from './operations/cache-control.js';
export type {
  CacheDefaultsOptions,
  CacheableManyOptions,
  CacheableOptions,
  InvalidateOptions,
  KeyFunction,
  ManyMethod,
  OneOfMany,
  Pattern,
  PatternFunction,
  PlainCacheableOptions,
  PlainInvalidateOptions,
  PlainPutOptions,
  PutOptions,
} from './operations/declaration.js';
export { cacheRoutes } from './operations/cached-routes.js';
export type { CachedRoute } from './operations/cached-routes.js';
export type { ContextFunction } from './operations/context-sources.js';
export { ttlMatrix } from './operations/policies.js';
export type { CachePolicy } from './operations/policies.js';
export type { RequestContext } from './operations/request-context.js';
export type { ValueCodec } from './serialization/value-codecs.js';
export { decimalCodec, objectIdCodec } from './serialization/value-codecs.js';
export { memoryStore } from './stores/memory.store.js';
export type { MemoryStoreOptions } from './stores/memory.store.js';
export { nearStore } from './stores/near.store.js';
export type { NearConsistency, NearStoreOptions } from './stores/near.store.js';
export { redisStore } from './stores/redis.store.js';
export type { RedisStoreOptions } from './stores/redis.store.js';
export type { RedisTarget } from './stores/redis-target.js';
export type {
  BeginRequest,
  Begun,
  CacheStore,
  FillRequest,
  Glob,
  Invalidation,
  Lease,
  Generations,
  Snapshot,
  StoreDefinition,
  StoreNamespace,
} from './stores/store.js';
