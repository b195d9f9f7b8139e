import KeyvRedis from '@keyv/redis';
import { Cacheable, CacheableMemory, Keyv } from 'cacheable';
import type { Adapter, Cache } from '../adapter.js';

const LIFETIME = '5m';

export const adapter: Adapter = {
  packages: ['cacheable', '@keyv/redis'],
  setUp:
    '`new Cacheable({ tags: true })` and `getOrSet`; Redis is the primary store, since a first layer in memory would be stale in other processes',
  memory: async (maxEntries) =>
    cacheOn(
      maxEntries === undefined ? {} : { primary: new Keyv({ store: new CacheableMemory({ lruSize: maxEntries }) }) },
    ),
  redis: async (url) => cacheOn({ primary: new Keyv({ store: new KeyvRedis(url) }) }),
};

function cacheOn(stores: object): Cache {
  const cache = new Cacheable({ ...stores, ttl: LIFETIME, tags: true });
  cache.on('error', () => {});
  return {
    // `getOrSet` takes no tags.
    getOrSet: async (key, load, { tags } = {}) => {
      if (!tags) return cache.getOrSet(key, load, { throwErrors: 'function' });
      const found = await cache.get(key);
      if (found !== undefined) return found;
      const value = await load();
      await cache.set(key, value, { tags: [...tags] });
      return value;
    },
    set: async (key, value) => void (await cache.set(key, value)),
    delete: async (key) => void (await cache.delete(key)),
    deleteTag: async (tag) => void (await cache.tags.invalidateTag(tag)),
    clear: () => cache.clear(),
    close: () => cache.disconnect(),
  };
}
