import { CacheModule, CacheService, redisStore } from '../../lib/index.js';
import { Test } from '@nestjs/testing';

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
});
