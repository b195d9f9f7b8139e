import { Controller, Get, Inject, Injectable, Param, Post } from '@nestjs/common';
import { CachePut, CacheService, Cacheable, InvalidateCache, memoryStore } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

const ids = ['1', '2', '3'];
const isOdd = (id: string): boolean => Number(id) % 2 === 1;

let title = 'old';

@Injectable()
class Authors {
  @Cacheable('authors:<<id>>', { store: 'people' })
  async author(id: string): Promise<string> {
    return `${title} author ${id}`;
  }

  @InvalidateCache(['authors:<<id>>'])
  async rename(id: string): Promise<string> {
    return id;
  }
}

@Injectable()
class Posts {
  constructor(
    @Inject(Authors) private readonly authors: Authors,
    @Inject(CacheService) private readonly cache: CacheService,
  ) {}

  @Cacheable('posts:<<id>>', { tags: ['post-<<id>>'] })
  async post(id: string): Promise<string> {
    return `${title} ${id}`;
  }

  @Cacheable('lists:all')
  async list(): Promise<string[]> {
    return Promise.all(ids.map((id) => this.post(id)));
  }

  @Cacheable('lists:tagged', { tags: ['list'] })
  async tagged(): Promise<string[]> {
    return [await this.late('7')];
  }

  @Cacheable('late:<<id>>', { tags: ['by-<<result>>'] })
  async late(id: string): Promise<string> {
    return `${title}-${id}`;
  }

  @Cacheable('signed:<<id>>')
  async signed(id: string): Promise<string> {
    return `${await this.post(id)} by ${await this.authors.author(id)}`;
  }

  @Cacheable('odd:<<id>>', { when: isOdd })
  async odd(id: string): Promise<string> {
    return `${title} ${id}`;
  }

  @Cacheable('lists:odd:<<id>>')
  async oddPage(id: string): Promise<string> {
    return this.odd(id);
  }

  @Cacheable('lists:direct')
  async direct(): Promise<string> {
    return this.cache.getOrSet('direct', () => title);
  }

  @Cacheable('lists:many')
  async many(): Promise<unknown[]> {
    await Promise.all(ids.map((id) => this.post(id)));
    return [...(await this.cache.getMany(ids.map((id) => ['posts', id]))).values()];
  }

  @Cacheable('lists:primed')
  async primed(): Promise<string> {
    await this.cache.set('primed', title);
    return title;
  }

  @InvalidateCache(['posts:<<id>>'])
  async drop(id: string): Promise<string> {
    return id;
  }

  @InvalidateCache([], { tags: ['post-<<id>>'] })
  async dropTag(id: string): Promise<string> {
    return id;
  }

  @CachePut('posts:<<id>>')
  async write(id: string): Promise<string> {
    return `${title} ${id}`;
  }
}

@Controller()
class Pages {
  constructor(
    @Inject(Posts) private readonly posts: Posts,
    @Inject(Authors) private readonly authors: Authors,
    @Inject(CacheService) private readonly cache: CacheService,
  ) {}

  @Cacheable('public:pages:<<name>>')
  @Get('pages/:name')
  page(@Param('name') name: 'list'): Promise<unknown> {
    return this.posts[name]();
  }

  @Cacheable('public:signed:<<id>>')
  @Get('signed/:id')
  signed(@Param('id') id: string): Promise<string> {
    return this.posts.signed(id);
  }

  @Cacheable('public:odd:<<id>>')
  @Get('odd/:id')
  odd(@Param('id') id: string): Promise<string> {
    return this.posts.oddPage(id);
  }

  @Post('write/:verb/:id')
  async write(@Param('verb') verb: 'drop' | 'dropTag' | 'write', @Param('id') id: string): Promise<string> {
    return this.posts[verb](id);
  }

  @Post('rename/:id')
  rename(@Param('id') id: string): Promise<string> {
    return this.authors.rename(id);
  }

  @Post('forget/:key')
  async forget(@Param('key') key: string): Promise<void> {
    await this.cache.delete(key);
  }
}

describe.each(PLATFORMS)('a cached method that calls cached methods, on %s', (platform) => {
  let app: TestApplication;

  beforeEach(async () => {
    title = 'old';
    const cache = { stores: { default: memoryStore(), people: memoryStore() } };
    const parts = { controllers: [Pages], providers: [Posts, Authors] };
    app = await TestApplication.start({ platform, cache, ...parts });
  });

  afterEach(() => app.stop());

  const post = (path: string) => app.fetch(path, { method: 'POST' });

  /** What a route answers, and whether the cache had it. */
  async function answer(path: string): Promise<[string | null, unknown]> {
    const { cache, body } = await app.fetch(path);
    return [cache, body];
  }

  it.each(['write/drop/2', 'write/dropTag/2', 'write/write/2', 'forget/posts:2'])(
    'is fresh after POST /%s, which names an inner call alone',
    async (write) => {
      await app.fetch('/pages/list');
      expect(await answer('/pages/list')).toEqual(['HIT', '["old 1","old 2","old 3"]']);
      title = 'new';
      await post(`/${write}`);
      expect(await answer('/pages/list')).toEqual(['MISS', '["old 1","new 2","old 3"]']);
      expect(await answer('/pages/list')).toEqual(['HIT', '["old 1","new 2","old 3"]']);
    },
  );

  it('stays when something else is written', async () => {
    await app.fetch('/pages/list');
    title = 'new';
    await post('/write/drop/4');
    expect(await answer('/pages/list')).toEqual(['HIT', '["old 1","old 2","old 3"]']);
  });

  it('is fresh after a write that names an inner call of another cache', async () => {
    await app.fetch('/signed/1');
    expect(await answer('/signed/1')).toEqual(['HIT', 'old 1 by old author 1']);
    title = 'new';
    await post('/rename/1');
    expect(await answer('/signed/1')).toEqual(['MISS', 'old 1 by new author 1']);
    expect(await answer('/signed/1')).toEqual(['HIT', 'old 1 by new author 1']);
  });

  it.each([
    ['direct', 'direct', '"old"'],
    ['many', 'posts:3', '["old 1","old 2","old 3"]'],
    ['tagged', 'late:7', '["old-7"]'],
  ])(
    'is fresh after what /pages/%s got from the CacheService or a method with late tags is deleted',
    async (name, key) => {
      await app.fetch(`/pages/${name}`);
      expect((await app.fetch(`/pages/${name}`)).cache).toBe('HIT');
      title = 'new';
      await post(`/forget/${key}`);
      const { cache, body } = await app.fetch(`/pages/${name}`);
      expect([cache, body.includes('new')]).toEqual(['MISS', true]);
    },
  );

  it('does not depend on the entries that it sets', async () => {
    await app.fetch('/pages/primed');
    await post('/forget/primed');
    expect((await app.fetch('/pages/primed')).cache).toBe('HIT');
  });

  it('takes an inner call that is not to be cached for a plain one', async () => {
    for (const id of ['1', '2']) await app.fetch(`/odd/${id}`);
    for (const id of ['1', '2']) await post(`/forget/odd:${id}`);
    expect([(await app.fetch('/odd/1')).cache, (await app.fetch('/odd/2')).cache]).toEqual(['MISS', 'HIT']);
  });
});
