import { KINDS } from '../programs/articles.js';
import type { StoreName } from '../programs/freshness-stores.js';
import type { Quota } from '../programs/random-freshness.js';
import type { Course } from '../support/freshness-bench.js';
import { FreshnessBench, seed } from '../support/freshness-bench.js';
import type { Program } from '../support/programs.js';

const QUOTA: Quota = { reads: 25_500, writes: 450 };
const DEADLINE_MS = 900_000;
const CONTROL_QUOTA: Quota = { reads: 1_000, writes: 10 };
const CONTROL_ROUNDS = 20;

describe(`four processes that read and write at random (NESTASH_SEED=${seed})`, () => {
  let bench: FreshnessBench;

  beforeAll(async () => {
    bench = await FreshnessBench.start();
  }, DEADLINE_MS);

  afterEach(() => bench?.end());

  afterAll(() => bench?.stop());

  function start(prefix: string, store: StoreName): Promise<Program[]> {
    return bench.processes([store, store, store, store], { prefix });
  }

  async function run(processes: readonly Program[], quota: Quota): Promise<Course> {
    const course = await bench.run(processes, quota);
    expect(course.errors).toEqual([]);
    return course;
  }

  it(
    'never see data older than the last write that had returned before their read began',
    async () => {
      const course = await run(await start('test:random', 'calm'), QUOTA);
      expect(course.violations).toEqual([]);
      expect(course.reads).toBeGreaterThanOrEqual(100_000);
      for (const kind of KINDS) expect(course.writes.get(kind)).toBeGreaterThanOrEqual(1_000);
      expect(course.writes.get('put')).toBeGreaterThanOrEqual(1_000);
      // How many depends on the speed of the machine.
      expect(course.overtaken).toBeGreaterThan(0);
      // The cache was of use meanwhile, or all of this would prove nothing.
      expect(course.loads).toBeLessThan(course.reads / 2);
    },
    DEADLINE_MS,
  );

  it(
    'do see older data once the lease is taken out of the protocol',
    async () => {
      const processes = await start('test:no-lease', 'withoutLeases');
      let course = await run(processes, CONTROL_QUOTA);
      for (let round = 1; round < CONTROL_ROUNDS && course.violations.length === 0; round++) {
        course = await run(processes, CONTROL_QUOTA);
      }
      expect(course.violations).not.toEqual([]);
    },
    DEADLINE_MS,
  );
});
