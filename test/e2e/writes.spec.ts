import { Injectable } from '@nestjs/common';
import { CachePut, CacheService, InjectCache, InvalidateCache, memoryStore } from '../../lib/index.js';
import type { ChaosStore } from '../../lib/testing/chaos.store.js';
import { chaosStore } from '../../lib/testing/chaos.store.js';
import { TestApplication } from '../support/application.js';
import { isOpen } from '../support/engine-bench.js';
import { Gate } from '../support/gate.js';
import { RecordedLog } from '../support/recorded-log.js';

let gate = new Gate();

@Injectable()
class Posts {
  @InvalidateCache(['posts:<<slug>>'])
  async update(slug: string): Promise<string> {
    await gate.pass();
    return slug;
  }

  @InvalidateCache(['posts:<<slug>>'])
  async rename(slug: string): Promise<string> {
    return slug;
  }

  @CachePut('posts:<<slug>>')
  async replace(slug: string): Promise<string> {
    return slug;
  }

  @CachePut('posts:<<slug>>')
  @InvalidateCache(['lists'])
  async replaceAndList(slug: string): Promise<string> {
    return slug;
  }
}

@Injectable()
class Other {
  constructor(@InjectCache('other') readonly cache: CacheService) {}
}

describe('a write', () => {
  const down = new Error('connection refused');
  const log = new RecordedLog();
  let app: TestApplication;
  let cache: CacheService;
  let posts: Posts;
  let store: ChaosStore;

  beforeEach(async () => {
    log.lines.length = 0;
    gate = new Gate();
    store = chaosStore(memoryStore().create({ prefix: 'test', version: 1, name: 'default' }));
    const definition = { kind: 'memory', ttl: undefined, create: () => store };
    app = await TestApplication.start({ providers: [Posts], cache: { store: definition }, logger: log });
    [cache, posts] = [app.get(CacheService), app.get(Posts)];
  });
  afterEach(() => app.stop());

  it('invalidates what was stored while it ran', async () => {
    const writing = posts.update('a');
    await gate.reached;
    await cache.set('posts:a', 'old');
    gate.open();
    expect(await writing).toBe('a');
    expect(await cache.has('posts:a')).toBe(false);
  });

  it.each(['rename', 'replaceAndList'] as const)(
    'is not answered before the store has confirmed the invalidation: %s',
    async (name) => {
      const invalidation = store.park('invalidate', 'after');
      const writing = posts[name]('a');
      await invalidation.arrived;
      expect(await isOpen(writing)).toBe(true);
      invalidation.release();
      expect(await writing).toBe('a');
    },
  );

  it('reaches every other store when one of them fails', async () => {
    await app.stop();
    const failing = { kind: 'memory', ttl: undefined, create: () => store };
    const cacheOptions = { prefix: 'test', stores: { default: failing, other: memoryStore() } };
    app = await TestApplication.start({ providers: [Posts, Other], cache: cacheOptions, logger: log });
    const { cache: other } = app.get(Other);
    await other.set('posts:a', 'old');
    store.alwaysFail('invalidate', down);
    await app.get(Posts).rename('a');
    expect(await other.has('posts:a')).toBe(false);
  });

  it.each(['rename', 'replace'] as const)(
    'succeeds although its invalidation could not be delivered, which is logged: %s',
    async (name) => {
      for (const verb of ['begin', 'fill', 'invalidate'] as const) store.alwaysFail(verb, down);
      expect(await posts[name]('a')).toBe('a');
      expect(log.about('did not confirm an invalidation')).toHaveLength(1);
    },
  );

  it('of CacheService is rejected when it was to invalidate and could not', async () => {
    for (const verb of ['invalidate', 'clear'] as const) store.alwaysFail(verb, down);
    await expect(cache.invalidate('posts')).rejects.toBe(down);
    await expect(cache.invalidateTags(['blog'])).rejects.toThrow('connection refused');
    await expect(cache.delete('posts:a')).rejects.toThrow('connection refused');
    await expect(cache.clear()).rejects.toThrow('connection refused');
  });

  it('of CacheService keeps its value when an older entry may be left, which is logged', async () => {
    for (const verb of ['begin', 'fill', 'invalidate'] as const) store.alwaysFail(verb, down);
    expect(await cache.put('posts:a', () => 'new')).toBe('new');
    expect(log.about('did not confirm an invalidation')).toHaveLength(1);
  });
});
