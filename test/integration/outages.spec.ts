import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import type { CacheModuleOptions } from '../../lib/index.js';
import { Cacheable, CacheError, CacheModule, CacheService, InvalidateCache, redisStore } from '../../lib/index.js';
import { Gateway } from '../support/gateway.js';
import { until } from '../support/until.js';
import { RedisServer } from '../support/redis.js';

@Injectable()
class Titles {
  title = 'first';

  @Cacheable('public:titles:<<id>>', { ttl: '1h' })
  async find(id: number) {
    return { id, title: this.title };
  }

  @InvalidateCache(['public:titles'])
  async rename(title: string) {
    this.title = title;
  }
}

@Module({ providers: [Titles] })
class TitlesModule {}

async function started(url: string, options: Partial<CacheModuleOptions> = {}): Promise<TestingModule> {
  const cache = CacheModule.forRoot({ prefix: 'test:outages', store: redisStore(url), ...options });
  const module = await Test.createTestingModule({ imports: [cache, TitlesModule] }).compile();
  return module.init();
}

describe('an application whose Redis fails', () => {
  let redis: RedisServer;
  let module: TestingModule;
  let titles: Titles;

  beforeEach(async () => {
    redis = await RedisServer.start();
    module = await started(redis.url);
    titles = module.get(Titles);
    await titles.find(1);
  });

  afterEach(async () => {
    await module.close();
    await redis.stop();
  });

  const isCached = async (id: number) => module.get(CacheService).has(`public:titles:${id}`);

  it.each(['hangs', 'is killed'])(
    'answers from the database while it %s, and from the cache afterwards',
    async (how) => {
      if (how === 'hangs') redis.pause();
      else await redis.kill('SIGKILL');
      for (let id = 0; id < 50; id++) expect(await titles.find(id)).toEqual({ id, title: 'first' });
      if (how === 'hangs') redis.resume();
      else await redis.restart();
      await until(async () => {
        await titles.find(7);
        return isCached(7);
      });
    },
  );

  it.each(['hangs', 'is killed'])('never answers with what was written before an edit while it %s', async (how) => {
    if (how === 'hangs') redis.pause();
    else await redis.kill('SIGKILL');
    await titles.rename('second');
    expect(await titles.find(1)).toEqual({ id: 1, title: 'second' });
    if (how === 'hangs') redis.resume();
    else await redis.restart();
    await until(async () => {
      expect(await titles.find(1)).toEqual({ id: 1, title: 'second' });
      return isCached(1);
    });
  });

  it('answers from the database while it is slow, and from the cache afterwards', async () => {
    const gateway = await Gateway.start(redis.port);
    const far = await started(gateway.url, { store: redisStore(gateway.url, { commandTimeout: '1s' }) });
    const [service, cache] = [far.get(Titles), far.get(CacheService)];
    await service.find(1);
    gateway.manner = { kind: 'slows', delay: 600 };
    await until(async () => {
      const begun = performance.now();
      expect(await service.find(1)).toEqual({ id: 1, title: 'first' });
      return performance.now() - begun < 300;
    });
    await service.rename('second');
    expect(await service.find(1)).toEqual({ id: 1, title: 'second' });
    gateway.manner = { kind: 'passes' };
    await until(async () => {
      expect(await service.find(1)).toEqual({ id: 1, title: 'second' });
      return cache.has('public:titles:1');
    });
    await far.close();
    await gateway.stop();
  });

  it('delivers an invalidation to other processes once it works again', async () => {
    const other = await started(redis.url);
    redis.pause();
    await titles.rename('second');
    other.get(Titles).title = 'second';
    redis.resume();
    await until(async () => (await other.get(Titles).find(1)).title === 'second');
    await other.close();
  });
});

describe('starting without Redis', () => {
  it('works without the store, and with it once it is there', async () => {
    const redis = await RedisServer.start();
    await redis.kill('SIGKILL');
    const module = await started(redis.url);
    expect(await module.get(Titles).find(1)).toEqual({ id: 1, title: 'first' });
    await redis.restart();
    await until(async () => {
      await module.get(Titles).find(1);
      return module.get(CacheService).has('public:titles:1');
    });
    await module.close();
    await redis.stop();
  });

  it('is refused with requireStore', async () => {
    const redis = await RedisServer.start();
    await redis.kill('SIGKILL');
    const error: unknown = await started(redis.url, { requireStore: true }).catch((reason: unknown) => reason);
    expect(CacheError.is(error, 'STORE_UNAVAILABLE')).toBe(true);
    await redis.stop();
  });
});

describe('onInvalidateError', () => {
  it("lets the write fail with 'throw', and delivers the invalidation all the same", async () => {
    const redis = await RedisServer.start();
    const module = await started(redis.url, { onInvalidateError: 'throw' });
    const titles = module.get(Titles);
    await titles.find(1);
    redis.pause();
    const error: unknown = await titles.rename('second').catch((reason: unknown) => reason);
    expect(CacheError.is(error, 'STORE_UNAVAILABLE')).toBe(true);
    redis.resume();
    await until(async () => !(await module.get(CacheService).has('public:titles:1')));
    expect(await titles.find(1)).toEqual({ id: 1, title: 'second' });
    await module.close();
    await redis.stop();
  });
});
