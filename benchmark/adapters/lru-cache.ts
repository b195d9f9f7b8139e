import { LRUCache } from 'lru-cache';
import type { Adapter } from '../adapter.js';

const ENTRIES = 10_000;

/** The limit in memory: one awaited look-up. */
export const adapter: Adapter = {
  packages: ['lru-cache'],
  setUp: '`get` in an async function, and `set`',
  memory: async (max = ENTRIES) => {
    const cache = new LRUCache({ max });
    const set = async (key: string, value: unknown) => void cache.set(key, value);
    return {
      getOrSet: async <T>(key: string, load: () => Promise<T>) => {
        const found = cache.get(key);
        if (found !== undefined) return found as T;
        const value = await load();
        await set(key, value);
        return value;
      },
      set,
      delete: async (key) => void cache.delete(key),
      clear: async () => cache.clear(),
      close: async () => {},
    };
  },
};
