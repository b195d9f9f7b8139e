import { Controller, Get, Injectable, Inject, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { CacheService, Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

let loads = 0;

@Injectable()
class PostsService {
  @Cacheable('public:service:<<id>>')
  async find(id: number): Promise<{ id: number; load: number }> {
    return { id, load: ++loads };
  }

  async indirectly(id: number): Promise<unknown> {
    return this.find(id);
  }
}

@Controller('posts')
class PostsController {
  constructor(@Inject(PostsService) private readonly posts: PostsService) {}

  @Cacheable('public:blog:detail:<<id>>')
  @Get(':id')
  findOne(@Param('id', ParseIntPipe) id: number): unknown {
    return { id, load: ++loads };
  }

  @Get()
  @Cacheable('public:blog:list')
  list(@Query('page') page?: string): unknown {
    return [page ?? null, ++loads];
  }

  @Get('service/:id')
  service(@Param('id') id: string): unknown {
    return this.posts.indirectly(Number(id));
  }

  @Post(':id')
  @InvalidateCache(['public:blog:detail:<<id>>', 'public:blog:list'])
  update(@Param('id') id: string): unknown {
    return { updated: id };
  }
}

describe.each(PLATFORMS)('a cached controller on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, controllers: [PostsController], providers: [PostsService] });
  });
  afterAll(() => app.stop());

  it('misses first and hits then, whatever the spelling of the parameter', async () => {
    const first = await app.fetch('/posts/42');
    const second = await app.fetch('/posts/042');
    expect([first.cache, second.cache]).toEqual(['MISS', 'HIT']);
    expect(second.body).toBe(first.body);
    expect((await app.fetch('/posts/x')).status).toBe(400);
  });

  it('serves new data to the first request after an edit', async () => {
    await app.fetch('/posts/7');
    await app.fetch('/posts?page=2');
    expect((await app.fetch('/posts?page=2')).cache).toBe('HIT');
    await app.fetch('/posts/7', { method: 'POST' });
    expect((await app.fetch('/posts/7')).cache).toBe('MISS');
    expect((await app.fetch('/posts?page=2')).cache).toBe('MISS');
  });

  it('caches methods of providers that call each other', async () => {
    const first = await app.fetch('/posts/service/1');
    const second = await app.fetch('/posts/service/1');
    expect(second.json()).toEqual(first.json());
    expect(second.cache).toBeNull();
  });

  it('offers the service', async () => {
    const cache = app.get(CacheService);
    await cache.set('a:b', 1);
    expect(await cache.get('a:b')).toBe(1);
    await cache.invalidate('a');
    expect(await cache.has('a:b')).toBe(false);
  });
});
