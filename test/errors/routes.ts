import { Controller, Get } from '@nestjs/common';
import { Cacheable, NoCache, cacheRoutes } from 'nestash';
import type { Misuse } from './misuse.js';
import { usingController } from './misuse.js';

/** Routes that cannot be cached, or are decided on elsewhere. */
export const routeMisuses: readonly Misuse[] = [
  {
    wrote: `CacheModule.forRoot({ routes: [{ path: '/post' }] }), where there is a handler of GET /posts`,
    code: 'OPTION_INVALID',
    shows: ['"/post"', 'no GET handler', '"/posts"'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        list() {}
      }
      await usingController(PostsController, { cache: { routes: [{ path: '/post' }] } });
    },
  },
  {
    wrote: `CacheModule.forRoot({ routes: [{ path: '/posts' }] }), where PostsController.list has @Cacheable('public:posts')`,
    code: 'OPTION_INVALID',
    shows: ['"/posts"', 'PostsController.list', 'a decorator of its own'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list() {}
      }
      await usingController(PostsController, { cache: { routes: [{ path: '/posts' }] } });
    },
  },
  {
    wrote: `cacheRoutes([{ path: 'posts' }])`,
    code: 'OPTION_INVALID',
    shows: ['cacheRoutes()[0]', '"posts"', '"/api/posts/:id"'],
    make: async () => cacheRoutes([{ path: 'posts' }]),
  },
  {
    wrote: `@NoCache() and @Cacheable('public:posts') on PostsController.list`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsController.list', '@NoCache()', 'Keep one'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @NoCache()
        @Cacheable('public:posts')
        list() {}
      }
      await usingController(PostsController);
    },
  },
];
