import { Controller, Get, Res } from '@nestjs/common';
import {
  CachePut,
  Cacheable,
  CacheModule,
  InvalidateCache,
  cacheKeys,
  memoryStore,
  redisStore,
  ttlMatrix,
} from 'nestash';
import type { Misuse } from './misuse.js';
import { using, usingCache, usingController, usingService } from './misuse.js';

/** Options that do not exist, or hold what they cannot mean. */
export const optionMisuses: readonly Misuse[] = [
  {
    wrote: `CacheModule.forRoot({ prefx: 'prod:shop' })`,
    code: 'OPTION_UNKNOWN',
    shows: ['CacheModule.forRoot()', '"prefx"', '"prefix"'],
    make: async () => CacheModule.forRoot({ prefx: 'prod:shop' } as never),
  },
  {
    wrote: `@Cacheable('public:posts', { tttl: '5m' }) on PostsService.list`,
    code: 'OPTION_UNKNOWN',
    shows: ['PostsService.list', '"tttl"', '"ttl"'],
    async make() {
      class PostsService {
        @Cacheable('public:posts', { tttl: '5m' } as never)
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts', { share: 'frozen' }) on the handler PostsController.list`,
    code: 'OPTION_INVALID',
    shows: ['PostsController.list', '"share"', 'left out on handlers', 'interceptors'],
    async make() {
      @Controller()
      class PostsController {
        @Get('posts')
        @Cacheable('public:posts', { share: 'frozen' })
        list() {
          return [];
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('public:post', { share: 'frozen', type: Post }) on PostsService.first`,
    code: 'OPTION_INVALID',
    shows: ['PostsService.first', '"share"', '"type"', 'instances'],
    async make() {
      class Post {}
      class PostsService {
        @Cacheable('public:post', { share: 'frozen', type: Post })
        async first() {
          return new Post();
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `cache.getOrSet('posts:42', load, { tag: ['posts'] })`,
    code: 'OPTION_UNKNOWN',
    shows: ['CacheService.getOrSet()', '"tag"', '"tags"'],
    make: () => usingCache((cache) => cache.getOrSet('posts:42', () => 1, { tag: ['posts'] } as never)),
  },
  {
    wrote: `cacheKeys('public:blog', { detail: 'detail:<<id>>' }).detail.with({ slug: '<<result.slug>>' })`,
    code: 'OPTION_UNKNOWN',
    shows: ['cacheKeys("public:blog").detail.with()', '"slug"', '"id"'],
    make: async () =>
      cacheKeys('public:blog', { detail: 'detail:<<id>>' }).detail.with({ slug: '<<result.slug>>' } as never),
  },
  {
    wrote: `CacheModule.forRoot({ store: redisStore('redis://localhost:6379') }), without a prefix`,
    code: 'OPTION_INVALID',
    shows: ['CacheModule.forRoot()', '"prefix" is missing', '"prod:shop"'],
    make: async () => CacheModule.forRoot({ store: redisStore('redis://localhost:6379') }),
  },
  {
    wrote: `redisStore(process.env.REDIS_URL), which is not set`,
    code: 'OPTION_INVALID',
    shows: ['redisStore()', '"target" is missing', 'a URL'],
    make: async () => redisStore(process.env['A_VARIABLE_THAT_NOBODY_SET'] as never),
  },
  {
    wrote: `redisStore('localhost:6379')`,
    code: 'OPTION_INVALID',
    shows: ['redisStore()', '"target"', 'redis://localhost:6379/1'],
    make: async () => redisStore('localhost:6379'),
  },
  {
    wrote: `CacheModule.forRoot({ store: memoryStore(), stores: { static: memoryStore() } })`,
    code: 'OPTION_INVALID',
    shows: ['CacheModule.forRoot()', '"store"', '"stores"', '"default"'],
    make: async () => CacheModule.forRoot({ store: memoryStore(), stores: { static: memoryStore() } }),
  },
  {
    wrote: `memoryStore({ maxEntries: 0 })`,
    code: 'OPTION_INVALID',
    shows: ['memoryStore()', '"maxEntries" is the number 0', 'at least 1'],
    make: async () => memoryStore({ maxEntries: 0 }),
  },
  {
    wrote: `@InvalidateCache(['public:posts'], { tags: 'posts' }) on PostsService.update`,
    code: 'OPTION_INVALID',
    shows: ['PostsService.update', '"tags" is the string "posts"', 'an array of templates'],
    async make() {
      class PostsService {
        @InvalidateCache(['public:posts'], { tags: 'posts' } as never)
        async update() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@InvalidateCache(['public:posts'], { settle: '5m' }) on PostsService.update`,
    code: 'OPTION_INVALID',
    shows: ['PostsService.update', '"settle" is the string "5m"', "at most '1m'"],
    async make() {
      class PostsService {
        @InvalidateCache(['public:posts'], { settle: '5m' })
        async update() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `cache.invalidate('public:*:list', { settle: '2s' })`,
    code: 'OPTION_INVALID',
    shows: ['CacheService.invalidate()', '"settle" is the string "2s"', '"public:*:list"', 'do not exist yet'],
    make: () => usingCache((cache) => cache.invalidate('public:*:list', { settle: '2s' })),
  },
  {
    wrote: `@CachePut({ ttl: '5m' }), without a key, on PostsService.update`,
    code: 'OPTION_INVALID',
    shows: ['PostsService.update', '"key" is missing'],
    async make() {
      class PostsService {
        @CachePut({ ttl: '5m' } as never)
        async update() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts', { ignore: ['ip'] }) on PostsService.list(page)`,
    code: 'OPTION_INVALID',
    shows: ['PostsService.list', '"ignore" is the string "ip"', 'page'],
    async make() {
      class PostsService {
        @Cacheable('public:posts', { ignore: ['ip'] })
        async list(page: number): Promise<unknown> {
          return [page];
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts', { softTimeout: '200ms' }) on PostsService.list`,
    code: 'OPTION_INVALID',
    shows: ['PostsService.list', '"softTimeout" is the string "200ms"', 'left out without "staleIfError"'],
    async make() {
      class PostsService {
        @Cacheable('public:posts', { softTimeout: '200ms' })
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts', { staleIfError: '1m', staleWhileRevalidate: '1h' }) on PostsService.list`,
    code: 'OPTION_INVALID',
    shows: ['PostsService.list', '"staleIfError" is the string "1m"', `longer than "staleWhileRevalidate", '1h'`],
    async make() {
      class PostsService {
        @Cacheable('public:posts', { staleIfError: '1m', staleWhileRevalidate: '1h' })
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts', { staleIfError: '1h' }) on PostsController.list(@Res({ passthrough: true }) reply)`,
    code: 'OPTION_INVALID',
    shows: ['PostsController.list', '"staleIfError" is the string "1h"', 'takes @Res()'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts', { staleIfError: '1h', ignore: ['reply'] })
        list(@Res({ passthrough: true }) reply: object) {
          return [typeof reply];
        }
      }
      await using({ controllers: [PostsController] });
    },
  },
  {
    wrote: `CacheModule.forRoot({ ttl: 600 })`,
    code: 'DURATION_INVALID',
    shows: ['CacheModule.forRoot()', '"ttl" is the bare number 600', "'5m'"],
    make: async () => CacheModule.forRoot({ ttl: 600 as never }),
  },
  {
    wrote: `@Cacheable('public:posts', { ttl: 300 }) on PostsService.list`,
    code: 'DURATION_INVALID',
    shows: ['PostsService.list', '"ttl" is the bare number 300', "'5m'"],
    async make() {
      class PostsService {
        @Cacheable('public:posts', { ttl: 300 as never })
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable({ key: 'public:posts', ttl: (posts) => posts.length }) on PostsService.list`,
    code: 'DURATION_INVALID',
    shows: ['PostsService.list', '"ttl" is the bare number 2'],
    async make() {
      class PostsService {
        @Cacheable({ key: 'public:posts', ttl: (posts: string[]) => posts.length as never })
        async list() {
          return ['one', 'two'];
        }
      }
      await usingService(PostsService, (posts) => posts.list());
    },
  },
  {
    wrote: `cache.set('posts:42', post, { ttl: '10 minutes' })`,
    code: 'DURATION_INVALID',
    shows: ['CacheService.set()', '"ttl" is "10 minutes"', "'365d'"],
    make: () => usingCache((cache) => cache.set('posts:42', {}, { ttl: '10 minutes' as never })),
  },
  {
    wrote: `@Cacheable('public:blog:list', { ttl: '10m' }) on PostsService.list, with policies: ttlMatrix`,
    code: 'TTL_OUT_OF_POLICY',
    shows: ['PostsService.list', `'10m' in its decorator`, '"public:*:list"', "'30s' to '2m'"],
    async make() {
      class PostsService {
        @Cacheable('public:blog:list', { ttl: '10m' })
        async list() {}
      }
      await using({ providers: [PostsService], cache: { policies: ttlMatrix } });
    },
  },
  {
    wrote: `CacheModule.forRoot({ policies: [{ match: 'admin', cache: false, ttl: '5m' }] })`,
    code: 'OPTION_INVALID',
    shows: ['policies[0]', '"cache"', 'left out where "ttl"'],
    make: async () => CacheModule.forRoot({ policies: [{ match: 'admin', cache: false, ttl: '5m' }] }),
  },
  {
    wrote: `CacheModule.forRoot({ policies: [{ match: 'admin', cache: false }, { match: 'admin:*:list', ttl: '20s' }] })`,
    code: 'OPTION_INVALID',
    shows: ['policies[1]', '"admin:*:list"', 'the earlier policy "admin"'],
    make: async () =>
      CacheModule.forRoot({
        policies: [
          { match: 'admin', cache: false },
          { match: 'admin:*:list', ttl: '20s' },
        ],
      }),
  },
  {
    wrote: `two of these in one application`,
    code: 'START_UP_REFUSED',
    shows: ['2 mistakes', 'PostsService.list', 'PostsService.update', '(DURATION_INVALID)', '(OPTION_UNKNOWN)'],
    async make() {
      class PostsService {
        @Cacheable('public:posts', { ttl: 60 as never })
        async list() {}

        @InvalidateCache(['public:posts'], { alwys: true } as never)
        async update() {}
      }
      await usingService(PostsService);
    },
  },
];
