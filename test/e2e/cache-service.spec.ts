import { Controller, Get, Inject, Injectable } from '@nestjs/common';
import { Type } from 'class-transformer';
import { CacheService, Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';

class Author {
  name = 'Ada';
}

class Post {
  slug = 'one';

  @Type(() => Author)
  author = new Author();

  get title(): string {
    return `${this.slug} by ${this.author.name}`;
  }
}

@Injectable()
class Posts {
  runs = 0;

  @Cacheable('posts:<<slug>>', { tags: ['posts'], ttl: '90s' })
  async find(slug: string): Promise<string> {
    return `${slug} ${++this.runs}`;
  }

  @InvalidateCache(['posts:<<slug>>'])
  async update(slug: string): Promise<string> {
    return slug;
  }
}

@Controller()
class PostsController {
  constructor(@Inject(CacheService) private readonly cache: CacheService) {}

  @Get('handler')
  @Cacheable('public:handler')
  handler(): unknown {
    return { at: new Date(0) };
  }

  @Get('service')
  async service(): Promise<unknown> {
    return this.cache.getOrSet('public:handler', () => ({ at: new Date(1) }));
  }
}

describe('CacheService', () => {
  let app: TestApplication;
  let cache: CacheService;
  let posts: Posts;

  beforeEach(async () => {
    app = await TestApplication.start({ providers: [Posts], cache: { ttl: '2m' } });
    [cache, posts] = [app.get(CacheService), app.get(Posts)];
  });
  afterEach(() => app.stop());

  it('tells a miss from a cached nothing', async () => {
    await cache.set('a', undefined);
    await cache.set('b', null);
    expect([await cache.get('a'), await cache.has('a')]).toEqual([undefined, true]);
    expect([await cache.get('b'), await cache.get('c'), await cache.has('c')]).toEqual([null, undefined, false]);
  });

  it('says how long an entry lives', async () => {
    await cache.set('short', 1, { ttl: '10s' });
    await cache.set('default', 1);
    const [short, otherwise] = [await cache.ttl('short'), await cache.ttl('default')];
    expect([short! > 9_000 && short! <= 10_000, otherwise! > 119_000 && otherwise! <= 120_000]).toEqual([true, true]);
    expect(await cache.ttl('none')).toBeNull();
  });

  it('takes keys as encoded paths and as arrays of values', async () => {
    await cache.set(['posts', 'a:b *', 42, { page: 1 }], 'value');
    expect(await cache.get(['posts', 'a:b *', '42', { page: 1 }])).toBe('value');
    expect(await cache.has(['posts', 'a:b *', '42', { page: '1' }])).toBe(false);
    await cache.set(['posts', 'x'], 1);
    expect(await cache.get('posts:x')).toBe(1);
  });

  it.each(['a b', 'a::b', 'a:*', '', 'a:~x', 'a<b>'])('refuses "%s" as a key', async (key) => {
    const refusal = { code: 'KEY_MALFORMED' };
    await expect(cache.get(key)).rejects.toMatchObject(refusal);
    await expect(cache.set(key, 1)).rejects.toMatchObject(refusal);
    await expect(cache.getOrSet(key, () => 1)).rejects.toMatchObject(refusal);
    await expect(cache.delete(key)).rejects.toMatchObject(refusal);
  });

  it('refuses options that do not exist, and lifetimes without a unit', async () => {
    await expect(cache.set('a', 1, { tll: '5m' } as never)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
    await expect(cache.set('a', 1, { ttl: 5 as never })).rejects.toMatchObject({ code: 'DURATION_INVALID' });
    await expect(cache.get('a', { ttl: '5m' } as never)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
    await expect(cache.invalidate('a', { tenant: 'x' } as never)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
  });

  it('refuses a value that would not survive', async () => {
    const refusal = { code: 'VALUE_NOT_SERIALIZABLE' };
    await expect(cache.set('a', new Post())).rejects.toMatchObject(refusal);
    await expect(cache.getOrSet('a', () => ({ run: () => 1 }))).rejects.toMatchObject(refusal);
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    await expect(cache.put('a', () => cyclic)).rejects.toThrow(/\$\.self is a reference back to \$/);
    expect(await cache.has('a')).toBe(false);
  });

  it('shares entries with decorated methods', async () => {
    const first = await posts.find('one');
    expect(await cache.getOrSet('posts:one', () => 'other')).toBe(first);
    await cache.set('posts:two', 'set');
    await cache.set('posts:two', 'set', { tags: ['posts'] });
    expect(await posts.find('two')).toBe('set');
    await posts.update('two');
    expect(await cache.has('posts:two')).toBe(false);
  });

  it('reads and writes many', async () => {
    const composite = ['b', 2] as const;
    await cache.setMany([
      ['a', 1],
      [composite, undefined],
    ]);
    const hits = await cache.getMany(['a', composite, 'c']);
    expect([...hits]).toEqual([
      ['a', 1],
      [composite, undefined],
    ]);
  });

  it('gives instances of a type', async () => {
    const load = () => new Post();
    for (let call = 0; call < 2; call++) {
      const post = await cache.getOrSet('typed', load, { type: Post });
      expect([post.title, post.author instanceof Author]).toEqual(['one by Ada', true]);
    }
    expect((await cache.get<Post>('typed', { type: Post }))?.title).toBe('one by Ada');
  });

  it('deletes exactly one entry, and invalidates with everything below', async () => {
    for (const key of ['a', 'a:b', 'a:b:c']) await cache.set(key, key);
    await cache.delete('a:b');
    expect([...(await cache.getMany(['a', 'a:b', 'a:b:c'])).keys()]).toEqual(['a', 'a:b:c']);
    await cache.invalidate('a:b');
    expect([...(await cache.getMany(['a', 'a:b:c'])).keys()]).toEqual(['a']);
  });

  it.each([
    ['a:b:*', ['a', 'ax:b', 'a:bx']],
    ['a:*:c', ['a', 'a:b', 'ax:b', 'a:bx']],
    ['a?', ['a', 'a:b', 'a:b:c', 'a:bx']],
    ['*', []],
  ])('takes %s for a pattern', async (pattern, left) => {
    const keys = ['a', 'a:b', 'a:b:c', 'ax:b', 'a:bx'];
    for (const key of keys) await cache.set(key, key);
    await cache.invalidate(pattern);
    expect([...(await cache.getMany(keys)).keys()]).toEqual(left);
  });

  it('takes everything in an array for a value, also in an invalidation', async () => {
    await cache.set(['a', 'x'], 1);
    await cache.set(['a', '*'], 1);
    await cache.invalidate(['a', '*']);
    expect([await cache.has(['a', 'x']), await cache.has(['a', '*'])]).toEqual([true, false]);
  });

  it('invalidates by tag', async () => {
    await cache.set('a', 1, { tags: ['author:7', ['author', 8]] });
    await cache.set('b', 1, { tags: [7] });
    await posts.find('one');
    await cache.invalidateTags(['author:8', 'posts']);
    expect([...(await cache.getMany(['a', 'b', 'posts:one'])).keys()]).toEqual(['b']);
    await cache.invalidateTags([7]);
    expect(await cache.has('b')).toBe(false);
  });

  it('stores nothing that was invalidated while it was loading', async () => {
    for (const verb of ['getOrSet', 'put'] as const) {
      const gate = new Gate();
      const loading = cache[verb]('a:b', async () => {
        await gate.pass();
        return 'old';
      });
      await gate.reached;
      await cache.invalidate('a');
      gate.open();
      expect([await loading, await cache.has('a:b')]).toEqual(['old', false]);
    }
  });

  it('passes on the error of a loader, and leaves the entry when a put fails', async () => {
    const error = new RangeError('broken');
    const fail = () => Promise.reject(error);
    await cache.set('a', 1);
    await expect(cache.put('a', fail)).rejects.toBe(error);
    await expect(cache.getOrSet('b', fail)).rejects.toBe(error);
    expect([await cache.get('a'), await cache.has('b')]).toEqual([1, false]);
  });

  it('clears everything', async () => {
    await cache.set('a:b', 1);
    await cache.clear();
    expect(await cache.has('a:b')).toBe(false);
  });

  it('lets one at a time hold a lock', async () => {
    const gate = new Gate();
    const first = cache.lock('rebuild', async (signal) => {
      await gate.pass();
      return signal.aborted;
    });
    await gate.reached;
    await expect(cache.lock('rebuild', () => 'never')).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED' });
    expect(await cache.lock('other', () => 'runs')).toBe('runs');
    const second = cache.lock('rebuild', () => 'second', { wait: '5s' });
    gate.open();
    expect([await first, await second]).toEqual([false, 'second']);
    await expect(cache.lock('rebuild', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(await cache.lock('rebuild', () => 'free again')).toBe('free again');
  });
});

describe.each(PLATFORMS)('an entry that a handler wrote on %s', (platform) => {
  it('is a miss for a service, which refills it so that both read it', async () => {
    const app = await TestApplication.start({ platform, controllers: [PostsController] });
    await app.fetch('/handler');
    expect((await app.fetch('/service')).json()).toEqual({ at: '1970-01-01T00:00:00.001Z' });
    const { cache, json } = await app.fetch('/handler');
    expect([cache, json()]).toEqual(['HIT', { at: '1970-01-01T00:00:00.001Z' }]);
    expect(await app.get(CacheService).get('public:handler')).toEqual({ at: new Date(1) });
    await app.stop();
  });
});
