import { Injectable, Module } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { CacheModule, Cacheable, memoryStore } from '../../lib/index.js';
import { TestApplication } from '../support/application.js';
import { problemsOf } from '../support/start-up-problems.js';

type Parts = Parameters<typeof TestApplication.start>[0];

describe('a second CacheModule in one application', () => {
  const expected = [
    'The imports of RootModule and BlogModule: the option "CacheModule" is 2 modules, and invalidations in one do not ' +
      'reach the entries of another. It must be imported once, in the root module: it is global.',
  ];

  it.each([
    ['forRoot', () => CacheModule.forRoot({ prefix: 'other' })],
    ['forRoot with the same options', () => CacheModule.forRoot()],
    ['forRootAsync', () => CacheModule.forRootAsync({ useFactory: () => ({}) })],
  ])('is refused: %s', async (_name, again) => {
    @Module({ imports: [again()] })
    class BlogModule {}
    expect(await problemsOf({ imports: [BlogModule] })).toEqual(expected);
    await expect(TestApplication.startInProduction({ imports: [BlogModule] })).rejects.toMatchObject({
      code: 'START_UP_REFUSED',
    });
  });

  it('is none where the same one is imported twice', async () => {
    const cache = CacheModule.forRoot();
    @Module({ imports: [cache] })
    class BlogModule {}
    expect(await problemsOf({ cache, imports: [BlogModule] })).toEqual([]);
  });
});

/** A class of its own at each call, always of one name. */
function crudOf(kind: string, options: { store?: string; key?: string } = {}): Type {
  @Injectable()
  class Crud {
    @Cacheable({ ...options } as never)
    async list(): Promise<string> {
      return kind;
    }
  }
  return Crud;
}

describe('two classes of one name', () => {
  const twice = (one: Type, other: Type): Parts => ({
    providers: [
      { provide: 'posts', useClass: one },
      { provide: 'users', useClass: other },
    ],
    cache: { stores: { other: memoryStore() } },
  });

  it('are refused where they would derive the same key', async () => {
    expect(await problemsOf(twice(crudOf('posts'), crudOf('users')))).toEqual([
      'Crud.list cannot be cached: two classes are called Crud, both in RootModule, and both would derive the key ' +
        '"Crud:list". Give each a key of its own, or another name.',
    ]);
  });

  it('are refused with the modules that they are in', async () => {
    @Module({ providers: [crudOf('posts')] })
    class PostsModule {}
    @Module({ providers: [crudOf('users')] })
    class UsersModule {}
    const [problem] = await problemsOf({ imports: [PostsModule, UsersModule] });
    expect(problem).toContain('two classes are called Crud, in PostsModule and UsersModule, and both');
  });

  it('may keep their entries in two stores, or under keys that they name', async () => {
    expect(await problemsOf(twice(crudOf('posts'), crudOf('users', { store: 'other' })))).toEqual([]);
    expect(await problemsOf(twice(crudOf('posts', { key: 'a' }), crudOf('users', { key: 'b' })))).toEqual([]);
  });

  it('may inherit under names of their own', async () => {
    class Posts extends crudOf('posts') {}
    class Users extends crudOf('users') {}
    expect(await problemsOf(twice(Posts, Users))).toEqual([]);
  });

  it('are one class where two modules provide the very same', async () => {
    const crud = crudOf('posts');
    @Module({ providers: [crud] })
    class PostsModule {}
    expect(await problemsOf({ providers: [crud], imports: [PostsModule] })).toEqual([]);
  });
});
