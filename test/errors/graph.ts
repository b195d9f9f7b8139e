import { Cacheable, InvalidateCache } from 'nestash';
import { expectSoundCache } from 'nestash/testing';
import type { Misuse } from './misuse.js';
import { using, usingService } from './misuse.js';

class PostsService {
  @Cacheable('public:blog:detail:<<id>>')
  async find(id: string) {
    return { id };
  }
}

/** Keys and invalidations that do not fit together. */
export const graphMisuses: readonly Misuse[] = [
  {
    wrote: `@Cacheable('public:blog:<<slug>>') on PostsService.find, next to @Cacheable('public:blog:list')`,
    code: 'KEY_CLASH',
    shows: ['PostsService.find', '"public:blog:list" of PostsService.list', '<<slug>> is "list"'],
    async make() {
      class PostsService {
        @Cacheable('public:blog:list')
        async list() {}

        @Cacheable('public:blog:<<slug>>')
        async find(slug: string) {
          return { slug };
        }
      }
      await usingService(PostsService);
    },
  },
  {
    wrote: `@InvalidateCache(['public:blog:detial:<<id>>']) on PostsEditor.update, in a test with expectSoundCache(app)`,
    code: 'PATTERN_UNMATCHED',
    shows: ['PostsEditor.update', '"public:blog:detial:<<id>>"', 'Did you mean "public:blog:detail:<<id>>"?'],
    async make() {
      class PostsEditor {
        @InvalidateCache(['public:blog:detial:<<id>>'])
        async update(id: string) {
          return { id };
        }
      }
      await using({ providers: [PostsService, PostsEditor] }, ({ app }) => expectSoundCache(app));
    },
  },
  {
    wrote: `@InvalidateCache(['public:blog:detail']) on PostsEditor.update(id), in a test with expectSoundCache(app)`,
    code: 'PATTERN_TOO_WIDE',
    shows: ['PostsEditor.update', '"public:blog:detail"', '<<id>>', '"public:blog:detail:*"'],
    async make() {
      class PostsEditor {
        @InvalidateCache(['public:blog:detail'])
        async update(id: string) {
          return { id };
        }
      }
      await using({ providers: [PostsService, PostsEditor] }, ({ app }) => expectSoundCache(app));
    },
  },
  {
    wrote: `@Cacheable('public:countries', { ttl: '1d' }) on CountriesService.all, in a test with expectSoundCache(app)`,
    code: 'NEVER_INVALIDATED',
    shows: ['CountriesService.all', '"public:countries"', `'1d'`],
    async make() {
      class CountriesService {
        @Cacheable('public:countries', { ttl: '1d' })
        async all() {}
      }
      await using({ providers: [CountriesService] }, ({ app }) => expectSoundCache(app));
    },
  },
  {
    wrote: `expectSoundCache(app, { except: ['PostsService.find'] }), where nothing is found`,
    code: 'CACHE_UNSOUND',
    shows: ['"PostsService.find"', '"except"'],
    make: () =>
      using({ providers: [PostsService] }, ({ app }) => expectSoundCache(app, { except: ['PostsService.find'] })),
  },
];
