import { redisStore } from 'nestash';
import { Redis } from 'ioredis';
import type { Adapter } from '../adapter.js';
import { startNestash } from './nestash-application.js';

/** As many as callers. */
const APPLICATIONS = 64;

/** What reads cost that share no command: each takes the next application, which is free again by then. */
export const adapter: Adapter = {
  packages: ['nestash', 'ioredis'],
  setUp: `\`CacheService\` in ${APPLICATIONS} applications on one client, so that no two callers share a command`,
  redis: async (url) => {
    const client = new Redis(url);
    client.setMaxListeners(Infinity);
    const store = () => redisStore({ client });
    const applications = await Promise.all(Array.from({ length: APPLICATIONS }, () => startNestash(store())));
    const [first] = applications;
    let turn = 0;
    return {
      getOrSet: (key, load) => applications[turn++ % APPLICATIONS]!.cache.getOrSet(key, load),
      set: async (key, value) => void (await first!.cache.put(key, () => value)),
      delete: (key) => first!.cache.delete(key),
      clear: () => first!.cache.clear(),
      close: async () => {
        await Promise.all(applications.map(({ close }) => close()));
        client.disconnect();
      },
    };
  },
};
