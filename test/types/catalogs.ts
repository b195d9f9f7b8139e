import type { CacheModuleOptions } from '../../lib/index.js';
import {
  CacheModule,
  CachePut,
  CacheService,
  Cacheable,
  InvalidateCache,
  cacheKeys,
  memoryStore,
} from '../../lib/index.js';

const blog = cacheKeys('public:blog', {
  list: { key: 'list:<<query>>', ttl: '60s' },
  detail: { key: 'detail:<<id>>', ttl: '5m', tags: ['blog'] },
  page: 'page:<<slug>>:<<lang|en>>',
});

class Posts {
  constructor(private readonly cache: CacheService) {}

  @Cacheable(blog.detail)
  async find(id: number): Promise<number> {
    return id;
  }

  @Cacheable(blog.detail, { ttl: '1h', unless: (result, id) => result.toFixed() === id.toFixed() })
  async findSome(id: number): Promise<number> {
    return id;
  }

  @CachePut(blog.detail.with({ id: '<<post.id>>' }))
  async save(post: { id: number }): Promise<number> {
    return post.id;
  }

  @InvalidateCache([blog.detail.with({ id: '<<result.id>>' }), blog.list, 'public:blog:page'])
  async write(): Promise<{ id: number }> {
    await this.cache.invalidate(blog.detail, { id: 1 });
    await this.cache.invalidate(blog.page.with({ slug: 'a' }), { lang: 'de' }, { partition: 'acme' });
    await this.cache.invalidate(blog.list);
    await this.cache.invalidate(['public', 'blog', 1], { partition: 'acme' });
    return { id: 1 };
  }

  async refused(): Promise<void> {
    // @ts-expect-error -- the key has no such placeholder
    await this.cache.invalidate(blog.detail, { slug: 'a' });
    // @ts-expect-error -- it has been set
    await this.cache.invalidate(blog.page.with({ slug: 'a' }), { slug: 'b' });
    // @ts-expect-error -- there is no such key
    await this.cache.invalidate(blog.comments);
    // @ts-expect-error -- the key has no such placeholder
    blog.detail.with({ slug: 'a' });
    // @ts-expect-error -- a bare number is no duration
    await this.cache.set('a', 1, { ttl: 600 });
    // @ts-expect-error -- only getOrSet has a loader
    await this.cache.set('a', 1, { staleIfError: '1h' });
    // @ts-expect-error -- nothing can be shared but what is frozen
    await this.cache.get('a', { share: true });
    // @ts-expect-error -- a key is a text or an array
    await this.cache.get(42);
  }

  async typed(): Promise<void> {
    const loaded: number = await this.cache.getOrSet('a', async () => 1, { ttl: '1m', tags: ['a', 1, ['b', 2]] });
    const stale: number = await this.cache.getOrSet('a', () => 1, { staleIfError: '1h', softTimeout: '1s' });
    const shared: number = await this.cache.getOrSet('a', () => 1, { share: 'frozen' });
    const computed: string = await this.cache.put(['a', loaded], () => 'text');
    const found: string | undefined = await this.cache.get<string>(computed);
    const remaining: number | null = await this.cache.ttl('a');
    const many: Map<'a' | 'b', number> = await this.cache.getMany<number, 'a' | 'b'>(['a', 'b']);
    const locked: number = await this.cache.lock('a', (signal) => (signal.aborted ? 1 : 2), { ttl: '30s', wait: '5s' });
    void [stale, shared, found, remaining, many, locked];
  }
}

// @ts-expect-error -- a bare number is no duration
cacheKeys('public', { list: { key: 'list', ttl: 60 } });

const options: CacheModuleOptions = {
  prefix: 'prod:shop',
  version: 1,
  ttl: '5m',
  stores: { default: memoryStore(), static: memoryStore({ maxEntries: 1_000, ttl: '1h' }) },
  user: (request: { account?: { id: number } }) => request.account,
  placeholders: { lang: ({ headers }) => headers['accept-language'] },
  partition: ({ host }) => host,
};
CacheModule.forRoot(options);
CacheModule.forRootAsync({ useFactory: async () => options });
CacheModule.forRootAsync({ inject: [Posts], useFactory: (_posts: Posts) => options });

// @ts-expect-error -- a bare number is no duration
CacheModule.forRoot({ ttl: 300 });

// @ts-expect-error -- there is no such option
CacheModule.forRoot({ isGlobal: true });

export { Posts };
