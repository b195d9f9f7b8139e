import { inspect } from 'node:util';
import { KINDS } from '../programs/articles.js';
import { FOUND, UNDELIVERED } from '../programs/counting.store.js';
import { FreshnessBench, seed, unexpected } from '../support/freshness-bench.js';
import { randomNumbers } from '../support/random-numbers.js';
import { TestSentinels } from '../support/redis-sentinel.js';
import { SentinelTroubles } from '../support/sentinel-troubles.js';

const READS = 10_000;
const DEADLINE_MS = 900_000;

describe(`processes that share a Redis whose master dies, hangs and is replaced by Sentinels (NESTASH_SEED=${seed})`, () => {
  let bench: FreshnessBench;
  let sentinels: TestSentinels;

  beforeAll(async () => {
    bench = await FreshnessBench.start();
    sentinels = await TestSentinels.start();
  }, DEADLINE_MS);

  afterAll(async () => {
    await bench?.stop();
    await sentinels?.stop();
  });

  it(
    'never see data older than the last write that had returned before their read began, but for what a failover lost',
    async () => {
      const stores = ['sentinels', 'sentinels5', 'sentinels', 'sentinels5'] as const;
      const options = { prefix: 'test:sentinels', cacheUrl: sentinels.urls, writers: 2, rest: 20 };
      const processes = await bench.processes(stores, options);
      const troubles = await SentinelTroubles.of(sentinels, randomNumbers(seed));
      const course = await bench.runDuring(processes, () => disturb(troubles), READS);
      const lost = course.violations.filter((violation) => troubles.isLost(violation));
      console.log(
        `${course.reads} reads, ${course.counts.get(FOUND)} from the cache; ${inspect(troubles.counts)}; ` +
          `stale: ${course.violations.length}, of which deletions that a replica missed: ${lost.length}`,
      );
      expect(course.violations.filter((violation) => !lost.includes(violation))).toEqual([]);
      expect(unexpected(course.errors)).toEqual([]);
      for (const kind of [...KINDS, 'put', 'deletion']) expect(course.writes.get(kind)).toBeGreaterThan(0);
      expect(troubles.counts.get('keys evicted')).toBeGreaterThan(0);
      expect(course.counts.get(UNDELIVERED)).toBeGreaterThan(0);
      // The cache was of use meanwhile, or all of this would prove nothing.
      expect(course.counts.get(FOUND)).toBeGreaterThanOrEqual(1_000);
    },
    DEADLINE_MS,
  );
});

/** Sentinels replace no other dead master for half a minute, so one dies and the next one is told to go. */
async function disturb(troubles: SentinelTroubles): Promise<void> {
  await troubles.pauseMaster();
  await troubles.fillMaster();
  await troubles.loseMaster('kill');
  await troubles.pauseMaster();
  await troubles.demoteMaster();
}
