import { Injectable } from '@nestjs/common';
import { CachePut, CacheService, InvalidateCache, memoryStore } from '../../lib/index.js';
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

  it('is not answered before the store has confirmed the invalidation', async () => {
    const invalidation = store.park('invalidate', 'after');
    const writing = posts.rename('a');
    await invalidation.arrived;
    expect(await isOpen(writing)).toBe(true);
    invalidation.release();
    expect(await writing).toBe('a');
  });

  it('succeeds although its invalidation could not be delivered, which is logged as an error', async () => {
    store.alwaysFail('invalidate', down);
    expect(await posts.rename('a')).toBe('a');
    expect(log.errors('Posts.rename could not invalidate: connection refused')).toHaveLength(1);
    for (const verb of ['begin', 'fill'] as const) store.alwaysFail(verb, down);
    expect(await posts.replace('a')).toBe('a');
    expect(log.errors('Posts.replace could not invalidate: connection refused')).toHaveLength(1);
  });

  it('of CacheService is rejected when it was to invalidate and could not', async () => {
    for (const verb of ['invalidate', 'clear'] as const) store.alwaysFail(verb, down);
    await expect(cache.invalidate('posts')).rejects.toBe(down);
    await expect(cache.invalidateTags(['blog'])).rejects.toBe(down);
    await expect(cache.delete('posts:a')).rejects.toBe(down);
    await expect(cache.clear()).rejects.toBe(down);
  });

  it('of CacheService keeps its value when an older entry may be left, which is logged as an error', async () => {
    for (const verb of ['begin', 'fill', 'invalidate'] as const) store.alwaysFail(verb, down);
    expect(await cache.put('posts:a', () => 'new')).toBe('new');
    expect(log.errors('CacheService.put() could not replace an entry')).toHaveLength(1);
  });
});
