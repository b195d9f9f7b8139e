import { Redis } from 'ioredis';
import type { Adapter } from '../adapter.js';

/** The limit of what is kept in Redis: one command and a parse, and nothing that keeps it fresh. */
export const adapter: Adapter = {
  packages: ['ioredis'],
  setUp: '`GET` and `JSON.parse`, `SET` with `JSON.stringify`, no auto-pipelining',
  redis: async (url) => {
    const client = new Redis(url);
    const set = async (key: string, value: unknown) => void (await client.set(key, JSON.stringify(value), 'EX', 300));
    return {
      getOrSet: async <T>(key: string, load: () => Promise<T>) => {
        const text = await client.get(key);
        if (text !== null) return JSON.parse(text) as T;
        const value = await load();
        await set(key, value);
        return value;
      },
      set,
      delete: async (key) => void (await client.del(key)),
      clear: async () => void (await client.flushdb()),
      close: async () => client.disconnect(),
    };
  },
};
