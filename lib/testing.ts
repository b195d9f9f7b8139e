export { CacheTestingModule, UncachedService } from './cache-testing.module.js';
