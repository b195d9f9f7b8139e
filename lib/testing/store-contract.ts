import type { CacheStore } from '../stores/store.js';
import type { StoreRules } from './store-bench.js';
import { StoreBench } from './store-bench.js';
import { entryRules } from './store-rules-entries.js';
import { fillRules, putRules } from './store-rules-fills.js';
import { invalidationRules } from './store-rules-invalidation.js';
import { leaseRules } from './store-rules-leases.js';
import { lockRules } from './store-rules-locks.js';
import { nestingRules } from './store-rules-nesting.js';
import { settlingRules } from './store-rules-settling.js';

/** What the suite needs of a test framework. Jest, Vitest and `node:test` have it. */
export interface TestFramework {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  afterEach(body: () => Promise<void>): unknown;
}

const RULES: StoreRules = {
  ...entryRules,
  ...invalidationRules,
  ...leaseRules,
  ...fillRules,
  ...putRules,
  ...nestingRules,
  ...lockRules,
  ...settlingRules,
};

// Whether the global functions exist depends on where the suite is used.
const GLOBALS: unknown = globalThis;

/**
 * The suite that every store passes: what the engine relies on when it says that no reader sees older data than the
 * last write. Some of the tests wait for leases and windows to end, which takes about ten seconds.
 *
 * @param name what the tests stand under.
 * @param makeStore makes a store for each test, which is closed after it. The stores may share their data.
 * @param framework the global functions by default.
 * @example storeContract('MyStore', () => new MyStore('localhost'));
 */
export function storeContract(
  name: string,
  makeStore: () => CacheStore | Promise<CacheStore>,
  framework: TestFramework = GLOBALS as TestFramework,
): void {
  framework.describe(name, () => {
    const made: CacheStore[] = [];
    framework.afterEach(async () => {
      await Promise.all(made.splice(0).map((store) => store.close()));
    });
    for (const [sentence, rule] of Object.entries(RULES)) {
      framework.it(sentence, async () => {
        const store = await makeStore();
        made.push(store);
        await rule(new StoreBench(store));
      });
    }
  });
}
