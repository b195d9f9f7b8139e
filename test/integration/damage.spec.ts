import type { INestApplicationContext } from '@nestjs/common';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { CacheModule, CacheService, redisStore } from '../../lib/index.js';
import { RecordedLog } from '../support/recorded-log.js';

const PATH = 'posts:1';
const ENTRY = `test:damage:v1:${PATH}`;
const LEASE = `test:damage:~lease:v1:${PATH}`;
const GENERATION = 'test:damage:~gen:posts';
const POST = { title: 'one', tags: ['a', 'b'] };

const OTHER_TYPES: readonly (readonly [string, (client: Redis, key: string) => Promise<unknown>])[] = [
  ['a list', (client, key) => client.rpush(key, 'a', 'b')],
  ['a set', (client, key) => client.sadd(key, 'a')],
  ['a sorted set', (client, key) => client.zadd(key, 1, 'a')],
  ['a hash', (client, key) => client.hset(key, 'a', 'b')],
  ['a stream', (client, key) => client.xadd(key, '*', 'a', 'b')],
];

const FOREIGN: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['a newline', '\n'],
  ['the JSON of somebody else', '{"title":"theirs"}'],
  ['bytes that are no text', Buffer.from([0x80, 0x04, 0x95, 0x00, 0xff, 0x0a, 0xfe])],
  ['an entry of another format', 'nestash9 token 1 2 json value - - - - ~root=x\n{"title":"theirs"}'],
  ['an entry without groups', 'nestash1 token 1 9999999999999 json value - - - -\n{"title":"theirs"}'],
  ['a megabyte', 'x'.repeat(1_000_000)],
];

describe('what somebody else left in Redis', () => {
  const contexts: INestApplicationContext[] = [];
  let cache: CacheService;
  let client: Redis;
  let loads: number;

  beforeAll(async () => {
    cache = await start(new RecordedLog());
    client = new Redis(process.env['TEST_REDIS_URL']!);
  });

  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await client?.quit();
    Logger.overrideLogger(false);
  });

  beforeEach(async () => {
    await client.del(ENTRY, LEASE, GENERATION);
    loads = 0;
  });

  async function start(log: RecordedLog): Promise<CacheService> {
    const store = redisStore(process.env['TEST_REDIS_URL']!, { commandTimeout: '5s' });
    class RootModule {}
    Module({ imports: [CacheModule.forRoot({ prefix: 'test:damage', store })] })(RootModule);
    const context = await NestFactory.createApplicationContext(RootModule, { logger: log, abortOnError: false });
    contexts.push(context);
    return context.get(CacheService);
  }

  const read = (): Promise<unknown> => cache.getOrSet(PATH, () => (loads++, POST));

  /** The damage costs one load, and is gone after it. */
  async function expectMissAndRefill(): Promise<void> {
    loads = 0;
    expect(await cache.get(PATH)).toBeUndefined();
    expect(await read()).toEqual(POST);
    expect(await read()).toEqual(POST);
    expect(await cache.get(PATH)).toEqual(POST);
    expect(loads).toBe(1);
  }

  it.each(OTHER_TYPES)('under the key of an entry is a miss, and replaced: %s', async (_what, leave) => {
    await leave(client, ENTRY);
    await expectMissAndRefill();
  });

  it.each(OTHER_TYPES)('under the key of a lease is no lease: %s', async (_what, leave) => {
    await leave(client, LEASE);
    await expectMissAndRefill();
  });

  it.each(OTHER_TYPES)('under the key of a generation is none, and replaced: %s', async (_what, leave) => {
    await read();
    await client.del(GENERATION);
    await leave(client, GENERATION);
    await expectMissAndRefill();
  });

  it.each(FOREIGN)('under the key of an entry is a miss, and replaced: %s', async (_what, bytes) => {
    await client.set(ENTRY, bytes);
    await expectMissAndRefill();
  });

  it.each(FOREIGN)('under the key of a lease is no lease: %s', async (_what, bytes) => {
    await client.set(LEASE, bytes);
    await expectMissAndRefill();
  });

  it.each(FOREIGN)('under the key of a generation kills what was built under another: %s', async (_what, bytes) => {
    await read();
    await client.set(GENERATION, bytes);
    await expectMissAndRefill();
  });

  it('is a miss wherever an entry was cut off', async () => {
    await read();
    const whole = (await client.get(ENTRY))!;
    for (let length = 0; length < whole.length; length++) {
      await client.set(ENTRY, whole.slice(0, length));
      await expectMissAndRefill();
    }
  });

  it('is a miss wherever a byte of the header was changed, or does no harm', async () => {
    await read();
    for (let position = 0; position < 400; position++) {
      const whole = (await client.get(ENTRY))!;
      if (position >= whole.indexOf('\n')) break;
      await client.set(ENTRY, `${whole.slice(0, position)}#${whole.slice(position + 1)}`);
      expect(await read()).toEqual(POST);
    }
  });

  it.each([...FOREIGN, ['half an entry', undefined] as const])('is told of by its key: %s', async (_what, bytes) => {
    await read();
    const whole = (await client.get(ENTRY))!;
    await client.set(ENTRY, bytes ?? whole.slice(0, -5));
    const log = new RecordedLog();
    const told = await start(log);
    await told.get(PATH);
    await told.get(PATH);
    expect(log.about('damaged')).toEqual([expect.stringContaining(ENTRY)]);
    expect(log.about('theirs')).toEqual([]);
  });

  it('is a miss where something was written behind an entry', async () => {
    await read();
    await client.append(ENTRY, ' ');
    await expectMissAndRefill();
  });

  it('pollutes no prototype', async () => {
    await read();
    const whole = (await client.get(ENTRY))!;
    const payload = '{"__proto__":{"isAdmin":true},"title":"one"}';
    const header = whole
      .slice(0, whole.indexOf('\n') + 1)
      .replace(` ${JSON.stringify(POST).length} `, ` ${payload.length} `);
    await client.set(ENTRY, `${header}${payload}`);
    const found = (await cache.get(PATH)) as object;
    expect(Object.keys(found)).toEqual(['__proto__', 'title']);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect((found as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });
});
