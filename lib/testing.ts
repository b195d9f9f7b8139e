export { CacheTestingModule, UncachedService } from './cache-testing.module.js';
export { FakeClock } from './testing/fake-clock.js';
