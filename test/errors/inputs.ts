import { Controller, Get, Headers, Ip, Post, Query, Req, UseGuards } from '@nestjs/common';
import { CacheControl, Cacheable, cacheKeys } from 'nestash';
import type { Misuse } from './misuse.js';
import { usingController, usingService } from './misuse.js';

const blog = cacheKeys('public:blog', { list: 'list:<<author>>' });

class AuthGuard {
  canActivate = (): boolean => true;
}

/** Keys that leave out what their methods can read, or whose data they hold. */
export const inputMisuses: readonly Misuse[] = [
  {
    wrote: `@Cacheable('public:posts:<<author>>') on PostsService.list(author, page)`,
    code: 'KEY_INCOMPLETE',
    shows: ['PostsService.list', 'argument page', `Write 'public:posts:<<author>>:<<page>>'`, `ignore: ['page']`],
    async make() {
      class PostsService {
        @Cacheable('public:posts:<<author>>')
        async list(author: string, page: number) {
          return [author, page];
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable(blog.list) on PostsService.list(author, page)`,
    code: 'KEY_INCOMPLETE',
    shows: ['PostsService.list', `'list:<<author>>:<<page>>' in cacheKeys("public:blog").list`],
    async make() {
      class PostsService {
        @Cacheable(blog.list)
        async list(author: string, page: number) {
          return [author, page];
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable({ key: (author) => [author] }) on PostsService.list(author, page)`,
    code: 'KEY_INCOMPLETE',
    shows: ['PostsService.list', 'the key function leaves out argument page', '(author, page)'],
    async make() {
      class PostsService {
        @Cacheable({ key: (author: string) => ['public', 'posts', author] })
        async list(author: string, page: number) {
          return [author, page];
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts') on PostsController.list(@Headers('accept-language') language, @Ip() ip)`,
    code: 'KEY_INCOMPLETE',
    shows: [
      `@Headers('accept-language') language and @Ip() ip`,
      `'public:posts:<<accept-language>>:<<ip>>'`,
      `ignore: ['accept-language', 'ip']`,
    ],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list(@Headers('accept-language') language: string, @Ip() ip: string) {
          return { language, ip };
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('public:posts') on PostsController.list(@Req() request)`,
    code: 'KEY_INCOMPLETE',
    shows: ['PostsController.list', '@Req() request', `ignore: ['request']`],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list(@Req() request: { url: string }) {
          return request.url;
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('posts:mine') on PostsController.mine behind AuthGuard`,
    code: 'KEY_IMPERSONAL',
    shows: ['PostsController.mine', 'AuthGuard', `'posts:mine:<<user_id>>'`, '"public"', 'plainGuards: [AuthGuard]'],
    async make() {
      @Controller('posts')
      @UseGuards(AuthGuard)
      class PostsController {
        @Get()
        @Cacheable('posts:mine')
        mine() {
          return {};
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('posts:<<user_id>>') with @CacheControl({ public: true }) on PostsController.mine`,
    code: 'KEY_PUBLISHED',
    shows: ['PostsController.mine', '"posts:<<user_id>>"', '"public"', '"private: true"'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @CacheControl({ public: true })
        @Cacheable('posts:<<user_id>>')
        mine() {
          return {};
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('public:posts') on PostsController.list(@Query() query, @Ip() ip)`,
    code: 'QUERY_UNBOUNDED',
    shows: ['PostsController.list', '@Query() query', 'new ValidationPipe({ whitelist: true })'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list(@Query() query: object, @Ip() ip: string) {
          return { query, ip };
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('public:posts') on @Post() PostsController.create`,
    code: 'METHOD_NOT_CACHEABLE',
    shows: ['PostsController.create', 'POST', '@Get()'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Post()
        @Cacheable('public:posts')
        create() {
          return {};
        }
      }
      await usingController(PostsController);
    },
  },
];
