import { jest } from '@jest/globals';
import { storeContract } from '../../../lib/testing/store-contract.js';

jest.unstable_mockModule('ioredis', () => import('ioredis-5'));
const { redisStore } = await import('../../../lib/stores/redis.store.js');
const ioredis = await import('ioredis');
const ioredis5 = await import('ioredis-5');

it('makes its client of what is installed as ioredis', () => {
  expect(ioredis.Redis).toBe(ioredis5.Redis);
});

storeContract('the Redis store with a client of its own, of ioredis 5', async () => {
  const target = process.env['TEST_REDIS_URL']!;
  const store = redisStore(target, { commandTimeout: '2s' }).create({ prefix: 'five', version: 1, name: 'default' });
  await store.connect();
  return store;
});
