import { Redis } from 'ioredis';
import type { RedisTarget } from '../../lib/index.js';
import type { Asked, Configuration } from '../programs/many-ids.js';
import type { Program } from '../support/programs.js';
import { Programs } from '../support/programs.js';
import { TestCluster } from '../support/redis-cluster.js';
import { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

const PROCESSES = 3;
const DEADLINE_MS = 120_000;
const COUNT = 60;

const upwards = Array.from({ length: COUNT }, (_, id) => id);
const downwards = [...upwards].reverse();

let programs: Programs;
let database: RedisServer;
let counts: Redis;

beforeAll(async () => {
  programs = Programs.build();
  database = await RedisServer.start();
  counts = new Redis(database.url);
}, DEADLINE_MS);

afterEach(() => programs.end());

afterAll(async () => {
  await programs?.stop();
  await counts?.quit();
  await database?.stop();
});

async function startOn(cache: RedisTarget): Promise<Program[]> {
  const configuration: Configuration = { cache, databaseUrl: database.url, prefix: 'test:many' };
  return programs.start('many-ids', Array<object>(PROCESSES).fill(configuration));
}

const find = (program: Program, asked: Asked): Promise<[number, number][]> => program.ask('find', asked);

/** How often each id of a scope was loaded, without repetition. */
async function loadsOf(scope: string): Promise<number[]> {
  const loads = Object.values(await counts.hgetall(scope)).map(Number);
  return [...new Set(loads)];
}

describe('processes that ask for the same cold ids', () => {
  it(
    'load each of them once',
    async () => {
      const [first, second, third] = (await startOn(database.url)) as [Program, Program, Program];
      const asked: Asked = { scope: 'cold', ids: upwards, duration: 100 };
      const found = await Promise.all([
        find(first, asked),
        find(second, { ...asked, ids: downwards }),
        find(third, { ...asked, ids: upwards.slice(20, 40) }),
        find(third, { ...asked, ids: downwards }),
      ]);
      expect(found[0]).toEqual(upwards.map((id) => [id, 1]));
      expect(found[1]).toEqual(downwards.map((id) => [id, 1]));
      expect(await loadsOf('cold')).toEqual([1]);
      expect(await counts.hlen('cold')).toBe(COUNT);
    },
    DEADLINE_MS,
  );

  it(
    'never wait for each other, whatever their orders',
    async () => {
      const processes = await startOn(database.url);
      const found = processes.flatMap((program, index) =>
        [upwards, downwards, upwards.slice(index), downwards.slice(index)].map((ids) =>
          find(program, { scope: 'crossed', ids, duration: 20 }),
        ),
      );
      for (const each of await Promise.all(found)) expect(each.every(([, loads]) => loads === 1)).toBe(true);
      expect(await loadsOf('crossed')).toEqual([1]);
    },
    DEADLINE_MS,
  );

  it(
    'load what a process was loading that was killed, and nothing else twice',
    async () => {
      const [holder, other] = (await startOn(database.url)) as [Program, Program];
      find(holder, { scope: 'killed', ids: upwards.slice(0, 10), duration: 0 }).catch(() => undefined);
      await until(async () => (await counts.hlen('killed')) === 10);
      const found = find(other, { scope: 'killed', ids: downwards, duration: 10 });
      await until(async () => (await counts.hlen('killed')) === COUNT);
      await holder.kill();
      const loads = new Map(await found);
      expect(upwards.filter((id) => loads.get(id) !== 1)).toEqual(upwards.slice(0, 10));
      expect(upwards.every((id) => loads.get(id)! <= 2)).toBe(true);
    },
    DEADLINE_MS,
  );

  it(
    'load each of them once on a cluster',
    async () => {
      const cluster = await TestCluster.start();
      try {
        const processes = await startOn({ cluster: cluster.addresses });
        const asked: Asked = { scope: 'cluster', ids: upwards, duration: 50 };
        await Promise.all(processes.map((program) => find(program, asked)));
        expect(await find(processes[0]!, asked)).toEqual(upwards.map((id) => [id, 1]));
        expect(await loadsOf('cluster')).toEqual([1]);
        expect(await counts.hlen('cluster')).toBe(COUNT);
      } finally {
        await programs.end();
        await cluster.stop();
      }
    },
    DEADLINE_MS,
  );
});
