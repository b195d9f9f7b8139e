import { Controller, Get, Next, Query, Res, Sse } from '@nestjs/common';
import { CacheModule, CacheService, Cacheable, InjectCache, InvalidateCache } from 'nestash';
import { NEVER } from 'rxjs';
import type { Misuse } from './misuse.js';
import { using, usingController, usingService } from './misuse.js';

/** Decorators on what cannot be cached, and stores and modules that are not there. */
export const methodMisuses: readonly Misuse[] = [
  {
    wrote: `@Cacheable('public:posts') on the static method PostsService.all`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsService.all', 'static'],
    async make() {
      class PostsService {
        @Cacheable('public:posts')
        static async all() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts') on the getter PostsService.newest`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsService.newest', 'not a method'],
    async make() {
      class PostsService {
        @Cacheable('public:posts')
        get newest() {
          return Promise.resolve(1);
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable() on PostsController.list(@Res() response)`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsController.list', '@Res()', 'passthrough: true'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list(@Res() response: { json(body: object): void }) {
          response.json({});
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable() on PostsController.list(@Next() next)`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsController.list', '@Next()'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list(@Next() next: () => void) {
          next();
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable() on @Sse() PostsController.changes`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsController.changes', '@Sse()'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Sse()
        @Cacheable('public:posts:changes')
        changes() {
          return NEVER;
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('public:posts') and @InvalidateCache(['public:posts']) on PostsService.refresh`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsService.refresh', 'cannot change it', 'a method of its own'],
    async make() {
      class PostsService {
        @Cacheable('public:posts')
        @InvalidateCache(['public:posts'])
        async refresh() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts:<<page>>') on PostsController.list(@Query('page') page, @Query('page') text)`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsController.list', '"page"'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts:<<page>>')
        list(@Query('page') page: number, @Query('page') text: string) {
          return [page, text];
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('feed:<<user_id>>') on FeedService.feed(user_id)`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['FeedService.feed', '<<user_id>>', '<<0>>'],
    async make() {
      class FeedService {
        @Cacheable('feed:<<user_id>>')
        async feed(user_id: number) {
          return user_id;
        }
      }
      await usingService(FeedService);
    },
  },
  {
    wrote: `{ provide: PostsService, useValue: Object.freeze(new PostsService()) }`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsService', 'frozen', 'useClass'],
    async make() {
      class PostsService {
        @Cacheable('public:posts')
        async list() {}
      }
      await using({ providers: [{ provide: PostsService, useValue: Object.freeze(new PostsService()) }] });
    },
  },
  {
    wrote: `@Cacheable('posts:count') on PostsService.count, which is not async`,
    code: 'METHOD_NOT_ASYNC',
    shows: ['PostsService.count', 'returned an array', 'Make it async'],
    async make() {
      class PostsService {
        @Cacheable('posts:count')
        count(): unknown {
          return [1, 2];
        }
      }
      await usingService(PostsService, async (posts) => posts.count());
    },
  },
  {
    wrote: `@InvalidateCache(['posts']) on PostsService.rename(): string`,
    code: 'METHOD_NOT_ASYNC',
    shows: ['PostsService.rename', 'Make it async'],
    async make() {
      class PostsService {
        @InvalidateCache(['posts'])
        rename(): string {
          return 'a new name';
        }
      }
      await usingService(PostsService, async (posts) => posts.rename());
    },
  },
  {
    wrote: `@Cacheable('posts', { store: 'sesion' }) on PostsService.list`,
    code: 'STORE_UNKNOWN',
    shows: ['PostsService.list', '"sesion"', '"default"'],
    async make() {
      class PostsService {
        @Cacheable('posts', { store: 'sesion' })
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@InjectCache('sttic') in PostsService`,
    code: 'STORE_UNKNOWN',
    shows: ['PostsService', '"sttic"', '"default"'],
    async make() {
      class PostsService {
        constructor(@InjectCache('sttic') readonly cache: CacheService) {}
      }
      await using({ cache: CacheModule.forRoot(), providers: [PostsService] });
    },
  },
  {
    wrote: `PostsService with @Cacheable, in an application without CacheModule`,
    code: 'Nest',
    shows: ['PostsService', 'CacheModule.forRoot()', 'root module'],
    async make() {
      class PostsService {
        @Cacheable('public:posts')
        async list() {}
      }
      class EmptyModule {}
      await using({ cache: { module: EmptyModule }, providers: [PostsService] });
    },
  },
];
