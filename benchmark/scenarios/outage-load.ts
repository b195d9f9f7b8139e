import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '../adapter.js';

const PAUSE = 10;
const LOADER = 5;
const KEYS = 100;
/** Whoever waits for longer goes away. */
const PATIENCE = 1_000;
const LONGEST_RETURN = 15_000;

/** One call, in milliseconds since the fault began. */
interface Call {
  readonly at: number;
  readonly took: number;
  readonly isAnswered: boolean;
}

/** Calls at regular times, whatever becomes of those before. */
export async function askDuring(cache: Cache, duration: number): Promise<Call[]> {
  const calls: Promise<Call>[] = [];
  const begun = performance.now();
  for (let turn = 0; performance.now() - begun < duration; turn++) {
    const at = performance.now() - begun;
    calls.push(ask(cache, turn % KEYS).then((outcome) => ({ at, ...outcome })));
    await sleep(PAUSE);
  }
  return Promise.all(calls);
}

/** How long until a call is answered by the cache, in milliseconds. */
export async function timeUntilHit(cache: Cache): Promise<number> {
  const begun = performance.now();
  while (performance.now() - begun < LONGEST_RETURN) {
    let loads = 0;
    const asked = cache.getOrSet('public:item:0', async () => (loads++, { id: 0 }));
    const answer = await Promise.race([asked.catch(() => undefined), sleep(PATIENCE)]);
    if (answer !== undefined && loads === 0) return performance.now() - begun;
    await sleep(PAUSE);
  }
  return LONGEST_RETURN;
}

async function ask(cache: Cache, id: number): Promise<Omit<Call, 'at'>> {
  const begun = performance.now();
  const load = async () => {
    await sleep(LOADER);
    return { id };
  };
  const answer = cache.getOrSet(`public:item:${id}`, load).catch(() => undefined);
  const found = await Promise.race([answer, sleep(PATIENCE).then(() => undefined)]);
  return { took: performance.now() - begun, isAnswered: found?.id === id };
}
