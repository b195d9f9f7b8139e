import { Redis } from 'ioredis';
import { adapterOf, CACHES } from '../adapters/adapters.js';
import type { Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { commandsDuring, fill, medianTime, timeOf } from '../runner/million.js';
import { oneRedis } from '../runner/servers.js';
import type { Figures, Given, Scenario, Servers } from '../scenario.js';

const ENTRIES = 100;
const HITS = 100;
const PATH = 'public:blog:detail';
const TAG = 'news';

export const invalidatePrefix: Scenario = {
  name: 'invalidate-prefix',
  title: 'Invalidating 100 keys by prefix among a million',
  how: '100 entries below `public:blog:detail`, among a million other keys in one Redis, dropped by their path; all are gone afterwards, and a neighbour is not.',
  columns: [
    { name: 'ms', digits: 2 },
    { name: 'commands', digits: 0 },
  ],
  entrants: CACHES,
  goals: [
    { column: 'ms', of: 'median', is: '≤', bound: 0.5 },
    { column: 'commands', of: 'median', is: '≤', bound: 3 },
  ],
  servers: redisWithMillion,
  open: async (entrant, given) => {
    const cache = await opened(entrant, given);
    if (!cache.deleteBelow) throw new Cannot('has no invalidation by prefix');
    return roundsOf(cache, given, () => cache.deleteBelow!(PATH));
  },
};

export const invalidateTag: Scenario = {
  name: 'invalidate-tag',
  title: 'Invalidating by tag among a million, and tagged hits',
  how: '100 entries with a tag, among a million other keys in one Redis, dropped by it; and how many commands a hit on an entry with a tag is.',
  columns: [
    { name: 'ms', digits: 2 },
    { name: 'commands', digits: 0 },
    { name: 'commands per hit', digits: 1 },
  ],
  entrants: CACHES,
  goals: [
    { column: 'ms', of: 'median', is: '≤', bound: 0.3 },
    { column: 'commands per hit', of: 'median', is: '≤', bound: 1 },
  ],
  servers: redisWithMillion,
  open: async (entrant, given) => {
    const cache = await opened(entrant, given);
    if (!cache.deleteTag) throw new Cannot('has no tags');
    return roundsOf(cache, given, () => cache.deleteTag!(TAG), [TAG]);
  },
};

async function redisWithMillion(isQuick: boolean): Promise<Servers> {
  const servers = await oneRedis();
  const client = new Redis(servers.urls[0]!);
  await fill(client, isQuick ? 50_000 : 1_000_000);
  client.disconnect();
  return servers;
}

async function opened(entrant: string, { urls }: Given): Promise<Cache> {
  const { redis } = await adapterOf(entrant);
  if (!redis) throw new Cannot('has no entries in Redis');
  return redis(urls[0]!);
}

function roundsOf(cache: Cache, { urls }: Given, invalidate: () => Promise<void>, tags?: readonly string[]) {
  const admin = new Redis(urls[0]!);
  const entries = Array.from({ length: ENTRIES }, (_, id) => `${PATH}:${id}`);
  const neighbour = 'public:blog:list:0';
  const loadsOf = async (keys: readonly string[], options?: { tags: readonly string[] }): Promise<number> => {
    let loads = 0;
    await Promise.all(keys.map((key) => cache.getOrSet(key, async () => (loads++, { key }), options)));
    return loads;
  };
  return {
    round: async (): Promise<Figures> => {
      const options = tags && { tags };
      await loadsOf(entries, options);
      await loadsOf([neighbour]);
      const hits = await commandsDuring([admin], async () => {
        for (let hit = 0; hit < HITS; hit++) await loadsOf([entries[0]!], options);
      });
      const commands = await commandsDuring([admin], invalidate);
      if ((await loadsOf([neighbour])) > 0) throw new Error('a neighbour is gone');
      if ((await loadsOf(entries, options)) < ENTRIES) throw new Error('an entry is still there');
      const ms = await medianTime(async () => {
        await loadsOf(entries, options);
        return timeOf(invalidate);
      });
      return { ms, commands, 'commands per hit': hits / HITS };
    },
    close: async () => {
      admin.disconnect();
      await cache.close();
    },
  };
}
