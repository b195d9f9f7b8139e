import { AsyncLocalStorage } from 'node:async_hooks';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import {
  Controller,
  Get,
  Headers,
  HttpException,
  Injectable,
  NotFoundException,
  Param,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { systemClock } from '../../lib/core/clock.js';
import { CacheService, Cacheable, CachePut, InvalidateCache, cacheKeys } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/engine-bench.js';
import { until } from '../support/until.js';
import { RecordedLog } from '../support/recorded-log.js';
import { problemsOf } from '../support/start-up-problems.js';

interface Reply {
  header(name: string, value: string): void;
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>;
  reply: Reply;
}

const now = systemClock.now.bind(systemClock);
const visits = new AsyncLocalStorage<string>();

/** What is to be said of the next run of a handler. */
let next: { fails?: Error; touches?: (reply: Reply) => void; waits?: Gate } = {};
let runs: string[] = [];
let ahead = 0;
let test = 0;

/** Keeps the response where a handler finds it that does not ask for it, and says what the client wants said. */
@Injectable()
class ReplyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Asked>();
    request.reply = context.switchToHttp().getResponse<Reply>();
    const { 'x-says': says } = request.headers;
    if (says) request.reply.header('Cache-Control', says);
    return true;
  }
}

async function run(request: Asked): Promise<unknown> {
  runs.push(visits.getStore() ?? '');
  const { fails, touches, waits } = next;
  touches?.(request.reply);
  if (waits) await waits.load();
  if (fails) throw fails;
  return { run: runs.length };
}

@Controller()
@UseGuards(ReplyGuard)
class PagesController {
  @Get('pages/:name')
  @Cacheable('public:pages:<<name>>', { ttl: '1m', staleWhileRevalidate: '1h', ignore: ['request'] })
  page(@Param('name') _name: string, @Req() request: Asked): Promise<unknown> {
    return run(request);
  }

  @Get('news/:name')
  @Cacheable('public:news:<<name>>', { ttl: '1m', staleIfError: '1h', softTimeout: '20ms', ignore: ['request'] })
  news(@Param('name') _name: string, @Req() request: Asked): Promise<unknown> {
    return run(request);
  }

  @Get('maybe/:name')
  @Cacheable('public:maybe:<<name>>', { ttl: '1m', nullTtl: '10s', staleWhileRevalidate: '1h', ignore: ['request'] })
  async maybe(@Param('name') _name: string, @Req() request: Asked): Promise<unknown> {
    await run(request);
    return null;
  }

  @InvalidateCache(['public'])
  @Get('publish')
  publish(@Headers('x-nothing') _nothing: string): string {
    return 'published';
  }
}

describe.each(PLATFORMS)('a handler on %s with stale entries', (platform) => {
  let app: TestApplication;
  const logger = new RecordedLog();

  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      controllers: [PagesController],
      providers: [ReplyGuard],
      cache: { plainGuards: [ReplyGuard] },
      logger,
      configure: (nest) =>
        nest.use((request: Asked, _: unknown, goOn: () => void) => visits.run(request.headers['x-visit'] ?? '', goOn)),
    });
    systemClock.now = () => now() + ahead;
  });

  beforeEach(async () => {
    next = {};
    ahead = 0;
    runs = [];
    test++;
  });

  afterAll(async () => {
    systemClock.now = now;
    await app?.stop();
  });

  async function fetched(
    page: string,
    headers: Record<string, string> = {},
  ): Promise<[string | null, number, unknown]> {
    const { cache, status, json } = await app.fetch(page, { headers });
    return [cache, status, (json() as { run?: number } | null)?.run];
  }

  /** Each test has a page of its own. */
  function path(page: string): string {
    return `/${page}/${test}`;
  }

  /** Asks once, and then later, when the entry is stale. */
  async function expired(page: string): Promise<void> {
    expect(await fetched(page)).toEqual(['MISS', 200, 1]);
    ahead = 61_500;
  }

  it('is answered at once, and runs again when the answer has been sent', async () => {
    await expired(path('pages'));
    const answer = await app.fetch(path('pages'), { headers: { 'x-visit': 'second' } });
    expect([answer.cache, answer.status, answer.json()]).toEqual(['STALE', 200, { run: 1 }]);
    expect(answer.headers.get('cache-status')).toBe('nestash; hit; ttl=-2');
    expect(answer.headers.get('age')).toBe('61');
    await until(async () => (await app.fetch(path('pages'))).cache === 'HIT');
    expect(runs).toEqual(['', 'second']);
    expect(await fetched(path('pages'))).toEqual(['HIT', 200, 2]);
  });

  it('is answered by 304 while it runs again', async () => {
    const { headers } = await app.fetch(path('pages'));
    ahead = 61_500;
    expect((await app.fetch(path('pages'), { headers: { 'if-none-match': headers.get('etag')! } })).status).toBe(304);
    await until(async () => (await app.fetch(path('pages'))).cache === 'HIT');
  });

  // The first test that fails, for the log says so at most every ten seconds.
  it('is answered from what there is while it fails, and the log says so', async () => {
    await expired(path('pages'));
    next = { fails: new Error('The database is down.') };
    expect(await fetched(path('pages'))).toEqual(['STALE', 200, 1]);
    await until(() =>
      logger.about(`public:pages:${test} could not be renewed`).some((line) => line.includes('The database is down.')),
    );
    expect(await fetched(path('pages'))).toEqual(['STALE', 200, 1]);
  });

  it('keeps nothing of a run that wants to say more than it can by now', async () => {
    await expired(path('pages'));
    next = { touches: (reply) => reply.header('x-late', 'yes') };
    expect(await fetched(path('pages'))).toEqual(['STALE', 200, 1]);
    await until(() => runs.length === 2);
    await new Promise(setImmediate);
    const answer = await app.fetch(path('pages'));
    expect([answer.cache, answer.headers.get('x-late'), answer.json()]).toEqual(['STALE', null, { run: 1 }]);
  });

  it('keeps nothing for a request of which the answer must not be stored', async () => {
    await expired(path('pages'));
    expect(await fetched(path('pages'), { 'x-says': 'private' })).toEqual(['STALE', 200, 1]);
    await until(() => runs.length === 2);
    await new Promise(setImmediate);
    expect(await fetched(path('pages'))).toEqual(['STALE', 200, 1]);
  });

  it('is never answered from what was invalidated', async () => {
    await expired(path('pages'));
    await app.fetch('/publish');
    expect(await fetched(path('pages'))).toEqual(['MISS', 200, 2]);
  });

  it('is answered from a stale entry when it fails, but not when it has something to say', async () => {
    await expired(path('news'));
    next = { fails: new NotFoundException() };
    expect(await fetched(path('news'))).toEqual([null, 404, undefined]);
    next = { fails: new HttpException('down', 503) };
    expect(await fetched(path('news'))).toEqual(['STALE', 200, 1]);
  });

  it('is answered from a stale entry when it is slow, and stored in the end', async () => {
    await expired(path('news'));
    const gate = new Gate();
    next = { waits: gate };
    expect(await fetched(path('news'))).toEqual(['STALE', 200, 1]);
    expect(runs).toHaveLength(2);
    gate.finish(undefined);
    await until(async () => (await app.fetch(path('news'))).cache === 'HIT');
    expect(await fetched(path('news'))).toEqual(['HIT', 200, 2]);
  });

  it('keeps nothing of a slow run that touches the answer which was sent', async () => {
    await expired(path('news'));
    const gate = new Gate();
    next = { waits: gate, touches: (reply) => reply.header('x-early', 'yes') };
    expect(await fetched(path('news'))).toEqual(['STALE', 200, 1]);
    gate.finish(undefined);
    await new Promise(setImmediate);
    expect((await app.fetch(path('news'))).cache).not.toBe('HIT');
  });

  it('keeps a nothing for no longer than it was told to', async () => {
    await app.fetch(path('maybe'));
    const { cache, headers } = await app.fetch(path('maybe'));
    expect([cache, headers.get('cache-status')]).toEqual(['HIT', expect.stringMatching(/ttl=(9|10)$/)]);
    // What is not kept beyond its lifetime is a hit while it is there: the store goes by the time that has passed.
    ahead = 10_500;
    expect((await app.fetch(path('maybe'))).cache).toBe('HIT');
  });
});

describe('CacheService.getOrSet with stale entries', () => {
  let app: TestApplication;
  let cache: CacheService;

  beforeAll(async () => {
    app = await TestApplication.start({});
    cache = app.get(CacheService);
    systemClock.now = () => now() + ahead;
  });

  beforeEach(() => {
    ahead = 0;
  });

  afterAll(async () => {
    systemClock.now = now;
    await app?.stop();
  });

  it('serves them as decorators do, and other methods take them for misses', async () => {
    const options = { ttl: '1m', staleIfError: '1h' } as const;
    await cache.getOrSet('a:b', () => 'old', options);
    ahead = 60_000;
    expect([await cache.get('a:b'), await cache.has('a:b'), await cache.ttl('a:b')]).toEqual([undefined, false, null]);
    expect(await cache.getOrSet('a:b', () => Promise.reject(new Error('down')), options)).toBe('old');
  });

  it('refuses what no other method takes, and what contradicts itself', async () => {
    const refused = [
      cache.set('a:c', 1, { staleIfError: '1h' } as never),
      cache.put('a:c', () => 1, { staleWhileRevalidate: '1h' } as never),
      cache.getOrSet('a:c', () => 1, { softTimeout: '1s' }),
      cache.getOrSet('a:c', () => 1, { staleIfError: '0s' }),
      cache.getOrSet('a:c', () => 1, { staleIfError: '1m', staleWhileRevalidate: '1m' }),
    ];
    const codes = await Promise.all(
      refused.map((each) =>
        each.then(
          () => 'fine',
          (error: { code: string }) => error.code,
        ),
      ),
    );
    expect(codes).toEqual(['OPTION_UNKNOWN', 'OPTION_UNKNOWN', 'OPTION_INVALID', 'DURATION_INVALID', 'OPTION_INVALID']);
  });
});

describe('options for stale entries', () => {
  const keys = cacheKeys('public:shop', { list: { key: 'list', ttl: '1m', staleWhileRevalidate: '1h' } });

  async function refusalOf(
    declare: (target: object, method: string, descriptor: PropertyDescriptor) => void,
  ): Promise<string> {
    class Shop {
      async list(): Promise<unknown> {
        return [];
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'list')!;
    declare(Shop.prototype, 'list', descriptor);
    Object.defineProperty(Shop.prototype, 'list', descriptor);
    const problems = await problemsOf({ providers: [Shop] });
    return problems.join('\n');
  }

  it('are refused when the application starts where they contradict each other', async () => {
    expect(await refusalOf(Cacheable('public:list', { softTimeout: '1s' }))).toMatch(
      /"softTimeout".*left out without "staleIfError"/,
    );
    expect(await refusalOf(Cacheable('public:list', { softTimeout: '1s', staleWhileRevalidate: '1m' }))).toMatch(
      /"softTimeout"/,
    );
    expect(await refusalOf(Cacheable(keys.list, { staleIfError: '1h' }))).toMatch(
      /"staleIfError".*longer than "staleWhileRevalidate"/,
    );
    expect(await refusalOf(Cacheable('public:list', { staleIfError: '0.4ms' }))).toMatch(/"staleIfError".*no duration/);
  });

  it('are no options of @CachePut', async () => {
    expect(await refusalOf(CachePut('public:list', { staleIfError: '1h' } as never))).toMatch(
      /no option "staleIfError"/,
    );
  });

  it('are refused by catalogs', () => {
    expect(() => cacheKeys('public:shop', { list: { key: 'list', softTimeout: '1s' } })).toThrow(/"softTimeout"/);
  });

  it('are refused on a handler that takes the response', async () => {
    @Controller()
    class Taking {
      @Get()
      @Cacheable('public:taking', { staleIfError: '1h', ignore: ['reply'] })
      take(@Res({ passthrough: true }) reply: Reply): unknown {
        return typeof reply;
      }
    }
    const problems = await problemsOf({ controllers: [Taking] });
    expect(problems.join()).toMatch(/"staleIfError".*takes @Res\(\)/);
  });

  it('come from a catalog as well, also for the entries of a put', async () => {
    @Injectable()
    class Shop {
      loads = 0;

      @Cacheable(keys.list)
      async list(): Promise<number> {
        return ++this.loads;
      }

      @CachePut(keys.list)
      async replace(): Promise<number> {
        return 100;
      }
    }
    const app = await TestApplication.start({ providers: [Shop] });
    try {
      systemClock.now = () => now() + ahead;
      ahead = 0;
      await app.get(Shop).replace();
      ahead = 61_000;
      expect(await app.get(Shop).list()).toBe(100);
      await until(() => app.get(CacheService).has('public:shop:list'));
      expect(await app.get(Shop).list()).toBe(1);
    } finally {
      systemClock.now = now;
      await app.stop();
    }
  });
});
