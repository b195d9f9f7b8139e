import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { STALENESS_BOUND } from '../../lib/stores/near-watch.js';
import { KINDS } from '../programs/articles.js';
import { SERVED } from '../programs/freshness-stores.js';
import type { Quota } from '../programs/random-freshness.js';
import type { Course } from '../support/freshness-bench.js';
import { FreshnessBench, seed, unexpected } from '../support/freshness-bench.js';
import type { Violation } from '../support/freshness-oracle.js';
import { randomNumbers } from '../support/random-numbers.js';
import type { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

const QUOTA: Quota = { reads: 4_000, writes: 12 };
const READS = 16_000;
const DEADLINE_MS = 240_000;
const LONGEST_PAUSE = 1_500;
const LONGEST_CALM = 3_000;

describe(`processes that keep copies, and read and write at random (NESTASH_SEED=${seed})`, () => {
  let bench: FreshnessBench;

  beforeAll(async () => {
    bench = await FreshnessBench.start();
  }, DEADLINE_MS);

  afterEach(() => bench?.end());

  afterAll(() => bench?.stop());

  it(
    'never see data older than the last write where copies are validated',
    async () => {
      const processes = await bench.processes(['near', 'near', 'near', 'calm'], { prefix: 'test:near', writers: 1 });
      const course = await bench.run(processes, QUOTA);
      expect(course.errors).toEqual([]);
      expect(course.violations).toEqual([]);
      for (const kind of [...KINDS, 'put']) expect(course.writes.get(kind)).toBeGreaterThanOrEqual(48);
      expectUse(course);
    },
    DEADLINE_MS,
  );

  it.each(['eventual', 'untracked'] as const)(
    'see data that is older by the bound at most where copies are served without asking (%s), whatever happens to connections and server',
    async (near) => {
      const processes = await bench.processes([near, near, near, 'calm'], { prefix: `test:${near}` });
      const course = await bench.runDuring(processes, () => disturb(bench.cache), READS);
      if (process.env['NESTASH_FIGURES']) console.log({ longest: longest(course) });
      expect(course.violations.filter((violation) => stalenessOf(violation) > STALENESS_BOUND)).toEqual([]);
      expect(unexpected(course.errors)).toEqual([]);
      for (const kind of [...KINDS, 'put', 'deletion']) expect(course.writes.get(kind)).toBeGreaterThan(0);
      expectUse(course);
      expect(course.counts.get(SERVED)).toBeGreaterThan(100);
    },
    DEADLINE_MS,
  );
});

/** The cache was of use meanwhile, or all of this would prove nothing. */
function expectUse(course: Course): void {
  expect(course.overtaken).toBeGreaterThan(0);
  expect(course.loads).toBeLessThan(course.reads / 2);
}

/** How long before the read began the write had returned that it does not show, in milliseconds. */
function stalenessOf({ read, missedAt }: Violation): number {
  return (read[1] - missedAt) / 1_000;
}

function longest({ violations }: Course): number {
  return violations.reduce((most, each) => Math.max(most, stalenessOf(each)), 0);
}

/** Kills the connections that listen, pauses the server, and restarts it once. */
async function disturb(server: RedisServer): Promise<void> {
  const random = randomNumbers(seed);
  const pause = () => pauseFor(server, LONGEST_PAUSE * random());
  const turns = [() => killListening(server), pause, () => server.restart(), pause, () => killListening(server), pause];
  for (const turn of turns) {
    await sleep(500 + LONGEST_CALM * random());
    await turn();
  }
}

/** As soon as somebody listens: after an outage that takes a while. */
async function killListening(server: RedisServer): Promise<void> {
  const client = new Redis(server.url);
  try {
    await until(async () => {
      const lines = String(await client.client('LIST')).split('\n');
      const listening = lines.filter((line) => / flags=\w*P/.test(line));
      for (const line of listening) await client.client('KILL', 'ID', /^id=(\d+)/.exec(line)![1]!).catch(() => 0);
      return listening.length > 0;
    });
  } finally {
    client.disconnect();
  }
}

async function pauseFor(server: RedisServer, duration: number): Promise<void> {
  server.pause();
  await sleep(duration);
  server.resume();
}
