import { Body, Controller, Get, Injectable, Param, Put, Query } from '@nestjs/common';
import { CachePut, CacheService, Cacheable, CacheableMany, InvalidateCache } from '../../lib/index.js';
import { MemoryStore } from '../../lib/stores/memory.store.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { LaggingDatabase } from '../support/lagging-database.js';
import { RecordedLog } from '../support/recorded-log.js';
import { problemsOf } from '../support/start-up-problems.js';

const database = new LaggingDatabase();

@Controller()
class PostsController {
  @Get('posts/:slug')
  @Cacheable('public:posts:<<slug>>')
  find(@Param('slug') slug: string): string {
    return database.read(slug);
  }

  @Get('posts/:slug/:language')
  @Cacheable('public:posts:<<slug>>:<<language>>')
  translated(@Param('slug') slug: string, @Param('language') language: string): string {
    return `${database.read(slug)} (${language})`;
  }

  @Get('tagged/:slug')
  @Cacheable('public:tagged:<<slug>>', { tags: ['post-<<slug>>', 'says-<<result.title>>'] })
  tagged(@Param('slug') slug: string) {
    return { title: database.read(slug) };
  }

  @Put('plain/:slug')
  @InvalidateCache(['public:posts:<<slug>>'])
  plain(@Param('slug') slug: string, @Body() { title }: { title: string }): string {
    return database.write(slug, title);
  }

  @Put('settled/:slug')
  @InvalidateCache(['public:posts:<<slug>>'], { settle: '2s', debug: true })
  settled(@Param('slug') slug: string, @Body() { title }: { title: string }): string {
    return database.write(slug, title);
  }

  @Put('tags/:slug')
  @InvalidateCache([], { tags: ['post-<<slug>>'], settle: '2s' })
  tags(@Param('slug') slug: string, @Body() { title }: { title: string }): string {
    return database.write(slug, title);
  }

  @Put('unnamed/:slug')
  @InvalidateCache(() => [[Symbol('nobody can name this')]], { settle: '2s' })
  unnamed(@Param('slug') slug: string, @Body() { title }: { title: string }): string {
    return database.write(slug, title);
  }

  @Put('put/:slug')
  @CachePut('public:posts:<<slug>>', { settle: '2s', ignore: ['body'] })
  put(@Param('slug') slug: string, @Body() { title }: { title: string }): string {
    return database.write(slug, title);
  }

  @Put('put-without-key/:slug')
  @CachePut('public:posts:<<slug>>', { settle: '2s', ignore: ['body'] })
  putWithoutKey(
    @Param('slug') slug: string,
    @Query('draft') _draft: string,
    @Body() { title }: { title: string },
  ): string {
    return database.write(slug, title);
  }
}

@Injectable()
class Titles {
  readonly loads: string[][] = [];

  @CacheableMany('public:titles:<<id>>')
  async of(ids: readonly string[]): Promise<Map<string, string>> {
    this.loads.push([...ids]);
    return new Map(ids.map((each) => [each, database.read(each)]));
  }
}

describe.each(PLATFORMS)('with a database whose replica lags, on %s', (platform) => {
  const log = new RecordedLog();
  let clock: FakeClock;
  let app: TestApplication;

  beforeEach(async () => {
    log.lines.length = 0;
    clock = new FakeClock();
    const store = { kind: 'memory', create: () => new MemoryStore({ maxEntries: 1_000, maxBytes: 2 ** 20 }, clock) };
    app = await TestApplication.start({
      platform,
      controllers: [PostsController],
      providers: [Titles],
      cache: { store },
      logger: log,
    });
    database.write('a', 'old');
    database.catchUp();
  });

  afterEach(() => app.stop());

  async function write(path: string, title = 'new'): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const { status } = await app.fetch(path, { method: 'PUT', headers, body: JSON.stringify({ title }) });
    expect(status).toBe(200);
  }

  async function reads(...paths: string[]): Promise<string[]> {
    const answers = [];
    for (const path of paths) {
      const { cache, body } = await app.fetch(path);
      answers.push(`${cache} ${body}`);
    }
    return answers;
  }

  async function catchUp(): Promise<void> {
    database.catchUp();
    await clock.advance(2_000);
  }

  it('an invalidation alone leaves what a load read from the replica', async () => {
    await write('/plain/a');
    expect(await reads('/posts/a', '/posts/a')).toEqual(['MISS old', 'HIT old']);
    await catchUp();
    expect(await reads('/posts/a')).toEqual(['HIT old']);
  });

  it('nothing of what settles is stored until the window is over', async () => {
    expect(await reads('/posts/a', '/posts/a')).toEqual(['MISS old', 'HIT old']);
    await write('/settled/a');
    expect(await reads('/posts/a', '/posts/a', '/posts/a/en')).toEqual(['MISS old', 'MISS old', 'MISS old (en)']);
    expect(await reads('/posts/b', '/posts/b')).toEqual(['MISS nothing', 'HIT nothing']);
    await catchUp();
    expect(await reads('/posts/a', '/posts/a', '/posts/a/en')).toEqual(['MISS new', 'HIT new', 'MISS new (en)']);
  });

  it('the log says for how long', async () => {
    await write('/settled/a');
    expect(log.about('invalidates public:posts:a settle=2s')).toHaveLength(1);
  });

  it('a write without it does not end the window', async () => {
    await write('/settled/a');
    await write('/plain/a', 'newer');
    expect(await reads('/posts/a', '/posts/a')).toEqual(['MISS old', 'MISS old']);
    await catchUp();
    expect(await reads('/posts/a', '/posts/a')).toEqual(['MISS newer', 'HIT newer']);
  });

  it('a tag settles, also one that only the result names', async () => {
    await reads('/tagged/a');
    await write('/tags/a');
    expect(await reads('/tagged/a', '/tagged/a')).toEqual(['MISS {"title":"old"}', 'MISS {"title":"old"}']);
    await catchUp();
    expect(await reads('/tagged/a', '/tagged/a')).toEqual(['MISS {"title":"new"}', 'HIT {"title":"new"}']);
    await app.get(CacheService).invalidateTags(['says-new'], { settle: '2s' });
    expect(await reads('/tagged/a', '/tagged/a')).toEqual(['MISS {"title":"new"}', 'MISS {"title":"new"}']);
  });

  it('everything settles when nobody can name what was written', async () => {
    await write('/unnamed/a');
    expect(await reads('/posts/a', '/posts/a', '/tagged/b', '/tagged/b')).toEqual([
      ...['MISS old', 'MISS old', 'MISS {"title":"nothing"}', 'MISS {"title":"nothing"}'],
    ]);
  });

  it('a put is read at once, and what is below it settles', async () => {
    await write('/put/a');
    expect(await reads('/posts/a', '/posts/a/en', '/posts/a/en')).toEqual([
      ...['HIT new', 'MISS old (en)', 'MISS old (en)'],
    ]);
    await catchUp();
    expect(await reads('/posts/a', '/posts/a/en', '/posts/a/en')).toEqual(['HIT new', 'MISS new (en)', 'HIT new (en)']);
  });

  it('a put that does not know its key settles as well', async () => {
    await write('/put-without-key/a?draft=no');
    expect(await reads('/posts/a', '/posts/a')).toEqual(['MISS old', 'MISS old']);
    await catchUp();
    expect(await reads('/posts/a', '/posts/a')).toEqual(['MISS new', 'HIT new']);
  });

  it('of several keys only those that settle are loaded again and again, in one load', async () => {
    const { loads } = app.get(Titles);
    const titles = () => app.get(Titles).of(['a', 'b', 'c']);
    await titles();
    await app.get(CacheService).invalidate('public:titles:a', { settle: '2s' });
    await app.get(CacheService).invalidate('public:titles:c', { settle: '2s' });
    for (let time = 0; time < 2; time++) expect((await titles()).get('a')).toBe('old');
    expect(loads).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
      ['a', 'c'],
    ]);
  });

  it('a client that asks for a fresh answer does not store that of the replica', async () => {
    await write('/settled/a');
    await app.fetch('/posts/a', { headers: { 'cache-control': 'no-cache' } });
    expect(await reads('/posts/a')).toEqual(['MISS old']);
  });

  it('CacheService does the same', async () => {
    const cache = app.get(CacheService);
    await cache.invalidate('public:posts', { settle: '2s' });
    expect(await reads('/posts/a', '/posts/a')).toEqual(['MISS old', 'MISS old']);
    await clock.advance(2_000);
    await cache.put('public:posts:a', () => 'new', { settle: '2s' });
    expect(await cache.get('public:posts:a')).toBe('new');
    expect(await reads('/posts/a/en', '/posts/a/en')).toEqual(['MISS old (en)', 'MISS old (en)']);
    await cache.set('public:posts:a', 'set');
    expect(await cache.get('public:posts:a')).toBeUndefined();
  });
});

describe('the option settle', () => {
  const WRONG = [
    [2_000, 'the bare number 2000'],
    ['0s', '"0s"'],
    ['61s', "at most '1m'"],
  ] as const;
  let app: TestApplication;
  const cache = (): CacheService => app.get(CacheService);

  beforeAll(async () => {
    app = await TestApplication.start({});
  });

  afterAll(() => app.stop());

  it.each(WRONG)('is a duration of at most a minute, or the application does not start: %j', async (settle, found) => {
    class Posts {
      @InvalidateCache(['posts'], { settle: settle as never })
      async update() {}

      @CachePut('other', { settle: settle as never })
      async replace() {}
    }
    const problems = await problemsOf({ providers: [Posts] });
    expect(problems).toEqual([
      expect.stringMatching(/Posts\.update: .*"settle"/),
      expect.stringMatching(/Posts\.replace: .*"settle"/),
    ]);
    for (const problem of problems) expect(problem).toContain(found);
  });

  it.each(WRONG)('is the same for CacheService: %j', async (given, found) => {
    const settle = given as never;
    for (const call of [
      cache().invalidate('posts', { settle }),
      cache().invalidateTags(['posts'], { settle }),
      cache().put('posts', () => 1, { settle }),
    ]) {
      await expect(call).rejects.toThrow(found);
    }
  });

  it('is refused for patterns whose wildcards match keys that do not exist yet', async () => {
    class Posts {
      @InvalidateCache(['public:*:list', 'public:posts:*'], { settle: '2s' })
      async update() {}
    }
    expect(await problemsOf({ providers: [Posts] })).toEqual([expect.stringContaining('"public:*:list"')]);
    await expect(cache().invalidate('public:*:list', { settle: '2s' })).rejects.toThrow('"public:*:list"');
    await cache().invalidate('public:posts:*', { settle: '2s' });
  });

  it('is none of @Cacheable, nor of what only reads or deletes', async () => {
    class Posts {
      @Cacheable('posts', { settle: '2s' } as never)
      async find() {}
    }
    expect(await problemsOf({ providers: [Posts] })).toEqual([expect.stringContaining('"settle"')]);
    const settle = { settle: '2s' } as never;
    for (const call of [
      cache().delete('posts', settle),
      cache().set('posts', 1, settle),
      cache().get('posts', settle),
    ]) {
      await expect(call).rejects.toThrow('"settle"');
    }
  });
});
