export { CacheTestingModule, UncachedService } from './cache-testing.module.js';
export { expectSoundCache } from './cache-testing.soundness.js';
export type { SoundCacheOptions } from './cache-testing.soundness.js';
export { chaosStore } from './testing/chaos.store.js';
export type { ChaosStore, ParkedCall, StoreVerb } from './testing/chaos.store.js';
export { FakeClock } from './testing/fake-clock.js';
export { storeContract } from './testing/store-contract.js';
export type { TestFramework } from './testing/store-contract.js';
