import { adapterOf, CACHES } from '../adapters/adapters.js';
import { Cannot } from '../adapter.js';
import type { Given, Scenario } from '../scenario.js';

const ENTRIES = 200_000;

export const heap: Scenario = {
  name: 'heap',
  title: 'Heap for each entry in memory',
  how: '200,000 entries `public:item:<n>` of `{ id, name }`, the heap after a garbage collection less what it was before. The key is part of it.',
  columns: [{ name: 'bytes', digits: 0 }],
  entrants: ['lru-cache', ...CACHES],
  limit: { entrant: 'lru-cache', by: 'factor' },
  rounds: 1,
  isFreshEachRound: true,
  goals: [{ column: 'bytes', of: 'median', is: '≤', bound: 250 }],
  open,
};

async function open(entrant: string, { isQuick }: Given) {
  const { memory } = await adapterOf(entrant);
  if (!memory) throw new Cannot('has no entries in memory');
  const entries = isQuick ? ENTRIES / 10 : ENTRIES;
  const cache = await memory(entries);
  return {
    round: async () => {
      await cache.getOrSet('public:item:first', async () => small(-1));
      const before = used();
      for (let id = 0; id < entries; id++) await cache.getOrSet(`public:item:${id}`, async () => small(id));
      const after = used();
      let loads = 0;
      await cache.getOrSet(`public:item:${entries >> 1}`, async () => (loads++, small(0)));
      if (loads > 0) throw new Error('an entry is gone');
      return { bytes: (after - before) / entries };
    },
    close: () => cache.close(),
  };
}

function small(id: number) {
  return { id, name: `item ${id}` };
}

function used(): number {
  for (let time = 0; time < 3; time++) globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
