import { Controller, Get, Module, Param, Put, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CacheModule,
  CachePut,
  CacheService,
  Cacheable,
  InvalidateCache,
  cacheKeys,
  ttlMatrix,
} from '../../lib/index.js';
import { CacheTestingModule, expectSoundCache } from '../../lib/testing.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

const keys = cacheKeys('public:blog', { detail: { key: 'detail:<<id>>', tags: ['blog'] } });

@Controller('posts')
class PostsController {
  @Get()
  @Cacheable('public:blog:list', { nullTtl: '10s', ignore: ['trace'] })
  list(@Query('page') page: string, @Query('trace') trace: string): string {
    return page + trace;
  }

  @Get(':id')
  @Cacheable(keys.detail)
  find(@Param('id') id: string): string {
    return id;
  }

  @Put(':id')
  @CachePut(keys.detail)
  @InvalidateCache(['public:blog:list'], { tags: ['blog'] })
  save(@Param('id') id: string): string {
    return id;
  }
}

class Search {
  @Cacheable({ key: (text) => ['search', text], ttl: () => '1m' as const, tags: () => ['found'] })
  async find(text: string) {
    return text;
  }

  @InvalidateCache((_, id) => [['search', id]])
  async forget(id: string) {
    return id;
  }
}

/** An application with one warning. */
class Countries {
  @Cacheable('public:countries', { ttl: '1h' })
  async all() {}
}

class Clashing {
  @Cacheable('public:countries')
  async some() {}
}

describe.each(PLATFORMS)('the report of an application on %s', (platform) => {
  it('shows every cached method, every invalidation, and what joins them', async () => {
    const cache = { policies: ttlMatrix, keyCheck: 'off' as const };
    const app = await TestApplication.start({ platform, controllers: [PostsController], cache });
    const report = app.get(CacheService).report();
    expect(report.methods[0]).toEqual({
      where: 'PostsController.list',
      decorator: 'Cacheable',
      store: 'default',
      template: 'public:blog:list',
      ttl: 60_000,
      nullTtl: 10_000,
      tags: [],
      inputs: [
        { name: 'page', kind: 'query', use: 'in the key' },
        { name: 'trace', kind: 'query', use: 'ignored' },
      ],
      policy: 'public:*:list',
      isCached: true,
      invalidatedBy: ['PostsController.save'],
      maybeInvalidatedBy: [],
    });
    expect(report.methods.map(({ where, decorator, tags }) => [where, decorator, tags])).toEqual([
      ['PostsController.list', 'Cacheable', []],
      ['PostsController.find', 'Cacheable', ['blog']],
      ['PostsController.save', 'CachePut', ['blog']],
    ]);
    expect(report.invalidations).toEqual([
      {
        where: 'PostsController.save',
        store: null,
        patterns: [{ template: 'public:blog:list', matches: ['PostsController.list'] }],
        tags: [{ template: 'blog', matches: ['PostsController.find', 'PostsController.save'] }],
      },
    ]);
    expect(report.findings).toEqual([]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    await app.stop();
  });
});

describe('the report of an application', () => {
  it('says of functions that only a call can tell', async () => {
    const app = await TestApplication.start({ providers: [Search] });
    const { methods, invalidations } = app.get(CacheService).report();
    expect(methods[0]).toMatchObject({ template: null, ttl: null, tags: null, policy: null, invalidatedBy: [] });
    expect(methods[0]).toMatchObject({ inputs: [{ use: 'unknown' }], maybeInvalidatedBy: ['Search.forget'] });
    expect(invalidations).toEqual([{ where: 'Search.forget', store: null, patterns: null, tags: [] }]);
    await app.stop();
  });

  it('shows a class that several modules provide once', async () => {
    class Elsewhere {}
    Module({ providers: [Search] })(Elsewhere);
    const app = await TestApplication.start({ providers: [Search], imports: [Elsewhere] });
    expect(app.get(CacheService).report().methods).toHaveLength(1);
    await app.stop();
  });

  it('is a table in the log with debug, and nothing without', async () => {
    const [logger, quiet] = [new RecordedLog(), new RecordedLog()];
    const parts = { controllers: [PostsController], providers: [Search], cache: { keyCheck: 'off' as const } };
    const app = await TestApplication.start({ ...parts, cache: { ...parts.cache, debug: true }, logger });
    await (await TestApplication.start({ ...parts, logger: quiet })).stop();
    expect(logger.about('What is cached')).toEqual([
      [
        '[Cache] What is cached:',
        '  method                      key                        ttl     dropped by',
        '  PostsController.list        public:blog:list           5m      PostsController: save',
        '                                                                 maybe Search: forget',
        '  PostsController.find        public:blog:detail:<<id>>  5m      PostsController: save',
        '                                                                 maybe Search: forget',
        '  PostsController.save (put)  public:blog:detail:<<id>>  5m      PostsController: save',
        '                                                                 maybe Search: forget',
        '  Search.find                 a key function             varies  maybe PostsController: save',
        '                                                                 maybe Search: forget',
      ].join('\n'),
    ]);
    expect(quiet.about('What is cached')).toEqual([]);
    await app.stop();
  });

  it('is empty where nothing has started, and under the testing module', async () => {
    const app = await TestApplication.start({ cache: CacheTestingModule.forRoot() });
    expect(app.get(CacheService).report()).toEqual({ methods: [], invalidations: [], findings: [] });
    await app.stop();
  });
});

describe('expectSoundCache', () => {
  it('passes an application in which nothing is found', async () => {
    const app = await TestApplication.start({ providers: [Search] });
    await expectSoundCache(app.app);
    await app.stop();
  });

  it('takes an application context without HTTP', async () => {
    class RootModule {}
    Module({ imports: [CacheModule.forRoot()], providers: [Countries] })(RootModule);
    const app = await NestFactory.createApplicationContext(RootModule, { logger: false });
    await expect(expectSoundCache(app)).rejects.toMatchObject({ code: 'CACHE_UNSOUND' });
    await app.close();
  });

  it.each(['warn', 'off'] as const)('refuses errors and warnings, also with keyCheck: %s', async (keyCheck) => {
    const app = await TestApplication.start({ providers: [Countries, Clashing], cache: { keyCheck } });
    await expect(expectSoundCache(app.app)).rejects.toThrow(
      /not sound:\n\n {2}1\. Clashing\.some: .*\(KEY_CLASH\)\n {2}2\. Countries\.all: .*\(NEVER_INVALIDATED\)$/,
    );
    await app.stop();
  });

  it('accepts the warnings of named methods, and never their errors', async () => {
    const app = await TestApplication.start({ providers: [Countries] });
    await expectSoundCache(app.app, { except: ['Countries.all'] });
    await app.stop();
    const other = await TestApplication.start({ providers: [Countries, Clashing], cache: { keyCheck: 'warn' } });
    const except = ['Countries.all', 'Clashing.some'];
    await expect(expectSoundCache(other.app, { except })).rejects.toThrow(/Clashing\.some: .*\(KEY_CLASH\)/);
    await other.stop();
  });

  it('refuses an exception that excuses nothing, and options that do not exist', async () => {
    const app = await TestApplication.start({ providers: [Search] });
    await expect(expectSoundCache(app.app, { except: ['Search.find'] })).rejects.toThrow(
      'Nothing is found in "Search.find", so that "except" excuses nothing there. Remove it from the list.',
    );
    await expect(expectSoundCache(app.app, { but: [] } as never)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
    await expect(expectSoundCache(app.app, { except: 'Search' } as never)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await app.stop();
  });
});
