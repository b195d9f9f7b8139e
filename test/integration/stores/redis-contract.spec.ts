import { once } from 'node:events';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import type { RedisTarget } from '../../../lib/stores/redis-target.js';
import { redisStore } from '../../../lib/stores/redis.store.js';
import type { CacheStore } from '../../../lib/stores/store.js';
import { storeContract } from '../../../lib/testing/store-contract.js';

const url = process.env['TEST_REDIS_URL']!;

async function connected(target: RedisTarget): Promise<CacheStore> {
  const store = redisStore(target, { commandTimeout: '2s' }).create({
    prefix: 'contract',
    version: 1,
    name: 'default',
  });
  await store.connect();
  return store;
}

storeContract('the Redis store with a client of its own', () => connected(url));

describe('with a borrowed client', () => {
  let six: Redis, five: Redis5;

  beforeAll(() => {
    six = new Redis(url);
    five = new Redis5(url);
  });

  afterAll(() => Promise.all([six, five].map((client) => client.quit())));

  storeContract('of ioredis 6', () => connected({ client: six }));
  storeContract('of ioredis 5', () => connected({ client: five }));

  it('leaves it open and unaltered', async () => {
    const client = new Redis(url);
    await once(client, 'ready');
    const properties = Object.getOwnPropertyNames(client).sort();
    const listeners = () => client.eventNames().map((event) => [event, client.listenerCount(event)]);
    const before = listeners();
    const store = await connected({ client });
    await store.close();
    expect(await client.ping()).toBe('PONG');
    expect(Object.getOwnPropertyNames(client).sort()).toEqual(properties);
    expect(listeners()).toEqual(before);
    await client.quit();
  });
});
