import { adapterOf, CACHES } from '../adapters/adapters.js';
import type { Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { inTime } from '../runner/pace.js';
import { oneRedis, ownDatabase } from '../runner/servers.js';
import type { Figures, Given, Scenario } from '../scenario.js';
import { isSame } from './same-value.js';
import { KINDS } from './value-kinds.js';

const LONGEST_CALL = 3_000;

export const values: Scenario = {
  name: 'values',
  title: `Values of ${KINDS.length} kinds`,
  how: `Each is cached in Redis and read again: ${KINDS.map(([name]) => name).join(', ')}. _Kept_ is what comes back equal, prototypes included, on the miss and on the hit; _refused_ is an error on the first call; _changed_ comes back as something else; _dropped_ is loaded again and again without a word.`,
  columns: [
    { name: 'kept or refused', digits: 0 },
    { name: 'kept', digits: 0 },
    { name: 'refused', digits: 0 },
    { name: 'changed', digits: 0 },
    { name: 'dropped', digits: 0 },
  ],
  entrants: CACHES,
  rounds: 1,
  environment: 'development',
  goals: [{ column: 'kept or refused', of: 'median', is: '≥', bound: KINDS.length, isPromise: true }],
  servers: oneRedis,
  open,
};

type Fate = 'kept' | 'refused' | 'changed' | 'dropped';

async function open(entrant: string, given: Given) {
  const { redis } = await adapterOf(entrant);
  if (!redis) throw new Cannot('has no entries in Redis');
  const cache = await redis(ownDatabase(given));
  return { round: () => judgeAll(cache), close: () => cache.close() };
}

async function judgeAll(cache: Cache): Promise<Figures> {
  const fates = { kept: 0, refused: 0, changed: 0, dropped: 0 };
  for (const [index, [, make]] of KINDS.entries()) fates[await fateOf(cache, `public:value:${index}`, make)]++;
  return { ...fates, 'kept or refused': fates.kept + fates.refused };
}

async function fateOf(cache: Cache, key: string, make: () => unknown): Promise<Fate> {
  let loads = 0;
  const ask = () =>
    inTime(
      cache.getOrSet(key, async () => (loads++, make())),
      LONGEST_CALL,
    );
  try {
    const first = await ask();
    const second = await ask();
    if (!isSame(first, make()) || !isSame(second, make())) return 'changed';
    return loads === 1 ? 'kept' : 'dropped';
  } catch {
    return loads <= 1 ? await fateAfterError(cache, key) : 'dropped';
  }
}

/** An error on a hit is no refusal: the value was taken, and is there. */
async function fateAfterError(cache: Cache, key: string): Promise<Fate> {
  let loads = 0;
  await inTime(
    cache.getOrSet(key, async () => (loads++, 'probe')),
    LONGEST_CALL,
  ).catch(() => undefined);
  return loads === 1 ? 'refused' : 'changed';
}
