import { inspect } from 'node:util';
import { KINDS } from '../programs/articles.js';
import { FOUND, UNDELIVERED } from '../programs/counting.store.js';
import type { Quota } from '../programs/random-freshness.js';
import { ClusterTroubles } from '../support/cluster-troubles.js';
import { FreshnessBench, seed, unexpected } from '../support/freshness-bench.js';
import { randomNumbers } from '../support/random-numbers.js';
import { TestCluster } from '../support/redis-cluster.js';

const QUOTA: Quota = { reads: 4_000, writes: 25 };
const DEADLINE_MS = 900_000;
/** How many failovers and pauses there are: writes wait for each of them to be over. */
const MOST = 6;

describe(`processes that share a cluster whose masters die, hang and lose slots (NESTASH_SEED=${seed})`, () => {
  let bench: FreshnessBench;
  let cluster: TestCluster;

  beforeAll(async () => {
    bench = await FreshnessBench.start();
    cluster = await TestCluster.start();
  }, DEADLINE_MS);

  afterAll(async () => {
    await bench?.stop();
    await cluster?.stop();
  });

  it(
    'never see data older than the last write that had returned before their read began, but for what a failover lost',
    async () => {
      const stores = ['cluster', 'cluster5', 'borrowedCluster', 'borrowedCluster5'] as const;
      const options = { prefix: 'test:cluster', cacheUrl: cluster.urls, writers: 2 };
      const processes = await bench.processes(stores, options);
      const running = bench.run(processes, QUOTA);
      const troubles = await disturb(cluster, running);
      const course = await running;
      const lost = course.violations.filter((violation) => troubles.isLost(violation));
      const { failovers, counts } = troubles;
      console.log(
        `${course.reads} reads, ${course.counts.get(FOUND)} from the cache; ${failovers.length} failovers, ` +
          `${inspect(counts)}; stale: ${course.violations.length}, ` +
          `of which deletions that a replica missed: ${lost.length}`,
      );
      expect(course.violations.filter((violation) => !lost.includes(violation))).toEqual([]);
      expect(unexpected(course.errors)).toEqual([]);
      expect(course.reads).toBeGreaterThanOrEqual(stores.length * QUOTA.reads);
      for (const kind of [...KINDS, 'put', 'deletion'])
        expect(course.writes.get(kind)).toBeGreaterThanOrEqual(stores.length * QUOTA.writes);
      expect(failovers.length).toBeGreaterThan(0);
      for (const what of ['slots moved', 'keys evicted']) expect(counts.get(what)).toBeGreaterThan(0);
      expect(course.counts.get(UNDELIVERED)).toBeGreaterThan(0);
      // The cache was of use meanwhile, or all of this would prove nothing.
      expect(course.counts.get(FOUND)).toBeGreaterThanOrEqual(4_000);
    },
    DEADLINE_MS,
  );
});

/** Until the processes are done, and as long as it takes to do everything once. */
async function disturb(cluster: TestCluster, running: Promise<unknown>): Promise<ClusterTroubles> {
  const random = randomNumbers(seed);
  const troubles = await ClusterTroubles.of(cluster, random);
  let isOver = false;
  void running.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let turn = 0; !isOver; turn++) {
    if (turn % 6 === 3 && turn < 6 * MOST) await (random() < 0.5 ? troubles.swapMaster() : troubles.killMaster());
    else if (turn % 6 === 5 && turn < 6 * MOST) await troubles.pauseMaster();
    else if (turn % 12 === 1) await troubles.fillMaster();
    else await troubles.moveSlot();
    await new Promise((resolve) => setTimeout(resolve, random() * 500));
  }
  return troubles;
}
