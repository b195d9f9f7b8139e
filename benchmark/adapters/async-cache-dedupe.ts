import { createCache } from 'async-cache-dedupe';
import { Redis } from 'ioredis';
import type { Adapter, Cache, CallOptions } from '../adapter.js';

const LIFETIME_SECONDS = 300;

interface Call<T = unknown> extends CallOptions<T> {
  readonly key: string;
  readonly load: () => Promise<T>;
}

export const adapter: Adapter = {
  packages: ['async-cache-dedupe', 'ioredis'],
  setUp:
    '`createCache({ storage })` with `invalidation` on, and one `define`; the references of an entry are its key and its tags',
  memory: async (size) =>
    cacheOn({ type: 'memory', options: { invalidation: true, ...(size !== undefined && { size }) } }),
  redis: async (url) => {
    const client = new Redis(url).on('error', () => {});
    const invalidation = { referencesTTL: LIFETIME_SECONDS };
    return cacheOn({ type: 'redis', options: { client, invalidation } }, async () => client.disconnect());
  },
};

function cacheOn(storage: object, close = async () => {}): Cache {
  const cache = createCache({ ttl: LIFETIME_SECONDS, storage }).define(
    'find',
    {
      serialize: ({ key }: Call) => key,
      references: ({ key, tags, lateTags }: Call, _key: string, value: unknown) => [
        key,
        ...[...(tags ?? []), ...(lateTags?.(value) ?? [])].map((tag) => `tag:${tag}`),
      ],
    },
    ({ load }: Call) => load(),
  );
  return {
    getOrSet: (key, load, options) => cache.find({ key, load, ...options }),
    // There is no other way to replace a value.
    set: async (key, value) => {
      await cache.clear('find', { key });
      await cache.find({ key, load: async () => value });
    },
    delete: (key) => cache.clear('find', { key }),
    deleteBelow: (path) => cache.invalidateAll(`${path}:*`),
    deleteTag: (tag) => cache.invalidateAll(`tag:${tag}`),
    takesLateTags: true,
    clear: () => cache.clear(),
    close,
  };
}
