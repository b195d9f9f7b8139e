import { adapterOf, CACHES } from '../adapters/adapters.js';
import type { Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { oneRedis, ownDatabase } from '../runner/servers.js';
import type { Figures, Given, Scenario } from '../scenario.js';
import { INVALIDATIONS, MOMENTS, played } from './stale-cases.js';

const CASES = INVALIDATIONS.length * MOMENTS.length;

export const stale: Scenario = {
  name: 'stale',
  title: 'Stale after it was invalidated while loading',
  how:
    `${CASES} cases in Redis: ${MOMENTS.length} moments (${MOMENTS.map(({ name }) => name).join('; ')}) ` +
    `× ${INVALIDATIONS.length} invalidations (${INVALIDATIONS.map(({ name }) => name).join(', ')}). ` +
    'In each a load has read the old value when the new one is committed and invalidated; stale is a read that begins after the invalidation returned and gets the old one. Two caches with connections of their own stand for two processes.',
  columns: [
    { name: 'stale', digits: 0 },
    { name: 'cases that it has', digits: 0 },
  ],
  entrants: CACHES,
  rounds: 1,
  goals: [
    { column: 'stale', of: 'median', is: '≤', bound: 0, isPromise: true },
    { column: 'cases that it has', of: 'median', is: '≥', bound: CASES, isPromise: true },
  ],
  servers: oneRedis,
  open,
};

async function open(entrant: string, given: Given) {
  const { redis } = await adapterOf(entrant);
  if (!redis) throw new Cannot('has no entries in Redis');
  const url = ownDatabase(given);
  const processes: readonly [Cache, Cache] = [await redis(url), await redis(url)];
  return {
    round: () => playAll(processes),
    close: async () => void (await Promise.all(processes.map((cache) => cache.close()))),
  };
}

async function playAll(processes: readonly [Cache, Cache]): Promise<Figures> {
  let [staleCases, cases] = [0, 0];
  for (const invalidation of INVALIDATIONS) {
    if (!invalidation.isKnownTo(processes[0])) continue;
    for (const moment of MOMENTS) {
      cases++;
      if (await played({ moment, invalidation, processes, id: cases })) staleCases++;
    }
  }
  return { stale: staleCases, 'cases that it has': cases };
}
