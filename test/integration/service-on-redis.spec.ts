import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { CacheModule, CacheService, CacheableMany, redisStore } from '../../lib/index.js';
import { recordCalls } from './stores/redis-support.js';

describe('CacheService on Redis', () => {
  it('stores, invalidates and tags', async () => {
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ prefix: 'test:service', store: redisStore(process.env['TEST_REDIS_URL']!) })],
    }).compile();
    await module.init();
    const cache = module.get(CacheService);
    let loads = 0;
    const load = () => ({ loads: ++loads });
    expect(await cache.getOrSet('a:b', load, { tags: ['x'] })).toEqual({ loads: 1 });
    expect(await cache.getOrSet('a:b', load, { tags: ['x'] })).toEqual({ loads: 1 });
    expect(await cache.ttl('a:b')).toBeGreaterThan(290_000);
    await cache.invalidateTags(['x']);
    expect(await cache.getOrSet('a:b', load, { tags: ['x'] })).toEqual({ loads: 2 });
    await cache.invalidate('a');
    expect(await cache.has('a:b')).toBe(false);
    await module.close();
  });

  it('freezes what callers share, though each has it parsed', async () => {
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ prefix: 'test:frozen', store: redisStore(process.env['TEST_REDIS_URL']!) })],
    }).compile();
    await module.init();
    const cache = module.get(CacheService);
    const read = () => cache.getOrSet('posts:1', () => ({ tags: ['a'] }), { share: 'frozen' });
    for (const post of [
      await read(),
      await read(),
      await cache.get<{ tags: string[] }>('posts:1', { share: 'frozen' }),
    ]) {
      expect(post).toEqual({ tags: ['a'] });
      expect(() => post?.tags.push('b')).toThrow(TypeError);
    }
    await cache.set('posts:1', { at: new Date(0) });
    expect(await read()).toEqual({ tags: ['a'] });
    await module.close();
  });

  it('reads a hundred keys with one command, and so does a method for many ids', async () => {
    class Numbers {
      @CacheableMany('public:numbers:<<id>>')
      async findMany(ids: readonly number[]): Promise<Map<number, number>> {
        return new Map(ids.map((id) => [id, 2 * id]));
      }
    }
    const client = new Redis(process.env['TEST_REDIS_URL']!);
    const module = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ prefix: 'test:many', store: redisStore({ client }) })],
      providers: [Numbers],
    }).compile();
    await module.init();
    const ids = Array.from({ length: 100 }, (_, id) => id);
    await module.get(Numbers).findMany(ids);
    const calls = recordCalls(client, 'mget', 'evalsha');
    expect((await module.get(Numbers).findMany(ids)).size).toBe(100);
    expect((await module.get(CacheService).getMany(ids.map((id) => ['public', 'numbers', id]))).size).toBe(100);
    expect(calls.map(([command]) => command)).toEqual(['mget', 'mget']);
    await module.close();
    client.disconnect();
  });
});
