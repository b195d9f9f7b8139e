import { Redis } from 'ioredis';
import type { FloodFigures } from '../programs/flood.js';
import { Programs } from '../support/programs.js';
import { RedisServer } from '../support/redis.js';

const MB = 1_000_000;
const DEADLINE_MS = 900_000;

describe('a client that makes up keys', () => {
  let programs: Programs;
  let redis: RedisServer;

  beforeAll(async () => {
    programs = Programs.build();
    redis = await RedisServer.start();
  }, DEADLINE_MS);

  afterEach(() => programs?.end());

  afterAll(async () => {
    await programs?.stop();
    await redis?.stop();
  });

  async function flood(count: number, configuration: { cacheUrl?: string }): Promise<FloodFigures> {
    const [program] = await programs.start('flood', [configuration]);
    const figures = await program!.ask<FloodFigures>('run', count);
    if (process.env['NESTASH_FIGURES']) console.log(figures);
    return figures;
  }

  it(
    'cannot fill the memory of a process: a million keys',
    async () => {
      const { resident, heap, lines } = await flood(1_000_000, {});
      expect(heap).toBeLessThan(40 * MB);
      expect(resident).toBeLessThan(250 * MB);
      expect(lines).toEqual([expect.stringContaining('Search.find stored more than 10000 different keys')]);
      expect(lines[0]).toContain('"public:search:<<words>>"');
    },
    DEADLINE_MS,
  );

  it(
    'leaves one key for each in Redis, which expires, and nothing in the process: 50,000 keys',
    async () => {
      const { heap } = await flood(50_000, { cacheUrl: redis.url });
      const client = new Redis(redis.url);
      const [, keys, expiring] = /keys=(\d+),expires=(\d+)/.exec(await client.info('keyspace'))!.map(Number);
      const memory = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
      client.disconnect();
      if (process.env['NESTASH_FIGURES']) console.log({ keys, memory });
      expect(keys).toBeGreaterThan(50_000);
      expect(keys).toBeLessThan(50_000 + 20);
      expect(expiring).toBe(keys);
      expect(memory).toBeLessThan(60 * MB);
      expect(heap).toBeLessThan(40 * MB);
    },
    DEADLINE_MS,
  );

  it(
    'cannot fill a Redis that has a limit and may evict: 50,000 keys in 8 MB',
    async () => {
      const small = await RedisServer.start({ args: ['--maxmemory', '8mb', '--maxmemory-policy', 'allkeys-lru'] });
      const { lines } = await flood(50_000, { cacheUrl: small.url });
      const client = new Redis(small.url);
      const memory = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
      client.disconnect();
      await small.stop();
      expect(memory).toBeLessThan(10 * MB);
      expect(lines).toEqual([expect.stringContaining('different keys')]);
    },
    DEADLINE_MS,
  );
});
