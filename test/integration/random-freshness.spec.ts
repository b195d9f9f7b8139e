import { randomInt } from 'node:crypto';
import { KINDS } from '../programs/articles.js';
import type { Configuration, Log, Quota } from '../programs/random-freshness.js';
import type { Verdict } from '../support/freshness-oracle.js';
import { judgeLogs } from '../support/freshness-oracle.js';
import type { Program } from '../support/programs.js';
import { Programs } from '../support/programs.js';
import { RedisServer } from '../support/redis.js';

const PROCESSES = 4;
const QUOTA: Quota = { reads: 25_500, writes: 255 };
const DEADLINE_MS = 120_000;
const CONTROL_QUOTA: Quota = { reads: 1_000, writes: 10 };
const CONTROL_ROUNDS = 20;

const seed = Number(process.env['NESTASH_SEED'] ?? randomInt(2 ** 31));

describe(`four processes that read and write at random (NESTASH_SEED=${seed})`, () => {
  let programs: Programs;
  let cache: RedisServer;
  let database: RedisServer;

  beforeAll(async () => {
    programs = Programs.build();
    [cache, database] = await Promise.all([RedisServer.start(), RedisServer.start()]);
  }, DEADLINE_MS);

  afterEach(() => programs?.end());

  afterAll(async () => {
    await programs?.stop();
    await Promise.all([cache?.stop(), database?.stop()]);
  });

  function start(prefix: string, withLeases: boolean): Promise<Program[]> {
    const common = { cacheUrl: cache.url, databaseUrl: database.url, prefix, withLeases };
    const configurations: Configuration[] = Array.from({ length: PROCESSES }, (_, index) => ({
      ...common,
      seed: seed + index * 7_919,
    }));
    return programs.start('random-freshness', configurations);
  }

  async function run(processes: readonly Program[], quota: Quota): Promise<Verdict> {
    const logs = await Promise.all(processes.map((program) => program.ask<Log>('run', quota)));
    expect(logs.flatMap(({ errors }) => errors)).toEqual([]);
    const verdict = judgeLogs(logs);
    if (process.env['NESTASH_FIGURES']) console.log({ ...verdict, violations: verdict.violations.length });
    return verdict;
  }

  it(
    'never see data older than the last write that had returned before their read began',
    async () => {
      const verdict = await run(await start('test:random', true), QUOTA);
      expect(verdict.violations).toEqual([]);
      expect(verdict.reads).toBeGreaterThanOrEqual(100_000);
      for (const kind of KINDS) expect(verdict.writes.get(kind)).toBeGreaterThanOrEqual(1_000);
      expect(verdict.writes.get('put')).toBeGreaterThanOrEqual(1_000);
      expect(verdict.overtaken).toBeGreaterThanOrEqual(1_000);
      // The cache was of use meanwhile, or all of this would prove nothing.
      expect(verdict.loads).toBeLessThan(verdict.reads / 2);
    },
    DEADLINE_MS,
  );

  it(
    'do see older data once the lease is taken out of the protocol',
    async () => {
      const processes = await start('test:no-lease', false);
      let verdict = await run(processes, CONTROL_QUOTA);
      for (let round = 1; round < CONTROL_ROUNDS && verdict.violations.length === 0; round++) {
        verdict = await run(processes, CONTROL_QUOTA);
      }
      expect(verdict.violations).not.toEqual([]);
    },
    DEADLINE_MS,
  );
});
