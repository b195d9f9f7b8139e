import 'reflect-metadata';
import { CacheClear, Cacheable, CacheUpdate } from '@type-cacheable/core';
import { useAdapter as onRedis } from '@type-cacheable/ioredis-adapter';
import { useAdapter as inMemory } from '@type-cacheable/lru-cache-adapter';
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { Adapter, Cache } from '../adapter.js';

const TTL_SECONDS = 300;
const ENTRIES = 10_000;

type Client = ReturnType<typeof onRedis>;
type Load = () => Promise<unknown>;

export const adapter: Adapter = {
  packages: ['@type-cacheable/core', '@type-cacheable/ioredis-adapter', 'ioredis'],
  setUp: 'its decorators on a method, with the adapter of lru-cache or of ioredis',
  memory: async (max = ENTRIES) => cacheOn(inMemory(new LRUCache({ max })), async () => {}),
  redis: async (url) => {
    const client = new Redis(url).on('error', () => {});
    return cacheOn(onRedis(client), async () => client.disconnect());
  },
};

function cacheOn(client: Client, close: () => Promise<void>): Cache {
  const methods = new (methodsOn(client))();
  return {
    getOrSet: <T>(key: string, load: () => Promise<T>) => methods.find(key, load) as Promise<T>,
    set: async (key, value) => void (await methods.replace(key, value)),
    delete: (key) => methods.drop(key),
    deleteBelow: (path) => client.delHash(path),
    clear: async () => client.del(await client.keys('*')),
    close,
  };
}

function methodsOn(client: Client) {
  const cacheKey = ([key]: [string]) => key;
  class Methods {
    @Cacheable({ cacheKey, client, ttlSeconds: TTL_SECONDS })
    async find(_key: string, load: Load): Promise<unknown> {
      return load();
    }

    @CacheUpdate({ cacheKey, client, ttlSeconds: TTL_SECONDS })
    async replace(_key: string, value: unknown): Promise<unknown> {
      return value;
    }

    @CacheClear({ cacheKey, client })
    async drop(_key: string): Promise<void> {}
  }
  return Methods;
}
