import { Controller, Get, Injectable } from '@nestjs/common';
import { CacheService, Cacheable, CacheableMany, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { RecordedLog } from '../support/recorded-log.js';

interface Post {
  readonly id: number;
  readonly tags: string[];
}

let gate: Gate | undefined;

@Injectable()
class Posts {
  runs = 0;

  @Cacheable('public:posts:<<id>>', { share: 'frozen' })
  async find(id: number): Promise<Post> {
    this.runs++;
    await gate?.pass();
    return { id, tags: ['a'] };
  }

  @InvalidateCache(['public:posts:<<id>>'])
  async save(id: number): Promise<number> {
    return id;
  }

  @CacheableMany('public:many:<<id>>', { share: 'frozen' })
  async findMany(ids: number[]): Promise<Map<number, Post>> {
    return new Map(ids.map((id) => [id, { id, tags: [] }]));
  }

  @Cacheable('public:dated', { share: 'frozen' })
  async dated(): Promise<{ at: Date }> {
    this.runs++;
    return { at: new Date(0) };
  }
}

describe("share: 'frozen'", () => {
  let app: TestApplication;
  let posts: Posts;
  let cache: CacheService;

  beforeEach(async () => {
    gate = undefined;
    app = await TestApplication.start({ providers: [Posts] });
    [posts, cache] = [app.get(Posts), app.get(CacheService)];
  });

  afterEach(() => app.stop());

  it('hands out one frozen value, on the miss too', async () => {
    const missed = await posts.find(1);
    expect(missed).toEqual({ id: 1, tags: ['a'] });
    expect([Object.isFrozen(missed), Object.isFrozen(missed.tags)]).toEqual([true, true]);
    expect(() => missed.tags.push('b')).toThrow(TypeError);
    expect(await posts.find(1)).toBe(missed);
    expect(await posts.find(1)).toBe(missed);
    expect(posts.runs).toBe(1);
  });

  it('hands it out to those who waited for the load', async () => {
    gate = new Gate();
    const calls = [posts.find(2), posts.find(2), posts.find(2)];
    await gate.reached;
    gate.open();
    const [first, ...others] = await Promise.all(calls);
    for (const other of others) expect(other).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
  });

  it('hands out a new one after an invalidation', async () => {
    const before = await posts.find(3);
    await posts.save(3);
    expect(await posts.find(3)).not.toBe(before);
    expect(posts.runs).toBe(2);
  });

  it('leaves others who read the entry a copy of their own', async () => {
    for (let call = 0; call < 3; call++) {
      const shared = await posts.find(4);
      const own = await cache.getOrSet<Post>('public:posts:4', () => ({ id: 4, tags: [] }));
      own.tags.push('changed');
      expect(shared).toEqual({ id: 4, tags: ['a'] });
      expect(await posts.find(4)).toBe(shared);
    }
  });

  it('freezes what others stored, and the copy that one of them had read before', async () => {
    await cache.set('public:posts:5', { id: 5, tags: ['set'] });
    const own = (await cache.get<Post>('public:posts:5'))!;
    const shared = await posts.find(5);
    expect(shared).toEqual({ id: 5, tags: ['set'] });
    own.tags.push('changed');
    expect([Object.isFrozen(shared.tags), shared.tags]).toEqual([true, ['set']]);
    expect(await posts.find(5)).toBe(shared);
  });

  it('is an option of getOrSet, get and getMany', async () => {
    const options = { share: 'frozen' } as const;
    const missed = await cache.getOrSet('a', () => ({ list: [1] }), options);
    expect(Object.isFrozen(missed.list)).toBe(true);
    expect(await cache.getOrSet('a', () => ({ list: [2] }), options)).toBe(missed);
    expect(await cache.get('a', options)).toBe(missed);
    expect((await cache.getMany(['a'], options)).get('a')).toBe(missed);
    expect(Object.isFrozen(await cache.get('a'))).toBe(false);
  });

  it('freezes each value of a method for many ids, and leaves the Map to its caller', async () => {
    const missed = await posts.findMany([1, 2]);
    expect([...missed.values()].every((post) => Object.isFrozen(post.tags))).toBe(true);
    missed.delete(2);
    const hit = await posts.findMany([1, 2]);
    expect([hit.get(1) === missed.get(1), hit.size]).toEqual([true, 2]);
  });

  it('keeps scalars and nothing as they are', async () => {
    for (const value of ['text', 5, null, undefined, NaN]) {
      await cache.delete('scalar');
      expect(await cache.getOrSet('scalar', () => value, { share: 'frozen' })).toBe(value);
      expect(await cache.getOrSet('scalar', () => 'loaded again', { share: 'frozen' })).toBe(value);
    }
  });

  it('refuses what cannot be frozen', async () => {
    await expect(posts.dated()).rejects.toThrow('Posts.dated: $.at is an instance of Date, which cannot be frozen.');
    expect(await cache.has('public:dated')).toBe(false);
  });

  it('takes an entry that cannot be frozen for a miss', async () => {
    await cache.set('dated', { at: new Date(0) });
    expect(await cache.get('dated', { share: 'frozen' })).toBeUndefined();
    expect(await cache.getOrSet('dated', () => ({ at: 'a text' }), { share: 'frozen' })).toEqual({ at: 'a text' });
    expect(await cache.get('dated')).toEqual({ at: 'a text' });
  });

  it('is not for instances, and for no other word', async () => {
    const options = { type: Date as never, share: 'frozen' } as const;
    await expect(cache.get('a', options)).rejects.toThrow('"share"');
    await expect(cache.get('a', { share: 'thawed' as never })).rejects.toThrow("'frozen'");
    await expect(cache.put('a', () => 1, { share: 'frozen' } as never)).rejects.toThrow('"share"');
  });
});

describe("share: 'frozen' in production", () => {
  it('runs a method uncached whose result cannot be frozen, and says so once', async () => {
    const log = new RecordedLog();
    const app = await TestApplication.startInProduction({ providers: [Posts], logger: log });
    const posts = app.get(Posts);
    for (let call = 0; call < 3; call++) expect(await posts.dated()).toEqual({ at: new Date(0) });
    expect(posts.runs).toBe(3);
    expect(
      log.errors('Posts.dated goes on uncached: $.at is an instance of Date, which cannot be frozen'),
    ).toHaveLength(1);
    await app.stop();
  });
});

describe.each(PLATFORMS)("share: 'frozen' on a handler of %s", (platform) => {
  it('is refused at start-up', async () => {
    @Controller()
    class PostsController {
      @Get('posts')
      @Cacheable('public:posts', { share: 'frozen' })
      list(): number[] {
        return [1];
      }
    }
    const starting = TestApplication.start({ platform, controllers: [PostsController] });
    await expect(starting).rejects.toThrow('PostsController.list');
    await expect(starting).rejects.toThrow('a hit is sent as it is stored');
  });
});
