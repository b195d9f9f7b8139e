import { KINDS } from '../programs/articles.js';
import { DISCONNECTED, FOUND, LATE, UNDELIVERED } from '../programs/counting.store.js';
import type { Quota } from '../programs/random-freshness.js';
import { FreshnessBench, seed, unexpected } from '../support/freshness-bench.js';
import { randomNumbers } from '../support/random-numbers.js';
import { FAULTS, RedisProxy } from '../support/redis-proxy.js';

const QUOTA: Quota = { reads: 3_500, writes: 40 };
const CONTROL_QUOTA: Quota = { reads: 200, writes: 5 };
const CONTROL_ROUNDS = 20;
const DEADLINE_MS = 900_000;

describe(`processes whose connections to Redis are disturbed at random (NESTASH_SEED=${seed})`, () => {
  let bench: FreshnessBench;
  let proxy: RedisProxy;

  beforeAll(async () => {
    bench = await FreshnessBench.start();
  }, DEADLINE_MS);

  beforeEach(async () => {
    proxy = await RedisProxy.start(bench.cache, randomNumbers(seed));
  });

  afterEach(async () => {
    await bench?.end();
    await proxy?.stop();
  });

  afterAll(() => bench?.stop());

  it(
    'never see data older than the last write that had returned before their read began',
    async () => {
      const stores = ['owned', 'owned5', 'borrowed', 'borrowed5', 'owned', 'owned5'] as const;
      const options = { prefix: 'test:proxied', cacheUrl: proxy.url, writers: 2 };
      const processes = await bench.processes(stores, options);
      proxy.disturb();
      const course = await bench.run(processes, QUOTA);
      if (process.env['NESTASH_FIGURES']) console.log(proxy.counts, { resent: proxy.resent });
      expect(course.violations).toEqual([]);
      expect(unexpected(course.errors)).toEqual([]);
      expect(course.reads).toBeGreaterThanOrEqual(20_000);
      for (const kind of [...KINDS, 'put', 'deletion']) expect(course.writes.get(kind)).toBeGreaterThanOrEqual(200);
      for (const fault of FAULTS) expect(proxy.counts.get(fault)).toBeGreaterThan(0);
      for (const what of [LATE, DISCONNECTED, UNDELIVERED]) expect(course.counts.get(what)).toBeGreaterThan(0);
      expect(course.overtaken).toBeGreaterThan(0);
      expect(proxy.resent).toBeGreaterThan(0);
      // The cache was of use meanwhile, or all of this would prove nothing.
      expect(course.counts.get(FOUND)).toBeGreaterThanOrEqual(5_000);
    },
    DEADLINE_MS,
  );

  it(
    'do see older data once an invalidation without an answer counts as delivered',
    async () => {
      const stores = ['careless', 'careless'] as const;
      const processes = await bench.processes(stores, { prefix: 'test:careless', cacheUrl: proxy.url });
      proxy.disturb();
      let course = await bench.run(processes, CONTROL_QUOTA);
      for (let round = 1; round < CONTROL_ROUNDS && course.violations.length === 0; round++) {
        course = await bench.run(processes, CONTROL_QUOTA);
      }
      expect(course.violations).not.toEqual([]);
    },
    DEADLINE_MS,
  );
});
