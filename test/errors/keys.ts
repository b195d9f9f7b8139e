import { Cacheable } from 'nestash';
import type { Misuse } from './misuse.js';
import { usingCache, usingService } from './misuse.js';

/** Keys that are none, and values that no key can be made of. */
export const keyMisuses: readonly Misuse[] = [
  {
    wrote: `cache.get('posts:my post')`,
    code: 'KEY_MALFORMED',
    shows: ['CacheService.get()', '"posts:my post"', 'a space', "['public', 'blog', value]"],
    make: () => usingCache((cache) => cache.get('posts:my post')),
  },
  {
    wrote: `cache.getOrSet(\`posts:\${slug}\`, load) with an empty slug`,
    code: 'KEY_MALFORMED',
    shows: ['CacheService.getOrSet()', '"posts:"', 'empty segment'],
    make: () => usingCache((cache) => cache.getOrSet('posts:', () => 1)),
  },
  {
    wrote: `cache.invalidate('posts:<<id>>')`,
    code: 'KEY_MALFORMED',
    shows: ['CacheService.invalidate()', '"posts:<<id>>"', '"<"'],
    make: () => usingCache((cache) => cache.invalidate('posts:<<id>>')),
  },
  {
    wrote: `cache.get(['posts', () => 42])`,
    code: 'KEY_MALFORMED',
    shows: ['CacheService.get()', '"posts"', 'a function at position 1'],
    make: () => usingCache((cache) => cache.get(['posts', () => 42])),
  },
  {
    wrote: `@Cacheable({ key: (id) => id }) on PostsService.findOne(id: number)`,
    code: 'KEY_MALFORMED',
    shows: ['PostsService.findOne', 'the number 42', 'an array'],
    async make() {
      class PostsService {
        @Cacheable({ key: (id: number) => id as never })
        async findOne(id: number): Promise<unknown> {
          return [id];
        }
      }
      await usingService(PostsService, (posts) => posts.findOne(42));
    },
  },
  {
    wrote: `@Cacheable('posts:<<filter.author>>') on PostsService.list(filter), called with {}`,
    code: 'KEY_VALUE_MISSING',
    shows: ['PostsService.list', '<<filter.author>>', '<<filter.author|none>>'],
    async make() {
      class PostsService {
        @Cacheable('posts:<<filter.author>>', { ignore: ['filter'] })
        async list(filter: { author?: string }): Promise<unknown> {
          return [filter];
        }
      }
      await usingService(PostsService, (posts) => posts.list({}));
    },
  },
  {
    wrote: `@Cacheable('posts:<<filter>>') on PostsService.list(filter), called with a function`,
    code: 'KEY_VALUE_UNSUPPORTED',
    shows: ['PostsService.list', '<<filter>>', 'a function'],
    async make() {
      class PostsService {
        @Cacheable('posts:<<filter>>')
        async list(filter: () => boolean): Promise<unknown> {
          return [filter];
        }
      }
      await usingService(PostsService, (posts) => posts.list(() => true));
    },
  },
  {
    wrote: `@Cacheable('posts:<<filter>>') on PostsService.search(filter), called with { title: /nest/ }`,
    code: 'KEY_VALUE_UNSUPPORTED',
    shows: ['PostsService.search', '<<filter>>', 'an instance of RegExp at "title"'],
    async make() {
      class PostsService {
        @Cacheable('posts:<<filter>>')
        async search(filter: { title: RegExp }): Promise<unknown> {
          return filter.title.source;
        }
      }
      await usingService(PostsService, (posts) => posts.search({ title: /nest/ }));
    },
  },
];
