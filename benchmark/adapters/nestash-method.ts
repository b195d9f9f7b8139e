import { Injectable } from '@nestjs/common';
import type { StoreDefinition } from 'nestash';
import { Cacheable, InvalidateCache, memoryStore, redisStore } from 'nestash';
import type { Adapter, Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { startNestash } from './nestash-application.js';

/** A provider whose method has these options besides its key. */
function postsWith(options: object) {
  @Injectable()
  class Posts {
    @Cacheable('public:blog:detail:<<id>>', { ignore: ['load'], ...options })
    async find(id: string, load: () => Promise<unknown>): Promise<unknown> {
      return load();
    }

    @InvalidateCache(['public:blog:detail:<<id>>'])
    async save(id: string): Promise<string> {
      return id;
    }
  }
  return Posts;
}

export const adapter: Adapter = {
  packages: ['nestash', 'ioredis'],
  setUp: "the same, through a method with `@Cacheable('public:blog:detail:<<id>>')`",
  memory: async () => cacheOn(memoryStore()),
  frozen: async () => {
    try {
      return await cacheOn(memoryStore(), { share: 'frozen' });
    } catch {
      // It does not start with an option that it does not have.
      throw new Cannot('this release has no `share`');
    }
  },
  redis: async (url) => cacheOn(redisStore(url)),
};

async function cacheOn(store: StoreDefinition, options: object = {}): Promise<Cache> {
  const Posts = postsWith(options);
  const { cache, get, close } = await startNestash(store, [Posts]);
  const posts = get(Posts);
  return {
    getOrSet: <T>(key: string, load: () => Promise<T>) => posts.find(idOf(key), load) as Promise<T>,
    set: async (key, value) => void (await cache.put(key, () => value)),
    delete: async (key) => void (await posts.save(idOf(key))),
    clear: () => cache.clear(),
    close,
  };
}

function idOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
