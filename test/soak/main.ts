// Lets processes read and write for minutes while they and what they use fail in every way, and watches their memory.
import { parseArgs } from 'node:util';
import { ClusterTroubles } from '../support/cluster-troubles.js';
import { FreshnessBench, seed } from '../support/freshness-bench.js';
import { Programs } from '../support/programs.js';
import { randomNumbers } from '../support/random-numbers.js';
import { TestCluster } from '../support/redis-cluster.js';
import { TestSentinels } from '../support/redis-sentinel.js';
import { SentinelTroubles } from '../support/sentinel-troubles.js';
import { clusterFaults, sentinelFaults } from './fault.js';
import { Site } from './site.js';
import { judge, judgeMemory } from './verdict.js';

const DEFAULT_SECONDS = 240;
/** Within less time memory swings by more than it would grow. */
const LEAST_SECONDS = 180;
/** After that a process takes about as much as it ever will. */
const WARM_UP = { warmUp: { reads: 3_000, writes: 1 } };
/** In bytes a second. */
const LEAK = 64 * 1_024;
const CONTROL_QUOTA = { reads: 1_000, writes: 10 };
const CONTROL_ROUNDS = 20;

/** Whether stale reads turn up once the lease is taken out of the protocol. */
async function controlNotices(): Promise<boolean> {
  const bench = await FreshnessBench.start(Programs.compiled());
  const processes = await bench.processes(['withoutLeases', 'withoutLeases'], { prefix: 'control' });
  let [count, reads] = [0, 0];
  for (let round = 0; round < CONTROL_ROUNDS && count === 0; round++) {
    const course = await bench.run(processes, CONTROL_QUOTA);
    [count, reads] = [course.violations.length, reads + course.reads];
  }
  await bench.stop();
  console.log(`Control, without leases: ${reads} reads, stale: ${count}`);
  return count > 0;
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: String(DEFAULT_SECONDS) } } });
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds is "${values.seconds}": write a number of seconds, as in --seconds 60.`);
const isLong = seconds >= LEAST_SECONDS;
const random = randomNumbers(seed);
const problems: string[] = [];

console.log(`${seconds} s (NESTASH_SEED=${seed})`);
if (!(await controlNotices())) problems.push('The control saw nothing stale, so the rest proves nothing');
const [sentinels, cluster] = await Promise.all([TestSentinels.start(), TestCluster.start()]);
const behind = await SentinelTroubles.of(sentinels, random);
const among = await ClusterTroubles.of(cluster, random);
const sites = await Promise.all([
  Site.open(
    {
      name: 'Sentinels',
      stores: ['sentinels', 'sentinels5'],
      cacheUrl: sentinels.urls,
      troubles: behind,
      faults: sentinelFaults(behind),
      leak: LEAK,
      ...(isLong && WARM_UP),
    },
    random,
  ),
  Site.open(
    {
      name: 'Cluster',
      stores: ['cluster', 'cluster5'],
      cacheUrl: cluster.urls,
      troubles: among,
      faults: clusterFaults(among),
      ...(isLong && WARM_UP),
    },
    random,
  ),
]);
const begin = performance.now();
await Promise.all(sites.map((site) => site.run(begin + seconds * 1_000)));

console.log(`Over after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
for (const site of sites) problems.push(...judge(site, isLong));
console.log('\nMemory in the second half, KiB/s');
const steady = sites.flatMap((site) => site.steady);
const growth = judgeMemory(steady, begin / 1_000 + seconds / 2);
if (isLong) problems.push(...growth);
else console.log(`  Not judged: that takes ${LEAST_SECONDS} s`);
await Promise.all([...sites.map((site) => site.close()), sentinels.stop(), cluster.stop()]);
console.log(problems.length === 0 ? '\nEverything as it must be' : `\n${problems.join('\n')}`);
process.exit(problems.length === 0 ? 0 : 1);
