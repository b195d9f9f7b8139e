import { Controller, Get, Injectable, Param, Put } from '@nestjs/common';
import type { CacheModuleOptions, CachePolicy, Duration } from '../../lib/index.js';
import {
  CacheDefaults,
  CachePut,
  CacheService,
  Cacheable,
  cacheKeys,
  memoryStore,
  ttlMatrix,
} from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';
import { problemsOf } from '../support/start-up-problems.js';

/** What is refused of a class under these policies. */
function refusals(provider: new () => object, policies: readonly CachePolicy[] = ttlMatrix, more?: CacheModuleOptions) {
  return problemsOf({ providers: [provider], cache: { policies, ...more } });
}

/** The lifetime of an entry just made, in whole seconds. */
async function secondsOf(app: TestApplication, key: string): Promise<number> {
  return Math.round((await app.get(CacheService).ttl(key))! / 1_000);
}

@Injectable()
class Posts {
  runs = 0;

  @Cacheable('public:blog:list')
  async list(): Promise<string> {
    return 'posts';
  }

  @Cacheable('public:blog:detail:<<id>>', { ttl: '2m' })
  async find(id: string): Promise<string> {
    return id;
  }

  @Cacheable({ key: (id) => ['public', 'taxonomy', id] })
  async tree(id: string): Promise<string> {
    return id;
  }

  @Cacheable({ key: (scope) => [scope, 'posts', 'all'] })
  async all(_scope: string): Promise<number> {
    return ++this.runs;
  }

  @Cacheable('feed')
  async feed(): Promise<string> {
    return 'feed';
  }
}

describe('a policy', () => {
  it('supplies the lifetime where nobody names one, and the module where it does not match', async () => {
    const app = await TestApplication.start({ providers: [Posts], cache: { policies: ttlMatrix, ttl: '10m' } });
    const posts = app.get(Posts);
    await Promise.all([posts.list(), posts.find('1'), posts.tree('a'), posts.feed()]);
    expect(await secondsOf(app, 'public:blog:list')).toBe(60);
    expect(await secondsOf(app, 'public:blog:detail:1')).toBe(120);
    expect(await secondsOf(app, 'public:taxonomy:a')).toBe(900);
    expect(await secondsOf(app, 'feed')).toBe(600);
    await app.stop();
  });

  it('leaves what decorator, catalog, class and store name, within its bounds', async () => {
    const keys = cacheKeys('public:news', { list: { key: 'list', ttl: '31s' } });
    @CacheDefaults({ prefix: 'public:wiki', ttl: '32s' })
    class Lists {
      @Cacheable('public:own:list', { ttl: '30s' })
      async unprefixed() {}
      @Cacheable(keys.list)
      async catalog() {}
      @Cacheable('list')
      async byClass() {}
    }
    class Stored {
      @Cacheable('public:stored:list')
      async byStore() {}
    }
    const cache = { policies: [{ match: 'public:*:list', ttl: '60s', between: ['30s', '2m'] } as const] };
    const app = await TestApplication.start({
      providers: [Lists, Stored],
      cache: { ...cache, store: memoryStore({ ttl: '33s' }) },
    });
    await Promise.all([app.get(Lists).catalog(), app.get(Lists).byClass(), app.get(Stored).byStore()]);
    expect(await secondsOf(app, 'public:news:list')).toBe(31);
    expect(await secondsOf(app, 'public:wiki:list')).toBe(32);
    expect(await secondsOf(app, 'public:stored:list')).toBe(33);
    await app.stop();
  });

  it('refuses at start-up what decorator, catalog, class, store and module name outside of its bounds', async () => {
    const keys = cacheKeys('public:news', { list: { key: 'list', ttl: '1h', nullTtl: '3m' } });
    @CacheDefaults({ prefix: 'public:wiki', ttl: '5s' })
    class Lists {
      @Cacheable('list', { ttl: '10m' })
      async own() {}
      @Cacheable(keys.list)
      async catalog() {}
      @Cacheable('list')
      async byClass() {}
    }
    class Default {
      @Cacheable('public:own:list')
      async list() {}
    }
    expect(await refusals(Lists)).toEqual([
      expect.stringMatching(
        /^Lists\.own: the option "ttl" is '10m' in its decorator, but the policy "public:\*:list" allows '30s' to '2m'\./,
      ),
      expect.stringMatching(/^Lists\.catalog: .* '1h' in cacheKeys\("public:news"\)\.list, /),
      expect.stringMatching(/^Lists\.byClass: .* '5s' in @CacheDefaults of Lists, /),
    ]);
    const bounds = [{ match: 'public:*:list', between: ['30s', '2m'] }] as const;
    expect(await refusals(Default, bounds)).toEqual([expect.stringContaining(`'5m', the default of forRoot(), but`)]);
    const store = { store: memoryStore({ ttl: '1s' }) };
    expect(await refusals(Default, ttlMatrix, store)).toEqual([
      expect.stringContaining(`'1s' in the store "default", but`),
    ]);
  });

  it('bounds the lifetime of nothing only from above', async () => {
    class Lists {
      @Cacheable('public:a:list', { nullTtl: '3m' })
      async long() {}
      @Cacheable('public:b:list', { nullTtl: '1s' })
      async short() {}
    }
    expect(await refusals(Lists)).toEqual([expect.stringMatching(/^Lists\.long: the option "nullTtl" is '3m'/)]);
  });

  it('refuses what a function of the result returns: thrown for developers, uncached and logged once for visitors', async () => {
    class Lists {
      @Cacheable({ key: 'public:blog:list', ttl: (): Duration => '3m' })
      async list(): Promise<string> {
        return 'posts';
      }
    }
    const parts = { providers: [Lists], cache: { policies: ttlMatrix } };
    const strict = await TestApplication.start(parts);
    await expect(strict.get(Lists).list()).rejects.toThrow(/Lists\.list: .* '3m', which its function returned, but/);
    await strict.stop();
    const logger = new RecordedLog();
    const app = await TestApplication.startInProduction({ ...parts, logger });
    expect([await app.get(Lists).list(), await app.get(Lists).list()]).toEqual(['posts', 'posts']);
    expect(await app.get(CacheService).has('public:blog:list')).toBe(false);
    expect(logger.errors('Lists.list goes on uncached')).toHaveLength(1);
    await app.stop();
  });

  it('refuses a lifetime under a key that a function makes when it is made', async () => {
    class Lists {
      @Cacheable({ key: (scope) => [scope, 'blog', 'list'], ttl: '1h' })
      async list(scope: string): Promise<string> {
        return scope;
      }
    }
    const app = await TestApplication.start({ providers: [Lists], cache: { policies: ttlMatrix } });
    await expect(app.get(Lists).list('public')).rejects.toMatchObject({ code: 'TTL_OUT_OF_POLICY' });
    expect(await app.get(Lists).list('internal')).toBe('internal');
    await app.stop();
  });

  it('with cache: false keeps the path of a key function out of the cache, and others in it', async () => {
    const app = await TestApplication.start({ providers: [Posts], cache: { policies: ttlMatrix } });
    const posts = app.get(Posts);
    expect([await posts.all('admin'), await posts.all('admin')]).toEqual([1, 2]);
    expect([await posts.all('user'), await posts.all('user')]).toEqual([3, 3]);
    await app.stop();
  });

  it('with cache: false asks for no key, so that a value that is missing does no harm', async () => {
    class Admins {
      @Cacheable('admin:posts:<<post.slug>>')
      async find(post: { slug?: string }): Promise<string> {
        return post.slug ?? 'none';
      }
    }
    const app = await TestApplication.start({ providers: [Admins], cache: { policies: ttlMatrix } });
    expect(await app.get(Admins).find({})).toBe('none');
    await app.stop();
  });

  it('does not concern a call of CacheService, which names its own lifetime', async () => {
    const app = await TestApplication.start({ cache: { policies: ttlMatrix } });
    const cache = app.get(CacheService);
    await cache.set('admin:notes', 'kept', { ttl: '1h' });
    expect(await cache.get('admin:notes')).toBe('kept');
    await app.stop();
  });

  it.each(PLATFORMS)('with cache: false wins over decorators, and says so once (%s)', async (platform) => {
    @Controller('admin')
    class AdminController {
      runs = 0;

      @Get('posts/:id')
      @Cacheable('admin:posts:<<id>>', { ttl: '1h' })
      find(@Param('id') id: string): string {
        return `${id} ${++this.runs}`;
      }

      @Put('posts/:id')
      @CachePut('admin:posts:<<id>>')
      save(@Param('id') id: string): string {
        return id;
      }
    }
    const logger = new RecordedLog();
    const parts = { platform, controllers: [AdminController], cache: { policies: ttlMatrix }, logger };
    const app = await TestApplication.start(parts);
    const answers = [await app.fetch('/admin/posts/1'), await app.fetch('/admin/posts/1')];
    expect(answers.map(({ cache, body }) => [cache, body])).toEqual([
      ['BYPASS', '1 1'],
      ['BYPASS', '1 2'],
    ]);
    await app.get(CacheService).set('admin:posts:1:comments', 'old');
    await app.fetch('/admin/posts/1', { method: 'PUT' });
    expect(await app.get(CacheService).has('admin:posts:1')).toBe(false);
    expect(await app.get(CacheService).has('admin:posts:1:comments')).toBe(false);
    expect(logger.about('is never cached')).toEqual([
      '[Cache] AdminController.find is never cached: the policy "admin" says cache: false',
      '[Cache] AdminController.save is never cached: the policy "admin" says cache: false',
    ]);
    await app.stop();
  });
});
