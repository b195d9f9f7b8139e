import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { STALENESS_BOUND } from '../../lib/stores/near-watch.js';
import { KINDS } from '../programs/articles.js';
import { SERVED } from '../programs/freshness-stores.js';
import type { Quota } from '../programs/random-freshness.js';
import type { Course } from '../support/freshness-bench.js';
import { FreshnessBench, seed } from '../support/freshness-bench.js';
import type { Violation } from '../support/freshness-oracle.js';
import { randomNumbers } from '../support/random-numbers.js';

const QUOTA: Quota = { reads: 4_000, writes: 12 };
const DEADLINE_MS = 240_000;
const LONGEST_PAUSE = 1_500;
const LONGEST_CALM = 3_000;

/** What the cache may say while its server is restarted. */
const EXPECTED = /^The store "default" (failed to (read|begin|fill|release); |is left alone |did not confirm an inval)/;

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
      expectUse(course);
    },
    DEADLINE_MS,
  );

  it.each(['eventual', 'untracked'] as const)(
    'see data that is older by the bound at most where copies are served without asking (%s), whatever happens to connections and server',
    async (near) => {
      const processes = await bench.processes([near, near, near, 'calm'], { prefix: `test:${near}` });
      const disturbance = new Disturbance(bench);
      const [course] = await Promise.all([
        bench.run(processes, QUOTA).finally(() => disturbance.end()),
        disturbance.goOn(),
      ]);
      if (process.env['NESTASH_FIGURES']) console.log(disturbance.done, { longest: longest(course) });
      expect(course.violations.filter((violation) => stalenessOf(violation) > STALENESS_BOUND)).toEqual([]);
      expect(course.errors.filter((text) => !EXPECTED.test(text))).toEqual([]);
      expectUse(course);
      expect(course.counts.get(SERVED)).toBeGreaterThan(100);
      for (const count of disturbance.done.values()) expect(count).toBeGreaterThan(0);
    },
    DEADLINE_MS,
  );
});

/** The cache was of use meanwhile, or all of this would prove nothing. */
function expectUse(course: Course): void {
  for (const kind of [...KINDS, 'put']) expect(course.writes.get(kind)).toBeGreaterThanOrEqual(48);
  expect(course.overtaken).toBeGreaterThan(0);
  expect(course.loads).toBeLessThan(course.reads / 2);
}

/** How long before the read began the write had returned that it does not show, in milliseconds. */
function stalenessOf({ read, missedAt }: Violation): number {
  return (read[1] - missedAt) / 1_000;
}

function longest({ violations }: Course): number {
  return Math.max(0, ...violations.map(stalenessOf));
}

/** Kills the connections that listen, pauses the server, and restarts it once. */
class Disturbance {
  readonly done = new Map([
    ['kills', 0],
    ['pauses', 0],
    ['restarts', 0],
  ]);
  readonly #random = randomNumbers(seed);
  readonly #client: Redis;
  #hasEnded = false;

  constructor(private readonly bench: FreshnessBench) {
    this.#client = new Redis(bench.cache.url);
    this.#client.on('error', () => {});
  }

  end(): void {
    this.#hasEnded = true;
  }

  async goOn(): Promise<void> {
    try {
      for (let turn = 1; !this.#hasEnded; turn++) {
        await sleep(500 + LONGEST_CALM * this.#random());
        if (turn === 3) await this.#restart();
        else if (turn % 2 === 0) await this.#pause();
        else await this.#kill();
      }
    } finally {
      this.#client.disconnect();
    }
  }

  async #kill(): Promise<void> {
    const listening = String(await this.#client.client('LIST'))
      .split('\n')
      .filter((line) => / flags=\w*P/.test(line));
    for (const line of listening) await this.#client.client('KILL', 'ID', /^id=(\d+)/.exec(line)![1]!).catch(() => 0);
    if (listening.length > 0) this.#count('kills');
  }

  async #pause(): Promise<void> {
    this.bench.cache.pause();
    await sleep(LONGEST_PAUSE * this.#random());
    this.bench.cache.resume();
    this.#count('pauses');
  }

  async #restart(): Promise<void> {
    await this.bench.cache.restart();
    this.#count('restarts');
  }

  #count(what: string): void {
    this.done.set(what, this.done.get(what)! + 1);
  }
}
