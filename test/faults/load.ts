import type { Database, Shop } from './shop.js';
import { ITEMS } from './shop.js';

const CALLERS = 32;
const WRITES = 0.05;
/** A request that takes longer counts as failed, in milliseconds: a leader that is gone is replaced within three seconds. */
const LONGEST = 3_000;

/** What became of the requests of one run. */
export interface Tally {
  requests: number;
  correct: number;
  stale: number;
  /** Which items were shown as they had been before. */
  readonly staleItems: Set<number>;
  failed: number;
  /** In milliseconds. */
  readonly times: number[];
}

/** How much is asked. */
export interface Extent {
  readonly requests: number;
  /** In milliseconds. */
  readonly time: number;
  /** Until this is over, too. */
  readonly meanwhile?: Promise<unknown> | undefined;
}

/** Reads and writes at random until enough requests were made and enough time has passed. */
export async function load(shops: readonly Shop[], database: Database, extent: Extent): Promise<Tally> {
  const { requests, time, meanwhile } = extent;
  const tally: Tally = { requests: 0, correct: 0, stale: 0, staleItems: new Set(), failed: 0, times: [] };
  const end = performance.now() + time;
  let goesOn = meanwhile !== undefined;
  void meanwhile?.finally(() => (goesOn = false));
  const isOver = (): boolean => !goesOn && tally.requests >= requests && performance.now() >= end;
  const caller = async (number: number): Promise<void> => {
    while (!isOver()) {
      tally.requests++;
      const shop = shops[(number + tally.requests) % shops.length]!;
      const id = Math.floor(Math.random() * ITEMS);
      const isWrite = Math.random() < WRITES;
      await judged(tally, id, () => (isWrite ? shop.save(id).then(() => true) : isFresh(shop, database, id)));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)));
  await meanwhile;
  return tally;
}

async function judged(tally: Tally, id: number, request: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), LONGEST)));
  const outcome = await Promise.race([request().catch(() => 'failed' as const), late]);
  clearTimeout(timer);
  tally.times.push(performance.now() - begun);
  if (outcome === true) return void tally.correct++;
  if (outcome !== false) return void tally.failed++;
  tally.stale++;
  tally.staleItems.add(id);
}

async function isFresh(shop: Shop, database: Database, id: number): Promise<boolean> {
  const floor = database.floors[id]!;
  const item = await shop.items.find(id);
  return item.id === id && item.version >= floor;
}
