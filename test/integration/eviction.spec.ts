import { FOUND } from '../programs/counting.store.js';
import type { Quota } from '../programs/random-freshness.js';
import type { Course } from '../support/freshness-bench.js';
import { FreshnessBench, seed } from '../support/freshness-bench.js';
import { Pressure } from '../support/pressure.js';
import type { Program } from '../support/programs.js';

const EVICTING = [
  ...['allkeys-lru', 'allkeys-lfu', 'allkeys-random'],
  ...['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'],
];
const QUOTA: Quota = { reads: 2_000, writes: 15 };
const DEADLINE_MS = 300_000;

describe(`two processes that read and write at random while Redis is full (NESTASH_SEED=${seed})`, () => {
  let bench: FreshnessBench;
  let pressure: Pressure;
  let processes: Program[];

  beforeAll(async () => {
    bench = await FreshnessBench.start();
    pressure = new Pressure(bench.cache.url);
    processes = await bench.processes(['owned', 'owned'], { prefix: 'test:eviction' });
  }, DEADLINE_MS);

  afterAll(async () => {
    pressure?.disconnect();
    await bench?.stop();
  });

  async function run(policy: string): Promise<Course & { evicted: number; found: number }> {
    await pressure.begin(policy);
    const course = await bench.run(processes, QUOTA);
    const evicted = await pressure.end();
    const found = course.counts.get(FOUND) ?? 0;
    if (process.env['NESTASH_FIGURES']) console.log({ policy, evicted, found });
    return { ...course, evicted, found };
  }

  it.each(EVICTING)(
    'never see data older than the last write: %s',
    async (policy) => {
      const course = await run(policy);
      expect(course.violations).toEqual([]);
      expect(course.evicted).toBeGreaterThan(50);
      // The cache was of use meanwhile, or all of this would prove nothing.
      expect(course.found).toBeGreaterThan(100);
    },
    DEADLINE_MS,
  );

  it(
    'never see data older than the last write: noeviction, which refuses to store',
    async () => {
      const course = await run('noeviction');
      expect(course.violations).toEqual([]);
      expect(course.evicted).toBe(0);
      expect(course.errors).toContainEqual(expect.stringContaining('OOM'));
    },
    DEADLINE_MS,
  );
});
