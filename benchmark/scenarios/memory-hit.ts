import { adapterOf, PEERS } from '../adapters/adapters.js';
import type { Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import type { Post } from '../payloads.js';
import { post } from '../payloads.js';
import { microsecondsEach } from '../runner/pace.js';
import type { Bench, Given, Scenario } from '../scenario.js';

const KEYS = 100;
const SECOND = 1_000;

const common = {
  columns: [{ name: 'µs', digits: 2 }],
  limit: { entrant: 'lru-cache', by: 'factor' },
} as const;

export const memoryHitCopy: Scenario = {
  ...common,
  name: 'memory-hit-copy',
  title: 'A hit in memory, a copy for each caller',
  how: 'An object of 1 KB, one caller, 100 keys. Whoever hands out what others can change is in the next table.',
  entrants: ['lru-cache', 'nestash', 'nestash @Cacheable', ...PEERS],
  goals: [{ column: 'µs', of: 'median', is: '≤', bound: 3 }],
  open: async (entrant, given) => {
    const cache = await opened(entrant);
    if (entrant !== common.limit.entrant) await checkCopies(cache);
    return benchOf(cache, given);
  },
};

export const memoryHitShared: Scenario = {
  ...common,
  name: 'memory-hit-shared',
  title: 'A hit in memory, one object for all callers',
  how: "The same. What nestash hands out is frozen with `share: 'frozen'`; what others hand out can be changed by whoever gets it.",
  entrants: ['lru-cache', 'nestash', 'nestash @Cacheable', ...PEERS],
  goals: [{ column: 'µs', of: 'median', is: '≤', bound: 0.3 }],
  open: async (entrant, given) => {
    const cache = await opened(entrant, 'frozen');
    await checkSharing(cache);
    if (entrant.startsWith('nestash') && !Object.isFrozen(await filled(cache)))
      throw new Error('what is shared can be changed');
    return benchOf(cache, given);
  },
};

/** Frozen values where the library has such. */
async function opened(entrant: string, share?: 'frozen'): Promise<Cache> {
  const { memory, frozen } = await adapterOf(entrant);
  if (share && frozen) return frozen();
  if (!memory) throw new Cannot('has no entries in memory');
  return memory();
}

async function checkCopies(cache: Cache): Promise<void> {
  await filled(cache);
  const mine = await filled(cache);
  mine.title = 'changed';
  mine.author.name = 'changed';
  const others = await filled(cache);
  if (others.title === 'changed' || others.author.name === 'changed') {
    throw new Cannot('hands out one object to all callers, and what one changes the others see');
  }
}

async function checkSharing(cache: Cache): Promise<void> {
  await filled(cache);
  if ((await filled(cache)) !== (await filled(cache))) throw new Cannot('hands out copies');
}

async function filled(cache: Cache): Promise<Post> {
  return cache.getOrSet('public:blog:detail:0', async () => post(0));
}

async function benchOf(cache: Cache, { isQuick }: Given): Promise<Bench> {
  const keys = Array.from({ length: KEYS }, (_, id) => `public:blog:detail:${id}`);
  let loads = 0;
  const ask = (turn: number): Promise<Post> => {
    const id = turn % KEYS;
    return cache.getOrSet(keys[id]!, async () => (loads++, post(id)));
  };
  for (let turn = 0; turn < KEYS; turn++) await ask(turn);
  await microsecondsEach(isQuick ? 20 : SECOND, ask);
  return {
    round: async () => {
      loads = 0;
      const each = await microsecondsEach(isQuick ? 50 : SECOND / 2, ask);
      if (loads > 0) throw new Error(`${loads} calls were no hits`);
      return { µs: each };
    },
    close: () => cache.close(),
  };
}
