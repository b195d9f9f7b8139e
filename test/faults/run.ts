import type { Fault } from './fault.js';
import type { Tally } from './load.js';
import { load } from './load.js';
import { Database, ITEMS, Shop, keyOf } from './shop.js';

const REQUESTS = 10_000;
const TIME = 2_000;
/** Before the fault, and after it until everything is normal again. */
const BRIEF = { requests: 1_000, time: 200 };
/** Until everything must be as before. */
const NORMAL_DEADLINE = 10_000;

/** What came of a fault. */
export interface Row {
  readonly name: string;
  readonly tally: Tally;
  /** From the end of the fault until each shop has an entry again, in milliseconds; undefined for never. */
  readonly normalAfter: number | undefined;
}

export async function run(fault: Fault, requests = REQUESTS): Promise<Row> {
  const scene = await fault.set();
  const database = new Database();
  // Faults share servers, and none finds what the one before it left there.
  const prefix = fault.name.replace(/\W+/g, '-');
  const shops = await Promise.all(scene.stores.map((store) => Shop.open(database, store, prefix)));
  try {
    if (!fault.isThereAtStart) await load(shops, database, BRIEF);
    await scene.begin?.(shops);
    const over = scene.meanwhile?.().then(() => untilNormal(shops));
    const tally = await load(shops, database, { requests, time: TIME, meanwhile: over });
    const ended = Promise.resolve(scene.end?.()).then(() => untilNormal(shops));
    const after = await load(shops, database, { ...BRIEF, meanwhile: ended });
    return { name: fault.name, tally: together(tally, after), normalAfter: await (over ?? ended) };
  } finally {
    await Promise.all(shops.map((shop) => shop.close()));
    await scene.close();
  }
}

/** Of the answers while everything becomes normal again those count that are wrong or missing; their times do not. */
function together(during: Tally, after: Tally): Tally {
  const [stale, failed] = [during.stale + after.stale, during.failed + after.failed];
  return { ...during, stale, failed, staleItems: new Set([...during.staleItems, ...after.staleItems]) };
}

async function untilNormal(shops: readonly Shop[]): Promise<number | undefined> {
  const begun = performance.now();
  while (performance.now() - begun < NORMAL_DEADLINE) {
    await Promise.all(shops.map(({ items }) => items.find(ITEMS)));
    const isThere = await Promise.all(shops.map(({ cache }) => cache.has(keyOf(ITEMS))));
    if (isThere.every(Boolean)) return performance.now() - begun;
  }
  return undefined;
}
