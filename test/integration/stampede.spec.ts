import { Redis } from 'ioredis';
import type { Configuration, Outcome, Stampede } from '../programs/stampede.js';
import { until } from '../support/until.js';
import { HeldUp } from '../support/held-up.js';
import type { Program } from '../support/programs.js';
import { Programs } from '../support/programs.js';
import { RedisServer } from '../support/redis.js';

const PROCESSES = 4;
const CALLERS = 500;
const DEADLINE_MS = 300_000;
/** How soon the leader is replaced, and how long the replacement loads, in milliseconds. */
const REPLACED_WITHIN = 3_000;
const DURATION = 100;
const STALE_AFTER = 2_000;

describe.each(['service', 'decorator'] as const)(
  '500 callers in each of four processes on one cold key (%s)',
  (through) => {
    let programs: Programs;
    let redis: RedisServer;
    let database: Redis;
    let processes: Program[];

    beforeAll(async () => {
      programs = Programs.build();
      redis = await RedisServer.start();
      database = new Redis(redis.url);
      const { url } = redis;
      const configuration: Configuration = { cacheUrl: url, databaseUrl: url, prefix: 'test:stampede' };
      processes = await programs.start('stampede', Array<object>(PROCESSES).fill(configuration));
      // What a first call costs, such as compiling the code, is no part of a stampede.
      const warm: Stampede = { through, key: 'warm', callers: 50, duration: 1 };
      for (const program of processes) await program.ask('stampede', warm);
    }, DEADLINE_MS);

    afterAll(async () => {
      await programs?.stop();
      await database?.quit();
      await redis?.stop();
    });

    it(
      'run the loader once',
      async () => {
        const asked: Stampede = { through, key: 'cold', callers: CALLERS, duration: DURATION };
        const outcomes = await Promise.all(processes.map((program) => program.ask<Outcome>('stampede', asked)));
        expect(outcomes).toEqual(Array(PROCESSES).fill({ values: [1], callers: CALLERS }));
        expect(await database.get('cold')).toBe('1');
      },
      DEADLINE_MS,
    );

    it(
      'run the loader once for an entry that is stale, and none of them waits for it',
      async () => {
        const asked: Stampede = { through, key: 'stale', callers: CALLERS, duration: DURATION, isStale: true };
        await processes[0]!.ask('stampede', { ...asked, callers: 1 });
        const filled = performance.now();
        await until(() => performance.now() - filled > STALE_AFTER);
        const outcomes = await Promise.all(processes.map((program) => program.ask<Outcome>('stampede', asked)));
        expect(outcomes.flatMap(({ values }) => values)).toContain(1);
        await until(async () => (await database.get('stale')) === '2');
        const later = { ...asked, callers: 1 };
        await until(async () => (await processes[1]!.ask<Outcome>('stampede', later)).values[0] === 2);
        expect(await database.get('stale')).toBe('2');
      },
      DEADLINE_MS,
    );

    it(
      'get another leader within three seconds after theirs was killed',
      async () => {
        const [leader, ...others] = processes as [Program, ...Program[]];
        const stuck: Stampede = { through, key: 'killed', callers: CALLERS, duration: 0 };
        leader.ask('stampede', stuck).catch(() => undefined);
        await until(async () => (await database.get('killed')) === '1');
        const asked: Stampede = { ...stuck, duration: DURATION };
        const asking = Promise.all(others.map((program) => program.ask<Outcome>('stampede', asked)));
        const [killed, heldUp] = [performance.now(), new HeldUp()];
        await leader.kill();
        expect(await asking).toEqual(Array(PROCESSES - 1).fill({ values: [2], callers: CALLERS }));
        expect(performance.now() - killed).toBeLessThan(REPLACED_WITHIN + DURATION + heldUp.stop());
        expect(await database.get('killed')).toBe('2');
      },
      DEADLINE_MS,
    );
  },
);
