import { createKeyv } from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import type { Adapter, Cache } from '../adapter.js';

const LIFETIME = 300_000;

export const adapter: Adapter = {
  packages: ['@nestjs/cache-manager', 'cache-manager', 'keyv', '@keyv/redis'],
  setUp:
    '`createCache({ stores })` and `wrap`, with `new Keyv()` or `createKeyv(url)` of @keyv/redis, as the guide of Nest says',
  memory: async () => cacheOn(new Keyv()),
  redis: async (url) => cacheOn(createKeyv(url)),
};

function cacheOn(keyv: ReturnType<typeof createKeyv>): Cache {
  // Without a listener a lost connection ends the process; the documentation says to add one.
  keyv.on('error', () => {});
  const cache = createCache({ stores: [keyv], ttl: LIFETIME });
  return {
    getOrSet: (key, load) => cache.wrap(key, load),
    set: async (key, value) => void (await cache.set(key, value)),
    delete: async (key) => void (await cache.del(key)),
    clear: async () => void (await cache.clear()),
    close: async () => void (await cache.disconnect()),
  };
}
