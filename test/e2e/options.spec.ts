import { Controller, Get, Injectable, Param } from '@nestjs/common';
import { CacheDefaults, CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

interface Post {
  readonly author: string;
  readonly draft: boolean;
  readonly run: number;
}

let runs = 0;
const post = (slug: string): Post => ({ author: `${slug}-author`, draft: slug.startsWith('draft'), run: ++runs });

@Injectable()
class Posts {
  @Cacheable('when:<<slug>>', { when: (slug: string) => slug !== 'never' })
  async asked(slug: string): Promise<Post> {
    return post(slug);
  }

  @Cacheable({
    key: (slug: string) => ['unless', slug],
    unless: (result: Post, slug: string) => result.draft || slug === 'never',
  })
  async stored(slug: string): Promise<Post> {
    return post(slug);
  }

  @Cacheable('ttl:<<slug>>', { ttl: '90s' })
  async fixed(slug: string): Promise<Post> {
    return post(slug);
  }

  @Cacheable('ttl-of:<<slug>>', { ttl: (result: Post, slug: string) => (result.draft || slug === 'b' ? '10s' : '50s') })
  async computed(slug: string): Promise<Post> {
    return post(slug);
  }

  @Cacheable('nothing:<<kind>>', { ttl: '90s', nullTtl: '10s' })
  async nothing(kind: string): Promise<unknown> {
    return { null: null, undefined: undefined, zero: 0, empty: '', false: false }[kind];
  }

  @Cacheable('late:<<slug>>', { tags: ['author:<<result.author>>'] })
  async tagged(slug: string): Promise<Post> {
    return post(slug);
  }

  @Cacheable('late-function:<<slug>>', { tags: (result: Post, slug: string) => [`by:${result.author}`, `of:${slug}`] })
  async taggedByFunction(slug: string): Promise<Post> {
    return post(slug);
  }
}

@Injectable()
class Older {
  @Cacheable('price', { version: 1 })
  async price(): Promise<string> {
    return 'one number';
  }
}

@Injectable()
class Newer {
  @Cacheable('price', { version: 2 })
  async price(): Promise<string> {
    return 'amount and currency';
  }
}

@Injectable()
@CacheDefaults({ prefix: 'blog:own', ttl: '70s' })
class Prefixed {
  @Cacheable({ key: (slug: string) => ['detail', slug] })
  async byFunction(slug: string): Promise<Post> {
    return post(slug);
  }
}

@Controller()
class TenantController {
  @Get('posts/:slug')
  @Cacheable('public:posts:<<slug>>', { tags: ['author:<<result.author>>'] })
  find(@Param('slug') slug: string): Post {
    return post(slug);
  }
}

describe('an option of @Cacheable', () => {
  let app: TestApplication;
  let cache: CacheService;
  let posts: Posts;
  const lifetime = async (key: string) => Math.ceil((await cache.ttl(key))! / 1_000);

  beforeEach(async () => {
    app = await TestApplication.start({
      providers: [Posts, Older, Newer, Prefixed],
      cache: { ttl: '5m', keyCheck: 'off' },
    });
    [cache, posts] = [app.get(CacheService), app.get(Posts)];
  });
  afterEach(() => app.stop());

  it('"when" leaves the cache alone where it says no', async () => {
    expect(await posts.asked('a')).toEqual(await posts.asked('a'));
    expect(await posts.asked('never')).not.toEqual(await posts.asked('never'));
    expect([await cache.has('when:a'), await cache.has('when:never')]).toEqual([true, false]);
  });

  it('"unless" leaves a result out of the cache where it says yes', async () => {
    for (const slug of ['draft', 'never']) {
      expect(await posts.stored(slug)).not.toEqual(await posts.stored(slug));
      expect(await cache.has(['unless', slug])).toBe(false);
    }
    expect(await posts.stored('a')).toEqual(await posts.stored('a'));
  });

  it('"ttl" is the lifetime, also as a function of the result', async () => {
    await Promise.all([posts.fixed('a'), posts.computed('draft'), posts.computed('b'), posts.computed('a')]);
    expect(await lifetime('ttl:a')).toBe(90);
    expect(await Promise.all(['ttl-of:draft', 'ttl-of:b', 'ttl-of:a'].map(lifetime))).toEqual([10, 10, 50]);
    await posts.stored('a');
    expect(await lifetime('unless:a')).toBe(300);
  });

  it('"nullTtl" is the lifetime of null and undefined, and of nothing else', async () => {
    const kinds = ['null', 'undefined', 'zero', 'empty', 'false'];
    for (const kind of kinds) await posts.nothing(kind);
    expect(await Promise.all(kinds.map((kind) => lifetime(`nothing:${kind}`)))).toEqual([10, 10, 90, 90, 90]);
  });

  it('"tags" may come from the result', async () => {
    const reads = () => Promise.all([posts.tagged('a'), posts.taggedByFunction('a')]);
    const [tagged, byFunction] = await reads();
    await cache.invalidateTags(['author:b-author', 'of:b']);
    expect(await reads()).toEqual([tagged, byFunction]);
    await cache.invalidateTags(['author:a-author']);
    expect(await posts.tagged('a')).not.toEqual(tagged);
    expect(await posts.taggedByFunction('a')).toEqual(byFunction);
    await cache.invalidateTags(['of:a']);
    expect(await posts.taggedByFunction('a')).not.toEqual(byFunction);
  });

  it('"version" makes a miss of what another version stored', async () => {
    const [older, newer] = [app.get(Older), app.get(Newer)];
    expect(await older.price()).toBe('one number');
    expect(await newer.price()).toBe('amount and currency');
    expect(await older.price()).toBe('one number');
  });

  it('"prefix" of the class stands in front of what a key function returns', async () => {
    await app.get(Prefixed).byFunction('a');
    expect(await lifetime('blog:own:detail:a')).toBe(70);
  });
});

describe.each(PLATFORMS)('tags from the results of tenants on %s', (platform) => {
  it('are each their own', async () => {
    const cache = { partition: ({ headers }: { headers: Readonly<Record<string, unknown>> }) => headers['x-tenant'] };
    const app = await TestApplication.start({ platform, controllers: [TenantController], cache });
    const read = async (tenant: string) => (await app.fetch('/posts/a', { headers: { 'x-tenant': tenant } })).body;
    const [acme, globex] = [await read('acme'), await read('globex')];
    await app.get(CacheService).invalidateTags(['author:a-author'], { partition: 'acme' });
    expect(await read('globex')).toBe(globex);
    expect(await read('acme')).not.toBe(acme);
    await app.stop();
  });
});
