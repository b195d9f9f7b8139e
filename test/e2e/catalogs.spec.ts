import { Body, Controller, Get, Inject, Injectable, Param, Patch, Query } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CacheDefaults, CachePut, CacheService, Cacheable, InvalidateCache, cacheKeys } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { problemsOf } from '../support/start-up-problems.js';
import { by, SignIn } from '../support/signed-in.js';

const publicBlog = cacheKeys('public:blog', {
  list: { key: 'list:<<query>>', ttl: '60s' },
  detail: { key: 'detail:<<id>>', ttl: '90s', nullTtl: '10s', tags: ['blog', 'post:<<result.authorId|none>>'] },
});
const adminBlog = cacheKeys('admin:blog', {
  list: 'list:<<user_id>>:<<query>>',
  own: 'own:<<@user.id>>',
});

let runs = 0;

@Injectable()
@CacheDefaults({ prefix: 'ignored:by:catalogs', ttl: '1h' })
class Posts {
  @Cacheable(publicBlog.detail)
  async find(id: string): Promise<{ id: string; authorId: number; run: number } | null> {
    return id === 'none' ? null : { id, authorId: 7, run: ++runs };
  }

  @Cacheable(publicBlog.detail.with({ id: 'fixed' }), { ttl: '30s' })
  async fixed(): Promise<number> {
    return ++runs;
  }

  @Cacheable(publicBlog.detail.with({ id: '<<post.slug>>' }), { ignore: ['post'] })
  async bySlug(post: { slug: string }): Promise<string> {
    return `${post.slug} ${++runs}`;
  }
}

@Controller('posts')
class PostsController {
  constructor(@Inject(Posts) private readonly posts: Posts) {}

  @Get()
  @Cacheable(publicBlog.list)
  list(@Query('page') page?: string): unknown {
    return { page, run: ++runs };
  }

  @Get('mine')
  @Cacheable(adminBlog.list)
  mine(@Query('page') page?: string): unknown {
    return { page, run: ++runs };
  }

  @Get(':id')
  async find(@Param('id') id: string): Promise<unknown> {
    return this.posts.find(id);
  }

  @Patch('all/:id')
  @InvalidateCache([publicBlog.detail, publicBlog.list, adminBlog.list])
  update(@Param('id') id: string, @Query('page') page?: string, @Query('user') user?: string): unknown {
    return { id, page, user };
  }

  @Patch('result')
  @InvalidateCache([publicBlog.detail.with({ id: '<<result.slug>>' })])
  updateByResult(@Body('slug') slug: string): unknown {
    return { slug };
  }

  @Patch('mine')
  @InvalidateCache([adminBlog.list.with({ user_id: '<<@user.id>>' })])
  updateMine(): string {
    return 'done';
  }

  @Patch('put/:id')
  @CachePut(publicBlog.detail)
  put(@Param('id') id: string): unknown {
    return { id, authorId: 8, run: ++runs };
  }
}

describe.each(PLATFORMS)('the keys of a catalog on %s', (platform) => {
  let app: TestApplication;
  let cache: CacheService;
  const patch = async (path: string, init: RequestInit = {}) => app.fetch(path, { method: 'PATCH', ...init });
  const mine = async (user: number) => (await app.fetch('/posts/mine', by({ id: user }))).cache;

  beforeEach(async () => {
    const providers = [Posts, { provide: APP_GUARD, useClass: SignIn }];
    // Its methods share keys in every way that a catalog can be used, which the check refuses.
    const options = { keyCheck: 'off' } as const;
    app = await TestApplication.start({ platform, controllers: [PostsController], providers, cache: options });
    cache = app.get(CacheService);
  });
  afterEach(() => app.stop());

  it('stand in decorators, whole and with what is said about them', async () => {
    await app.fetch('/posts/1');
    await app.get(Posts).find('none');
    const lifetimes = [await cache.ttl('public:blog:detail:1'), await cache.ttl('public:blog:detail:none')];
    expect(lifetimes.map((lifetime) => Math.round(lifetime! / 1_000))).toEqual([90, 10]);
    await cache.invalidateTags(['post:7']);
    expect(await cache.has('public:blog:detail:1')).toBe(false);
  });

  it('may have values set, and give way to what the decorator says', async () => {
    await app.get(Posts).fixed();
    expect(Math.round((await cache.ttl('public:blog:detail:fixed'))! / 1_000)).toBe(30);
    await app.get(Posts).bySlug({ slug: 'a:b' });
    expect(await cache.has(['public', 'blog', 'detail', 'a:b'])).toBe(true);
  });

  it('widen in a writer to every list and every user', async () => {
    await app.lookups('/posts/1', '/posts/2', '/posts', '/posts?page=2');
    await mine(1);
    await mine(2);
    expect((await patch('/posts/all/1?page=9', by({ id: 1 }))).status).toBe(200);
    expect([await cache.has('public:blog:detail:1'), await cache.has('public:blog:detail:2')]).toEqual([false, true]);
    expect(await app.lookups('/posts', '/posts?page=2')).toEqual(['MISS', 'MISS']);
    expect([await mine(1), await mine(2)]).toEqual(['MISS', 'MISS']);
  });

  it('take a value from the result', async () => {
    await app.lookups('/posts/1', '/posts/2');
    await patch('/posts/result', { headers: { 'content-type': 'application/json' }, body: '{"slug":"2"}' });
    expect([await cache.has('public:blog:detail:1'), await cache.has('public:blog:detail:2')]).toEqual([true, false]);
  });

  it('mean the user who writes only where that is said', async () => {
    await mine(1);
    await mine(2);
    await patch('/posts/mine', by({ id: 1 }));
    expect([await mine(1), await mine(2)]).toEqual(['MISS', 'HIT']);
  });

  it('are written through', async () => {
    await app.fetch('/posts/1');
    await patch('/posts/put/1');
    await cache.invalidateTags(['post:7']);
    expect(await app.get(Posts).find('1')).toMatchObject({ id: '1' });
  });

  it('are invalidated by the service, where what has no value widens', async () => {
    await app.lookups('/posts/1', '/posts/2', '/posts');
    await cache.invalidate(publicBlog.detail, { id: 1 });
    expect([await cache.has('public:blog:detail:1'), await cache.has('public:blog:detail:2')]).toEqual([false, true]);
    await cache.invalidate(publicBlog.detail, { id: '*' });
    expect(await cache.has('public:blog:detail:2')).toBe(true);
    await cache.invalidate(publicBlog.detail);
    expect(await cache.has('public:blog:detail:2')).toBe(false);
    await cache.invalidate(publicBlog.list);
    expect(await app.lookups('/posts')).toEqual(['MISS']);
  });

  it('hold a placeholder that stands where another one stood, whose name has a value', async () => {
    const { swapped } = cacheKeys('public:swapped', { swapped: '<<a>>:<<b>>' });
    class Service {
      @Cacheable(swapped.with({ a: '<<b>>', b: 'all' }))
      async find(b: string): Promise<string> {
        return b;
      }
    }
    expect(await problemsOf({ platform, providers: [Service] })).toEqual([]);
  });
});
