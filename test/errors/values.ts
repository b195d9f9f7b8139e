import { Readable } from 'node:stream';
import { Controller, Get } from '@nestjs/common';
import { CacheService, Cacheable } from 'nestash';
import type { Misuse } from './misuse.js';
import { using, usingCache, usingController, usingService } from './misuse.js';

class User {
  readonly name = 'Ada';
}

/** Results that would not come back as they were, and loaders that wait for themselves. */
export const valueMisuses: readonly Misuse[] = [
  {
    wrote: `PostsService.list returns { items: [{ author: new User() }] }`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['PostsService.list', '$.items[0].author', 'an instance of User', '{ type: User }'],
    async make() {
      class PostsService {
        @Cacheable('posts')
        async list() {
          return { items: [{ author: new User() }] };
        }
      }
      await usingService(PostsService, (posts) => posts.list());
    },
  },
  {
    wrote: `CategoriesService.tree returns a child whose parent is the root again`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['CategoriesService.tree', '$.children[0].parent', 'a reference back to $', 'an identifier'],
    async make() {
      class CategoriesService {
        @Cacheable('categories:tree')
        async tree() {
          const root: { children: object[] } = { children: [] };
          root.children.push({ parent: root });
          return root;
        }
      }
      await usingService(CategoriesService, (categories) => categories.tree());
    },
  },
  {
    wrote: `@Cacheable('posts:latest', { share: 'frozen' }) on PostsService.latest, which returns { post: { at: new Date() } }`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['PostsService.latest', '$.post.at', 'an instance of Date', 'cannot be frozen', "{ share: 'frozen' }"],
    async make() {
      class PostsService {
        @Cacheable('posts:latest', { share: 'frozen' })
        async latest() {
          return { post: { at: new Date() } };
        }
      }
      await usingService(PostsService, (posts) => posts.latest());
    },
  },
  {
    wrote: `PostsService.findOne returns { title: '…', render: () => '…' }`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['PostsService.findOne', '$.render', 'a function'],
    async make() {
      class PostsService {
        @Cacheable('posts:first')
        async findOne() {
          return { title: 'First', render: () => '<h1>First</h1>' };
        }
      }
      await usingService(PostsService, (posts) => posts.findOne());
    },
  },
  {
    wrote: 'PostsService.export returns a stream',
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['PostsService.export', '$', 'Readable', 'its content'],
    async make() {
      class PostsService {
        @Cacheable('posts:export')
        async export() {
          return Readable.from(['id;title']);
        }
      }
      await usingService(PostsService, (posts) => posts.export());
    },
  },
  {
    wrote: `PostsService.findOne returns { author: this.users.findOne(7) } and forgets to await`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['PostsService.findOne', '$.author', 'a promise', 'Await it'],
    async make() {
      class PostsService {
        @Cacheable('posts:first')
        async findOne() {
          return { author: Promise.resolve({ name: 'Ada' }) };
        }
      }
      await usingService(PostsService, (posts) => posts.findOne());
    },
  },
  {
    wrote: `cache.set('posts:all', posts) with 2 kB, after CacheModule.forRoot({ maxValueBytes: 1_000 })`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['CacheService.set()', '1000 bytes', 'maxValueBytes'],
    make: () =>
      using({ cache: { maxValueBytes: 1_000 } }, (application) =>
        application.get(CacheService).set('posts:all', 'x'.repeat(2_000)),
      ),
  },
  {
    wrote: `cache.put('posts:first', () => ({ at: new Date() })), after CacheModule.forRoot({ serializer: 'json' })`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['CacheService.put()', '$.at', 'an instance of Date', "'lossless'"],
    make: () =>
      using({ cache: { serializer: 'json' } }, (application) =>
        application.get(CacheService).put('posts:first', () => ({ at: new Date(0) })),
      ),
  },
  {
    wrote: `PostsController.list returns { byId: new Map() }`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['PostsController.list', '$.byId', 'an instance of Map', 'Object.fromEntries'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts')
        list() {
          return { byId: new Map([[1, 'First']]) };
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `PostsController.cover returns a Buffer`,
    code: 'VALUE_NOT_SERIALIZABLE',
    shows: ['PostsController.cover', 'an instance of Buffer', 'base64'],
    async make() {
      @Controller('posts')
      class PostsController {
        @Get()
        @Cacheable('public:posts:cover')
        cover() {
          return Buffer.from('cover');
        }
      }
      await usingController(PostsController);
    },
  },
  {
    wrote: `CategoriesService.tree(id) with @Cacheable('categories:<<id>>') calls this.tree(id)`,
    code: 'LOADER_RECURSION',
    shows: ['CategoriesService.tree', '"categories:1"', 'without the cache'],
    async make() {
      class CategoriesService {
        @Cacheable('categories:<<id>>')
        async tree(id: number): Promise<unknown> {
          return this.tree(id);
        }
      }
      await usingService(CategoriesService, (categories) => categories.tree(1));
    },
  },
  {
    wrote: `cache.getOrSet('posts:1', () => cache.getOrSet('posts:1', load))`,
    code: 'LOADER_RECURSION',
    shows: ['CacheService.getOrSet()', '"posts:1"', 'another key'],
    make: () => usingCache((cache) => cache.getOrSet('posts:1', () => cache.getOrSet('posts:1', () => 1))),
  },
];
