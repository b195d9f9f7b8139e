import type { CanActivate, INestApplication } from '@nestjs/common';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { CacheService, Cacheable } from 'nestash';
import type { Misuse } from './misuse.js';
import { using, usingController, usingService } from './misuse.js';

/** Everybody is signed in as this user. */
function signedInAs(user: object) {
  return (app: INestApplication): void => {
    app.use((request: { user?: unknown }, _response: unknown, next: () => void) => {
      request.user = user;
      next();
    });
  };
}

/** Values of the request that it does not have, or that are asked for where there is none. */
export const requestMisuses: readonly Misuse[] = [
  {
    wrote: `@Cacheable('posts:<<@headers.x-shop>>') on PostsController.list, requested without that header`,
    code: 'KEY_VALUE_MISSING',
    shows: ['PostsController.list', '<<@headers.x-shop>>', '<<@headers.x-shop|none>>'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('posts:<<@headers.x-shop>>')
        list() {}
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `@Cacheable('public:posts:<<@cookies.theme>>') on PostsController.list, without a cookie parser`,
    code: 'KEY_VALUE_MISSING',
    shows: ['PostsController.list', '<<@cookies.theme>>', 'parser is not installed'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts:<<@cookies.theme>>')
        list() {}
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `CacheModule.forRoot({ placeholders: { lang: ({ query }) => query.lang } }), requested without ?lang`,
    code: 'KEY_VALUE_MISSING',
    shows: ['PostsController.list', '<<lang>>', '<<lang|none>>'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts:<<lang>>')
        list() {}
      }
      const placeholders = { lang: ({ query }: { query: unknown }) => (query as { lang?: string }).lang };
      await usingController(PostsController, { cache: { placeholders } });
    },
  },
  {
    wrote: `CacheModule.forRoot({ partition: ({ headers }) => headers['x-tenant'] }), requested without that header`,
    code: 'KEY_VALUE_MISSING',
    shows: ['PostsController.list', 'the partition'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list() {}
      }
      await usingController(PostsController, { cache: { partition: ({ headers }) => headers['x-tenant'] } });
    },
  },
  {
    wrote: `cache.get('posts') in a job, with CacheModule.forRoot({ partition })`,
    code: 'CONTEXT_MISSING',
    shows: ['CacheService.get()', 'the partition', '{ partition }'],
    make: () =>
      using({ cache: { partition: ({ headers }) => headers['x-tenant'] } }, (application) =>
        application.get(CacheService).get('posts'),
      ),
  },
  {
    wrote: `@Cacheable('feed:<<user_id>>') on FeedService.feed, called outside of requests`,
    code: 'CONTEXT_MISSING',
    shows: ['FeedService.feed', '<<@user.id>>', 'argument'],
    async make() {
      class FeedService {
        @Cacheable('feed:<<user_id>>')
        async feed() {}
      }
      await usingService(FeedService, (service) => service.feed());
    },
  },
  {
    wrote: `@Cacheable('rights:<<@headers.authorization>>') on RightsService.rights, called in a guard`,
    code: 'CONTEXT_MISSING',
    shows: ['RightsService.rights', '<<@headers.authorization>>', 'guards'],
    async make() {
      class RightsService {
        @Cacheable('rights:<<@headers.authorization>>')
        async rights() {}
      }
      class RightsGuard implements CanActivate {
        constructor(@Inject(RightsService) private readonly service: RightsService) {}

        async canActivate() {
          await this.service.rights();
          return true;
        }
      }
      @Controller('posts')
      @UseGuards(RightsGuard)
      class PostsController {
        @Get()
        list() {}
      }
      await usingController(PostsController, { providers: [RightsService] });
    },
  },
  {
    wrote: `@Cacheable('feed:<<user_id>>') on FeedController.feed, where request.user = { email: '…' }`,
    code: 'IDENTITY_MISSING',
    shows: ['FeedController.feed', 'an object', '"id"', 'user: (request) =>'],
    async make() {
      @Controller('posts')
      class FeedController {
        @Get()
        @Cacheable('feed:<<user_id>>')
        feed() {}
      }
      await usingController(FeedController, { configure: signedInAs({ email: 'ada@example.org' }) });
    },
  },
];
