import { applyDecorators, Controller, Get, Param, Query, SetMetadata } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { of } from 'rxjs';
import { CacheDefaults, CachePut, Cacheable, CacheableMany, InjectCache, InvalidateCache } from '../../lib/index.js';
import type { CacheService } from '../../lib/index.js';

interface Post {
  slug: string;
  authorId: number;
  publishedAt: Date | null;
}

interface Filters {
  page?: number;
}

class Dto {
  slug = '';
}

/** An application's own decorator. */
const CachedForAll = (key: string): MethodDecorator =>
  applyDecorators(Cacheable(key, { ttl: '5m' }), SetMetadata('cached', true));

class Inferred {
  @Cacheable({ key: (id, filters) => ['public', 'search', id.toFixed(), filters.page?.toFixed()] })
  async search(id: number, filters: Filters): Promise<Post[]> {
    return [{ slug: String(id), authorId: filters.page ?? 0, publishedAt: null }];
  }

  @Cacheable({
    key: 'public:post:<<slug>>',
    ttl: (post, slug) => (post?.publishedAt?.getTime() === slug.length ? '1h' : '10s'),
    tags: (post, slug) => [`author:${post?.authorId.toFixed() ?? ''}`, slug.trim()],
    when: (slug) => slug.startsWith('a'),
    unless: (post, slug) => post?.slug.trim() === slug.trim(),
  })
  async find(slug: string): Promise<Post | null> {
    return { slug, authorId: 1, publishedAt: null };
  }

  @Cacheable('public:post:<<slug>>', {
    unless: (post) => post.publishedAt === null,
    ttl: (post) => `${post.authorId}s`,
  })
  async findOr(slug: string): Promise<Post> {
    return { slug, authorId: 1, publishedAt: null };
  }

  @CachePut({
    key: (slug, post) => ['public', slug.trim(), post.authorId.toFixed()],
    unless: (saved) => saved.slug === '',
  })
  async save(slug: string, post: Post): Promise<Post> {
    return { ...post, slug };
  }

  @InvalidateCache((posts, ids) => posts.map((post) => ['public', post.slug.trim(), ids.length.toFixed()]))
  async publish(ids: number[]): Promise<Post[]> {
    return ids.map((authorId) => ({ slug: '', authorId, publishedAt: null }));
  }

  @InvalidateCache(['public:post'], {
    tags: (post) => [post.slug.trim()],
    unless: (post, slug) => post.slug === slug.trim(),
  })
  async update(slug: string): Promise<Post> {
    return { slug, authorId: 1, publishedAt: null };
  }

  @InvalidateCache(['public:post'], { always: true, store: 'static', tags: ['posts'], settle: '2s', debug: true })
  @CachePut('public:post:<<slug>>', {
    settle: '2s',
    ttl: '1h',
    type: Dto,
    version: 2,
    ignore: ['other'],
    nullTtl: '10s',
  })
  async both(slug: string): Promise<Post> {
    return { slug, authorId: 1, publishedAt: null };
  }

  @Cacheable()
  async derived(): Promise<number> {
    return 1;
  }

  @Cacheable('public:stale', { ttl: '1m', staleWhileRevalidate: '5m', staleIfError: '1h', softTimeout: '200ms' })
  async stale(): Promise<void> {}

  @Cacheable('public:shared', { share: 'frozen' })
  async shared(): Promise<void> {}

  @Cacheable({ key: 'public:shared:<<slug>>', share: 'frozen', unless: (post) => post.slug === '' })
  async sharedUnless(slug: string): Promise<Post> {
    return { slug, authorId: 1, publishedAt: null };
  }

  @Cacheable({ key: 'public:stale:<<slug>>', staleIfError: '1h', unless: (post) => post.slug === '' })
  async staleOr(slug: string): Promise<Post> {
    return { slug, authorId: 1, publishedAt: null };
  }

  @Cacheable({ ttl: '250ms' })
  async withoutKey(): Promise<void> {}

  @CachedForAll('public:composed')
  async composed(id: number): Promise<number> {
    return id;
  }
}

@Controller()
@CacheDefaults({ prefix: 'public:blog', ttl: '60s' })
class Handlers {
  constructor(@InjectCache('static') readonly cache: CacheService) {}

  @Get()
  @Cacheable({ key: 'sync', unless: (post, slug) => post.slug.trim() === slug.trim() })
  sync(@Param('slug') slug: string): Post {
    return { slug, authorId: 1, publishedAt: null };
  }

  @Cacheable({
    key: 'observable',
    unless: (post, page) => post.slug.trim() === page?.trim(),
    tags: (post) => [post.slug.trim()],
  })
  @Get()
  observable(@Query('page') page?: string): Observable<Post> {
    return of({ slug: page ?? '', authorId: 1, publishedAt: null });
  }

  @InvalidateCache((post) => [`public:${post.slug.trim()}`])
  written(): Observable<Post> {
    return of({ slug: '', authorId: 1, publishedAt: null });
  }
}

class Refused {
  // @ts-expect-error -- the method takes a number
  @Cacheable({ key: (id: string) => id })
  async key(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error -- a key is a text or an array
  @Cacheable({ key: (id) => id })
  async keyResult(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error -- the result has no such property
  @Cacheable({ key: 'a', unless: (post) => post.title === '' })
  async unless(): Promise<Post> {
    return { slug: '', authorId: 1, publishedAt: null };
  }

  // @ts-expect-error -- the method has one parameter
  @Cacheable({ key: 'a', when: (id: number, other: number) => id === other })
  async when(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error -- a condition is true or false
  @Cacheable({ key: 'a', when: () => 'yes' })
  async whenResult(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- what only reads has nothing to settle
  @Cacheable('a', { settle: '2s' })
  async settle(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- a bare number is no duration
  @Cacheable('a', { ttl: 600 })
  async ttl(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- nor is a text without a unit
  @Cacheable('a', { ttl: '600' })
  async ttlWithoutUnit(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- nor is what a function makes of the result
  @Cacheable({ key: 'a', ttl: (result) => result })
  async ttlOf(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- tags are texts
  @Cacheable({ key: 'a', tags: (post) => [post.authorId] })
  async tags(): Promise<Post> {
    return { slug: '', authorId: 1, publishedAt: null };
  }

  // @ts-expect-error -- there is no such option
  @Cacheable('a', { tll: '5m' })
  async option(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- a bare number is no duration
  @Cacheable('a', { staleIfError: 600 })
  async staleIfError(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- nothing can be shared but what is frozen
  @Cacheable('a', { share: true })
  async shared(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- what a put returns is its caller's
  @CachePut('a', { share: 'frozen' })
  async sharedPut(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- a put always runs its method
  @CachePut('a', { staleWhileRevalidate: '5m' })
  async stalePut(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- a put needs a key
  @CachePut({ ttl: '5m' })
  async putWithoutKey(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- the result is no array
  @InvalidateCache((result) => result.map(String))
  async invalidate(): Promise<Post> {
    return { slug: '', authorId: 1, publishedAt: null };
  }

  // @ts-expect-error -- patterns stand in an array
  @InvalidateCache('public:post')
  async pattern(): Promise<number> {
    return 1;
  }

  // @ts-expect-error -- it is no method
  @Cacheable('a')
  property = 1;
}

/** Methods for many ids, seen by their callbacks as one of them. */
class Many {
  @CacheableMany({
    key: (id, language) => ['posts', id.toFixed(), language.trim()],
    ttl: (post, id) => (post?.slug === id.toFixed() ? '1h' : '10s'),
    tags: (post, id, language) => [`author:${post?.authorId.toFixed() ?? id.toFixed()}`, language.trim()],
    when: (id) => id > 0,
    unless: (post) => post?.publishedAt === null,
  })
  async findMany(ids: number[], language: string): Promise<Map<number, Post>> {
    return new Map(ids.map((id) => [id, { slug: language, authorId: id, publishedAt: null }]));
  }

  @CacheableMany('public:post:<<id>>', { ttl: '5m', staleIfError: '1h' })
  async findReadonly(ids: readonly string[]): Promise<ReadonlyMap<string, Post>> {
    return new Map(ids.map((slug) => [slug, { slug, authorId: 1, publishedAt: null }]));
  }

  // @ts-expect-error -- an array does not say which value is whose
  @CacheableMany('public:post:<<id>>')
  async findInOrder(ids: number[]): Promise<Post[]> {
    return ids.map((authorId) => ({ slug: '', authorId, publishedAt: null }));
  }

  // @ts-expect-error -- it would have to wait for nothing
  @CacheableMany('public:post:<<id>>')
  findAtOnce(ids: number[]): Map<number, Post> {
    return new Map(ids.map((authorId) => [authorId, { slug: '', authorId, publishedAt: null }]));
  }

  // @ts-expect-error -- the value of one id, which has no size
  @CacheableMany('public:post:<<id>>', { unless: (posts) => posts.size === 0 })
  async findSome(ids: number[]): Promise<Map<number, Post>> {
    return new Map(ids.map((authorId) => [authorId, { slug: '', authorId, publishedAt: null }]));
  }
}

export { Handlers, Inferred, Many, Refused };
