import { Injectable } from '@nestjs/common';
import type { StoreDefinition } from 'nestash';
import * as nestash from 'nestash';
import type { Adapter, Cache, CallOptions } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { startNestash } from './nestash-application.js';

const { Cacheable, memoryStore, redisStore } = nestash;

/** What `getOrSet` is called with in every call of one cache. */
type Always = Readonly<Record<string, unknown>>;

type Load = () => Promise<unknown>;

/** Tags from the result are an option of decorators. */
@Injectable()
class TaggedByResult {
  @Cacheable({ key: (key) => key, ignore: ['load', '_tagsOf'], tags: (value, _key, _load, tagsOf) => tagsOf(value) })
  async find(key: string, load: Load, _tagsOf: (value: unknown) => readonly string[]): Promise<unknown> {
    return load();
  }
}

export const adapter: Adapter = {
  packages: ['nestash', 'ioredis'],
  setUp: '`CacheModule.forRoot({ prefix, store })` and `CacheService`, with every default',
  memory: async (maxEntries) => cacheOn(memoryStore(maxEntries === undefined ? {} : roomFor(maxEntries))),
  frozen: async () => {
    const cache = await cacheOn(memoryStore(), { share: 'frozen' });
    const isFrozen = await cache
      .getOrSet('public:probe', async () => ({ items: [1] }))
      .then(Object.isFrozen, () => false);
    if (isFrozen) return cache;
    await cache.close();
    throw new Cannot('this release has no `share`');
  },
  redis: async (url) => cacheOn(redisStore(url)),
  cluster: async (nodes) => cacheOn(redisStore({ cluster: [...nodes] })),
  validatedNear: async (url) => {
    const nearStore = (nestash as unknown as { nearStore?: (options: object) => StoreDefinition }).nearStore;
    if (!nearStore) throw new Cannot('this release has no `nearStore`');
    return cacheOn(nearStore({ far: redisStore(url), consistency: 'validated' }));
  },
};

async function cacheOn(store: StoreDefinition, always: Always = {}): Promise<Cache> {
  const { cache, get, close } = await startNestash(store, [TaggedByResult]);
  const tagged = get(TaggedByResult);
  return {
    getOrSet: <T>(key: string, load: () => Promise<T>, { tags, lateTags }: CallOptions<T> = {}) =>
      lateTags
        ? (tagged.find(key, load, lateTags as (value: unknown) => readonly string[]) as Promise<T>)
        : cache.getOrSet(key, load, tags ? { ...always, tags } : always),
    set: async (key, value) => void (await cache.put(key, () => value)),
    delete: (key) => cache.delete(key),
    deleteBelow: (path) => cache.invalidate(path),
    deleteTag: (tag) => cache.invalidateTags([tag]),
    takesLateTags: true,
    clear: () => cache.clear(),
    close,
  };
}

/** Only the number of entries is to be the bound. */
function roomFor(maxEntries: number) {
  return { maxEntries, maxBytes: 2 ** 31 };
}
