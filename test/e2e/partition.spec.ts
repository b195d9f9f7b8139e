import { Controller, Get, Inject, Injectable, Param, Post } from '@nestjs/common';
import { CacheService, Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

let runs = 0;

@Injectable()
class PostsService {
  @Cacheable('public:posts:<<id>>', { tags: ['posts'] })
  async find(id: string): Promise<string> {
    return `${id} ${++runs}`;
  }
}

@Controller()
class PostsController {
  constructor(@Inject(PostsService) private readonly posts: PostsService) {}

  @Get('service/:id')
  async service(@Param('id') id: string): Promise<string> {
    return this.posts.find(id);
  }

  @Get('posts/:id')
  @Cacheable('public:handler:<<id>>')
  find(@Param('id') id: string): string {
    return `${id} ${++runs}`;
  }

  @Post('posts/:id')
  @InvalidateCache(['public:handler:<<id>>'])
  update(@Param('id') id: string): string {
    return id;
  }

  @Post('tags')
  @InvalidateCache([], { tags: ['posts'] })
  tags(): string {
    return 'done';
  }

  @Post('everything')
  @InvalidateCache(['*'])
  everything(): string {
    return 'done';
  }
}

describe.each(PLATFORMS)('tenants on %s', (platform) => {
  let app: TestApplication;
  let cache: CacheService;
  const of = (tenant: string, method = 'GET') => ({ method, headers: { 'x-tenant': tenant } });
  const read = async (path: string, tenant: string) => (await app.fetch(path, of(tenant))).body;

  beforeEach(async () => {
    app = await TestApplication.start({
      platform,
      controllers: [PostsController],
      providers: [PostsService],
      cache: { partition: ({ headers }) => headers['x-tenant'] },
    });
    cache = app.get(CacheService);
  });
  afterEach(() => app.stop());

  it.each(['/service/1', '/posts/1'])('never meet at %s', async (path) => {
    const [acme, globex] = [await read(path, 'acme'), await read(path, 'globex')];
    expect(acme).not.toBe(globex);
    expect([await read(path, 'acme'), await read(path, 'globex')]).toEqual([acme, globex]);
  });

  it.each(['/posts/1', '/tags', '/everything'])('invalidate nothing of each other at %s', async (path) => {
    const reads = () => Promise.all(['/service/1', '/posts/1'].map((each) => read(each, 'globex')));
    const before = await reads();
    const own = await Promise.all([read('/service/1', 'acme'), read('/posts/1', 'acme')]);
    await app.fetch(path, of('acme', 'POST'));
    expect(await reads()).toEqual(before);
    expect(await Promise.all([read('/service/1', 'acme'), read('/posts/1', 'acme')])).not.toEqual(own);
  });

  it('are named where there is no request', async () => {
    const [acme, globex] = [await read('/service/1', 'acme'), await read('/service/1', 'globex')];
    await cache.invalidate('public:posts', { partition: 'acme' });
    expect(await read('/service/1', 'acme')).not.toBe(acme);
    await cache.invalidateTags(['posts'], { partition: 'acme' });
    expect(await read('/service/1', 'globex')).toBe(globex);
    expect(await cache.get('public:posts:1', { partition: 'globex' })).toBe(globex);
    await cache.delete('public:posts:1', { partition: 'globex' });
    expect(await cache.has('public:posts:1', { partition: 'globex' })).toBe(false);
  });

  it('are a mistake where nobody names them', async () => {
    await expect(cache.invalidate('public:posts')).rejects.toMatchObject({ code: 'CONTEXT_MISSING' });
    await expect(app.get(PostsService).find('1')).rejects.toMatchObject({ code: 'CONTEXT_MISSING' });
    await expect(cache.get('a', { partition: '' })).rejects.toMatchObject({ code: 'KEY_VALUE_MISSING' });
  });

  it('may have any name', async () => {
    const names = ['a:b', '*', '~p.a', 'a'];
    for (const partition of names) await cache.set('key', partition, { partition });
    for (const partition of names) expect(await cache.get('key', { partition })).toBe(partition);
    await cache.invalidate('key', { partition: '*' });
    expect(await cache.has('key', { partition: 'a' })).toBe(true);
  });
});
