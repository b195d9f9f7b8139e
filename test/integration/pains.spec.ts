import { Body, Controller, Get, Inject, Injectable, Param, Post } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { Duration } from '../../lib/index.js';
import { CacheService, Cacheable, InvalidateCache, redisStore } from '../../lib/index.js';
import { systemClock } from '../../lib/core/clock.js';
import type { Platform } from '../support/application.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { until } from '../support/until.js';
import { HeldUp } from '../support/held-up.js';
import { RecordedLog } from '../support/recorded-log.js';
import { RedisServer } from '../support/redis.js';

const ODD_IDS = ['*', '?', '[a-z]', '[^a]', '\\', '\\*', '{}', 'a', 'b', 'ab', 'a:b', '~none', '%2A', '$&'];
const RICH = {
  at: new Date(86_400_000),
  tags: new Set(['a', 'b']),
  counts: new Map([['a', 1n]]),
  bytes: Buffer.from('bytes'),
  nothing: undefined,
  list: [{ at: new Date(0) }],
};

let runs = 0;

@Injectable()
class Products {
  @Cacheable('public:products:<<id>>', { tags: ['products', '<<result.maker>>'] })
  async find(id: string): Promise<{ id: string; maker: string; run: number }> {
    return { id, maker: `maker:${id}`, run: ++runs };
  }

  @InvalidateCache(['public:products:<<0>>'])
  async change(_id: string): Promise<void> {}

  @Cacheable('public:rich')
  async rich(): Promise<typeof RICH> {
    runs++;
    return RICH;
  }
}

@Controller('products')
class ProductsController {
  constructor(@Inject(Products) private readonly products: Products) {}

  @Get(':id')
  @Cacheable('public:page:<<id>>')
  async page(@Param('id') id: string): Promise<unknown> {
    return this.products.find(id);
  }

  @Post()
  @InvalidateCache(['public:page:<<body.id>>'])
  change(@Body() body: { id: string }): unknown {
    return body;
  }
}

interface StartOptions {
  readonly logger?: RecordedLog;
  readonly commandTimeout?: Duration;
}

let server: RedisServer;
let client: Redis;
const started: TestApplication[] = [];

/** Its deadline is long, so that a slow machine fails no test. */
async function start(platform: Platform, options: StartOptions = {}): Promise<TestApplication> {
  const { logger = new RecordedLog(), commandTimeout = '10s' } = options;
  const app = await TestApplication.start({
    platform,
    controllers: [ProductsController],
    providers: [Products],
    logger,
    cache: { prefix: 'test:pains', store: redisStore(server.url, { commandTimeout }) },
  });
  started.push(app);
  return app;
}

beforeAll(async () => {
  server = await RedisServer.start();
  client = new Redis(server.url);
  client.on('error', () => {});
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((app) => app.stop()));
});

afterAll(async () => {
  client.disconnect();
  await server.stop();
});

describe.each(PLATFORMS)('an application on %s and Redis', (platform) => {
  it('starts without Redis, answers as without a cache, and uses it once it is there', async () => {
    const logger = new RecordedLog();
    await server.kill();
    const app = await start(platform, { logger });
    expect(await app.lookups('/products/1', '/products/1', '/products/1')).toEqual(['MISS', 'MISS', 'MISS']);
    expect(logger.about('ECONNREFUSED').length).toBeGreaterThan(0);
    await server.restart();
    await until(async () => (await app.fetch('/products/1')).cache === 'HIT');
  });

  it('answers in time while Redis hangs, and never from a memory of its own', async () => {
    const app = await start(platform, { commandTimeout: '150ms' });
    await until(async () => (await app.fetch('/products/2')).cache === 'HIT');
    server.pause();
    try {
      const [before, heldUp] = [systemClock.monotonic(), new HeldUp()];
      const { status, cache } = await app.fetch('/products/2');
      expect([status, cache]).toEqual([200, 'MISS']);
      expect(systemClock.monotonic() - before).toBeLessThan(3_000 + heldUp.stop());
    } finally {
      server.resume();
    }
    await until(async () => (await app.fetch('/products/2')).cache === 'HIT');
  });

  it('has stored an entry before it answers', async () => {
    const app = await start(platform);
    for (let id = 100; id < 150; id++) {
      expect(await app.lookups(`/products/${id}`, `/products/${id}`)).toEqual(['MISS', 'HIT']);
    }
  });

  it('shows at once what another process of it invalidated', async () => {
    const [one, other] = [await start(platform), await start(platform)];
    await one.fetch('/products/3');
    expect((await other.fetch('/products/3')).cache).toBe('HIT');
    const headers = { 'content-type': 'application/json' };
    await other.fetch('/products', { method: 'POST', headers, body: '{"id":"3"}' });
    expect((await one.fetch('/products/3')).cache).toBe('MISS');
  });
});

describe('what an application leaves in Redis', () => {
  it('are single values that end by themselves, however many tags there are', async () => {
    await client.flushall();
    const app = await start('express');
    const [products, cache] = [app.get(Products), app.get(CacheService)];
    for (let id = 0; id < 300; id++) await products.find(`many-${id}`);
    await cache.invalidateTags(['products']);
    for (let id = 0; id < 300; id++) await products.find(`many-${id}`);
    const keys = await client.keys('*');
    expect(keys.length).toBeGreaterThan(300);
    for (const key of keys) {
      expect([key, await client.type(key), (await client.pttl(key)) > 0]).toEqual([key, 'string', true]);
    }
  });
});

describe('ids that look like patterns', () => {
  it('are ids, in keys and in invalidations, on Redis as in memory', async () => {
    for (const app of [await start('express'), await TestApplication.start({ providers: [Products] })]) {
      const products = app.get(Products);
      for (const changed of ODD_IDS) {
        const before = [];
        for (const id of ODD_IDS) before.push(await products.find(id));
        expect(before.map(({ id }) => id)).toEqual(ODD_IDS);
        await products.change(changed);
        for (const [index, id] of ODD_IDS.entries()) {
          const isSame = (await products.find(id)).run === before[index]!.run;
          expect({ changed, id, isSame }).toEqual({ changed, id, isSame: id !== changed });
        }
      }
      if (!started.includes(app)) await app.stop();
    }
  });
});

describe('values with types that JSON lacks', () => {
  it('come back from Redis as what they were', async () => {
    const products = (await start('express')).get(Products);
    const before = runs;
    for (let call = 0; call < 3; call++) {
      const value = await products.rich();
      expect(value).toEqual(RICH);
      expect(value.at).toBeInstanceOf(Date);
      expect(Buffer.isBuffer(value.bytes)).toBe(true);
      expect('nothing' in value).toBe(true);
    }
    expect(runs).toBe(before + 1);
  });
});
