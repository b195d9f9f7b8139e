import { CacheDefaults, Cacheable, InvalidateCache, cacheKeys } from 'nestash';
import type { Misuse } from './misuse.js';
import { usingService } from './misuse.js';

/** Templates that cannot be read, or that name what is not there. */
export const templateMisuses: readonly Misuse[] = [
  {
    wrote: `@Cacheable('public:posts:<<id') on PostsService.findOne(id)`,
    code: 'TEMPLATE_MALFORMED',
    shows: ['PostsService.findOne', '"public:posts:<<id"', 'never closes it'],
    async make() {
      class PostsService {
        @Cacheable('public:posts:<<id')
        async findOne(id: number): Promise<unknown> {
          return [id];
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts:<<year>>-<<month>>') on PostsService.archive(year, month)`,
    code: 'TEMPLATE_MALFORMED',
    shows: ['PostsService.archive', '"public:posts:<<year>>-<<month>>"', '<<year>> and <<month>>', ':'],
    async make() {
      class PostsService {
        @Cacheable('public:posts:<<year>>-<<month>>')
        async archive(year: number, month: number): Promise<unknown> {
          return [year, month];
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts:*') on PostsService.list`,
    code: 'TEMPLATE_MALFORMED',
    shows: ['PostsService.list', '"public:posts:*"', 'wildcard'],
    async make() {
      class PostsService {
        @Cacheable('public:posts:*')
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@InvalidateCache(['public:blog posts']) on PostsService.update`,
    code: 'TEMPLATE_MALFORMED',
    shows: ['PostsService.update', '"public:blog posts"', 'a space'],
    async make() {
      class PostsService {
        @InvalidateCache(['public:blog posts'])
        async update() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@CacheDefaults({ prefix: 'public:' }) in front of @Cacheable('list') on PostsService.list`,
    code: 'TEMPLATE_MALFORMED',
    shows: ['PostsService.list', '"public::list"', 'empty segment'],
    async make() {
      @CacheDefaults({ prefix: 'public:' })
      class PostsService {
        @Cacheable('list')
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `cacheKeys('public:blog', { detail: 'detail:<<>>' })`,
    code: 'TEMPLATE_MALFORMED',
    shows: ['cacheKeys("public:blog").detail', '"public:blog:detail:<<>>"', 'without a name'],
    make: async () => cacheKeys('public:blog', { detail: 'detail:<<>>' }),
  },
  {
    wrote: `@Cacheable('public:posts:<<slug>>') on PostsService.findOne(id)`,
    code: 'PLACEHOLDER_UNKNOWN',
    shows: ['PostsService.findOne', '<<slug>>', '"id"', '"0"'],
    async make() {
      class PostsService {
        @Cacheable('public:posts:<<slug>>')
        async findOne(id: number): Promise<unknown> {
          return [id];
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts:<<@session.lang>>') on PostsService.list`,
    code: 'PLACEHOLDER_UNKNOWN',
    shows: ['PostsService.list', '<<@session.lang>>', '"@user.…"'],
    async make() {
      class PostsService {
        @Cacheable('public:posts:<<@session.lang>>')
        async list() {}
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@Cacheable('public:posts:<<result.id>>') on PostsService.newest`,
    code: 'PLACEHOLDER_UNKNOWN',
    shows: ['PostsService.newest', '<<result.id>>'],
    async make() {
      class PostsService {
        @Cacheable('public:posts:<<result.id>>')
        async newest() {}
      }
      await usingService(PostsService);
    },
  },
];
