import { deepStrictEqual } from 'node:assert';
import { adapterOf, PEERS } from '../adapters/adapters.js';
import type { Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { payload } from '../payloads.js';
import { answersPerSecond } from '../runner/pace.js';
import { oneRedis, ownDatabase } from '../runner/servers.js';
import type { Bench, Given, Goal, Scenario } from '../scenario.js';

const LIMIT = 'ioredis';
/** Of one round, in milliseconds. */
const DURATION = 600;
const WARM_UP = 2_000;

interface Hits {
  readonly name: string;
  readonly title: string;
  readonly callers: number;
  readonly kilobytes: number;
  readonly keys: number;
  /** How many times the limit. */
  readonly goal: number;
  /** nestash keeps validated copies in the process; the others do not. */
  readonly isNear?: boolean;
  /** Shows what it is worth that callers share commands. */
  readonly showsBatches?: boolean;
}

export const redisHitScenarios: readonly Scenario[] = [
  {
    name: 'redis-hit-64',
    title: 'A hit in Redis, 1 KB, 64 callers',
    callers: 64,
    kilobytes: 1,
    keys: 1_000,
    goal: 1.5,
    showsBatches: true,
  },
  { name: 'redis-hit-1', title: 'A hit in Redis, 1 KB, one caller', callers: 1, kilobytes: 1, keys: 1_000, goal: 0.85 },
  {
    name: 'redis-hit-100k',
    title: 'A hit in Redis, 100 KB, one caller',
    callers: 1,
    kilobytes: 100,
    keys: 20,
    goal: 1,
  },
  {
    name: 'redis-hit-100k-near',
    title: 'A hit in Redis with a validated near cache, 100 KB, one caller',
    callers: 1,
    kilobytes: 100,
    keys: 20,
    goal: 10,
    isNear: true,
  },
].map(scenarioFor);

function scenarioFor(hits: Hits): Scenario {
  const { name, title, callers, keys } = hits;
  const goal: Goal = { column: 'hits/s', of: 'limit', is: '≥', bound: hits.goal };
  return {
    name,
    title,
    how: `${callers === 1 ? 'One caller asks' : `${callers} callers ask`} for ${keys} keys in turn, each again as soon as it has its answer. The limit is \`GET\` and \`JSON.parse\` with ioredis, without auto-pipelining.`,
    columns: [{ name: 'hits/s', digits: 0 }],
    limit: { entrant: LIMIT, by: 'factor' },
    entrants: entrantsOf(hits),
    goals: [goal],
    servers: oneRedis,
    open: async (entrant, given) => benchOf(await opened(entrant, given, hits), given, hits),
  };
}

function entrantsOf({ isNear, showsBatches }: Hits): string[] {
  if (isNear) return [LIMIT, 'nestash'];
  return [LIMIT, 'nestash', 'nestash @Cacheable', ...(showsBatches ? ['nestash, no batches'] : []), ...PEERS];
}

async function opened(entrant: string, given: Given, { isNear }: Hits): Promise<Cache> {
  const { redis, validatedNear } = await adapterOf(entrant);
  const open = isNear && entrant !== LIMIT ? validatedNear : redis;
  if (!open) throw new Cannot('has no entries in Redis');
  return open(ownDatabase(given));
}

async function benchOf(cache: Cache, { isQuick }: Given, { callers, kilobytes, keys }: Hits): Promise<Bench> {
  const expected = payload(kilobytes);
  const names = Array.from({ length: keys }, (_, id) => `public:blog:detail:${id}`);
  let loads = 0;
  const ask = (turn: number) => cache.getOrSet(names[turn % keys]!, async () => (loads++, expected));
  for (let turn = 0; turn < keys; turn++) await ask(turn);
  deepStrictEqual(await ask(0), expected);
  await answersPerSecond(callers, isQuick ? 50 : WARM_UP, ask);
  return {
    round: async () => {
      loads = 0;
      const hits = await answersPerSecond(callers, isQuick ? 100 : DURATION, ask);
      if (loads > 0) throw new Error(`${loads} calls were no hits`);
      return { 'hits/s': hits };
    },
    close: () => cache.close(),
  };
}
