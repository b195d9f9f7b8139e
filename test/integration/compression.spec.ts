import type { INestApplicationContext } from '@nestjs/common';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { gunzipSync } from 'node:zlib';
import type { CacheModuleOptions } from '../../lib/index.js';
import { CacheError, CacheModule, CacheService, memoryStore, redisStore } from '../../lib/index.js';
import { RecordedLog } from '../support/recorded-log.js';

const PATH = 'posts:1';
const ENTRY = `test:compression:v1:${PATH}`;
const POST = {
  title: 'Grüße 😀 \ud800',
  at: new Date(0),
  seen: new Map([['a', 1n]]),
  text: 'and so on and on. '.repeat(500),
};

describe('a cache that compresses large values', () => {
  const contexts: INestApplicationContext[] = [];
  const log = new RecordedLog();
  let compressing: CacheService;
  let plain: CacheService;
  let client: Redis;

  beforeAll(async () => {
    client = new Redis(process.env['TEST_REDIS_URL']!);
    [compressing, plain] = await Promise.all([start(4_096), start()]);
  });

  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await client?.quit();
    Logger.overrideLogger(false);
  });

  beforeEach(() => client.del(ENTRY));

  function start(compressAbove?: number): Promise<CacheService> {
    const options = { commandTimeout: '5s', ...(compressAbove === undefined ? {} : { compressAbove }) } as const;
    return startWith({ store: redisStore(process.env['TEST_REDIS_URL']!, options) });
  }

  async function startWith(options: CacheModuleOptions): Promise<CacheService> {
    class RootModule {}
    Module({ imports: [CacheModule.forRoot({ prefix: 'test:compression', ...options })] })(RootModule);
    const context = await NestFactory.createApplicationContext(RootModule, { logger: log, abortOnError: false });
    contexts.push(context);
    return context.get(CacheService);
  }

  it('keeps them as gzip in base64, which other programs can read', async () => {
    await compressing.set(PATH, { text: POST.text });
    const stored = (await client.get(ENTRY))!;
    const [line = '', payload = ''] = stored.split('\n');
    expect(line).toMatch(/^nestash1 \S+( \d+){4} json value gzip /);
    expect(stored.length).toBeLessThan(1_000);
    expect(gunzipSync(Buffer.from(payload, 'base64')).toString()).toBe(JSON.stringify({ text: POST.text }));
  });

  it('gives back what it was given, also to instances that do not compress, and reads what those wrote', async () => {
    await compressing.set(PATH, POST);
    expect(await client.get(ENTRY)).toContain(' gzip ');
    expect(await Promise.all([compressing.get(PATH), plain.get(PATH)])).toEqual([POST, POST]);
    await plain.set(PATH, POST);
    expect(await client.get(ENTRY)).not.toContain(' gzip ');
    expect(await Promise.all([compressing.get(PATH), plain.get(PATH)])).toEqual([POST, POST]);
  });

  it('keeps small ones as they are', async () => {
    await compressing.set(PATH, { title: 'one' });
    expect(await client.get(ENTRY)).toMatch(/\n\{"title":"one"\}$/);
  });

  it('takes a damaged one for a miss, tells of it, and replaces it', async () => {
    await compressing.set(PATH, POST);
    const whole = (await client.get(ENTRY))!;
    await client.set(ENTRY, whole.slice(0, -20));
    expect(await plain.get(PATH)).toBeUndefined();
    expect(log.about('damaged')).toEqual([expect.stringContaining(`${ENTRY} is damaged`)]);
    expect(await compressing.getOrSet(PATH, () => POST)).toEqual(POST);
    expect(await plain.get(PATH)).toEqual(POST);
  });

  it.each([
    ['that compresses', () => redisStore(process.env['TEST_REDIS_URL']!, { compressAbove: 100 })],
    ['in memory', () => memoryStore()],
  ])('counts maxValueBytes before compression, like a cache %s', async (_which, store) => {
    const small = await startWith({ store: store(), maxValueBytes: 5_000 });
    const fits = 'x'.repeat(4_998);
    await small.set(PATH, fits);
    expect(await small.get(PATH)).toBe(fits);
    const refused = await small.set(PATH, `${fits}x`).catch((error: unknown) => error);
    expect(CacheError.is(refused, 'VALUE_NOT_SERIALIZABLE')).toBe(true);
    expect((refused as Error).message).toContain('longer than 5000 bytes as JSON');
    expect(await small.get(PATH)).toBeUndefined();
  });
});
