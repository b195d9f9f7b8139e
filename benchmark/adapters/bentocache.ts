import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import { Redis } from 'ioredis';
import type { Adapter, Cache, CallOptions } from '../adapter.js';

export const adapter: Adapter = {
  packages: ['bentocache', 'ioredis'],
  setUp:
    '`getOrSet` with `memoryDriver()` as first layer, or `redisDriver()` as second layer alone; a path is a key in a namespace',
  memory: async (maxItems) =>
    cacheOn(bentostore().useL1Layer(memoryDriver(maxItems === undefined ? {} : { maxItems }))),
  redis: async (url) => {
    const connection = new Redis(url).on('error', () => {});
    return cacheOn(bentostore().useL2Layer(redisDriver({ connection })));
  },
};

function cacheOn(store: object): Cache {
  const bento = new BentoCache({ default: 'only', ttl: '5m', stores: { only: store } });
  const namespaces = new Map<string, { of: typeof bento }>();
  const namespace = (path: string): typeof bento => {
    let known = namespaces.get(path);
    if (!known) namespaces.set(path, (known = { of: bento.namespace(path) }));
    return known.of;
  };
  const split = (path: string): [typeof bento, string] => {
    const end = path.lastIndexOf(':');
    return [namespace(path.slice(0, end)), path.slice(end + 1)];
  };
  return {
    getOrSet: <T>(path: string, load: () => Promise<T>, { tags, lateTags }: CallOptions<T> = {}) => {
      // A tag reaches only what is in its own namespace.
      const [cache, key] = tags || lateTags ? [bento, path] : split(path);
      const factory = async (context: { setTags: (tags: string[]) => void }) => {
        const value = await load();
        if (lateTags) context.setTags([...lateTags(value)]);
        return value;
      };
      return cache.getOrSet({ key, factory, ...(tags && { tags: [...tags] }) }) as Promise<T>;
    },
    set: async (path, value) => {
      const [cache, key] = split(path);
      await cache.set({ key, value });
    },
    delete: async (path) => {
      const [cache, key] = split(path);
      await cache.delete({ key });
    },
    deleteBelow: async (path) => void (await namespace(path).clear()),
    deleteTag: async (tag) => void (await bento.deleteByTag({ tags: [tag] })),
    takesLateTags: true,
    clear: () => bento.clear(),
    close: () => bento.disconnect(),
  };
}
