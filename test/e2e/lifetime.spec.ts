import { Injectable } from '@nestjs/common';
import { CacheError, CacheService, Cacheable, memoryStore } from '../../lib/index.js';
import { chaosStore } from '../../lib/testing/chaos.store.js';
import { TestApplication } from '../support/application.js';
import { until } from '../support/until.js';
import { RecordedLog } from '../support/recorded-log.js';

@Injectable()
class Posts {
  @Cacheable('posts')
  async find(): Promise<string> {
    return 'loaded';
  }
}

function bench() {
  const store = chaosStore(memoryStore().create({ prefix: 'test', version: 1, name: 'default' }));
  const cache = { store: { kind: 'memory', ttl: undefined, create: () => store } };
  return { store, parts: { providers: [Posts], cache, logger: new RecordedLog() } };
}

describe('an application', () => {
  it('starts while its cache cannot be reached, says so, and runs', async () => {
    const { store, parts } = bench();
    for (const operation of ['connect', 'read', 'begin'] as const) {
      const details = { store: 'default', operation, reason: 'connection refused' };
      store.alwaysFail(operation, new CacheError('STORE_UNAVAILABLE', details));
    }
    const app = await TestApplication.start(parts);
    expect(parts.logger.errors('The store "default" is left alone')).toHaveLength(1);
    expect(parts.logger.errors('connection refused')).toHaveLength(1);
    expect(await app.get(Posts).find()).toBe('loaded');
    store.calm();
    await until(async () => {
      await app.get(Posts).find();
      return (await app.get(CacheService).get('posts')) === 'loaded';
    });
    await app.stop();
  });

  it('does not start with a store that can never work', async () => {
    const { store, parts } = bench();
    const never = new Error('not installed');
    store.alwaysFail('connect', never);
    await expect(TestApplication.start(parts)).rejects.toBe(never);
  });

  it('keeps the value of a put whose store cannot be told, and logs that an invalidation waits', async () => {
    const { store, parts } = bench();
    const app = await TestApplication.start(parts);
    for (const operation of ['begin', 'invalidate'] as const) {
      const details = { store: 'default', operation, reason: 'connection refused' };
      store.alwaysFail(operation, new CacheError('STORE_UNAVAILABLE', details));
    }
    const cache = app.get(CacheService);
    expect(await cache.put('a', () => 'saved')).toBe('saved');
    await cache.set('a', 1);
    expect(parts.logger.about('did not confirm an invalidation')).toHaveLength(1);
    await expect(cache.invalidate('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await app.stop();
  });

  it('closes its store once when it ends', async () => {
    const { store, parts } = bench();
    const app = await TestApplication.start(parts);
    expect(store.calls('close')).toBe(0);
    await app.stop();
    expect(store.calls('close')).toBe(1);
  });
});
