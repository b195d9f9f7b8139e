import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '../../test/support/redis.js';
import { adapterOf, CACHES } from '../adapters/adapters.js';
import type { Adapter, Cache } from '../adapter.js';
import { Cannot } from '../adapter.js';
import { percentile } from '../../test/support/percentile.js';
import type { Figures, Given, Scenario } from '../scenario.js';
import { askDuring, timeUntilHit } from './outage-load.js';

const DURATION = 2_500;
const LONGEST_OPEN = 3_000;
/** What comes before is the time to notice. */
const NOTICED = 250;

/** What may befall a server; what undoes it makes it answer again. */
interface Fault {
  readonly name: 'killed' | 'hung' | 'absent';
  begin(server: RedisServer): Promise<void>;
  end(server: RedisServer): Promise<void>;
}

const FAULTS: readonly Fault[] = [
  { name: 'killed', begin: (server) => server.kill('SIGKILL'), end: (server) => server.restart() },
  { name: 'hung', begin: async (server) => server.pause(), end: async (server) => server.resume() },
  { name: 'absent', begin: async () => {}, end: (server) => server.restart() },
];

export const outages: Scenario = {
  name: 'outages',
  title: 'Redis killed, hung, absent at start',
  how: `The share of calls that are answered within a second, in ${DURATION / 1_000} s of 100 calls each second with a loader of 5 ms, with the library's defaults; the 99th percentile of those that begin more than ${NOTICED} ms after it happened, in the worst case; and how long after the server is there again, in the worst case, a call is a hit.`,
  columns: [
    { name: 'killed %', digits: 1 },
    { name: 'hung %', digits: 1 },
    { name: 'absent %', digits: 1 },
    { name: 'p99 ms', digits: 1 },
    { name: 'back ms', digits: 0 },
  ],
  entrants: CACHES,
  rounds: 1,
  goals: [
    ...FAULTS.map(({ name }) => ({ column: `${name} %`, of: 'median', is: '≥', bound: 100, isPromise: true }) as const),
    { column: 'p99 ms', of: 'median', is: '≤', bound: 10 },
    { column: 'back ms', of: 'median', is: '≤', bound: 1_000 },
  ],
  open: async (entrant, given) => {
    const adapter = await adapterOf(entrant);
    if (!adapter.redis) throw new Cannot('has no entries in Redis');
    // Some let an error escape where no caller can catch it. That is no answer, but the next fault is to be tried too.
    process.on('uncaughtException', () => {}).on('unhandledRejection', () => {});
    return { round: () => suffer(adapter, given) };
  },
};

async function suffer(adapter: Adapter, { isQuick }: Given): Promise<Figures> {
  const shares: Record<string, number> = {};
  const [slow, back]: [number[], number[]] = [[], []];
  for (const fault of FAULTS) {
    const outcome = await sufferOnce(adapter, fault, isQuick ? DURATION / 5 : DURATION);
    shares[`${fault.name} %`] = outcome.share;
    slow.push(outcome.slow);
    back.push(outcome.back);
  }
  return { ...shares, 'p99 ms': Math.max(...slow), 'back ms': Math.max(...back) };
}

async function sufferOnce(adapter: Adapter, fault: Fault, duration: number) {
  const server = await RedisServer.start();
  const isAbsent = fault.name === 'absent';
  if (isAbsent) await server.kill();
  const opening = adapter.redis!(server.url);
  try {
    const cache = await Promise.race([opening, sleep(LONGEST_OPEN)]);
    if (!isAbsent) await warm(cache!);
    await fault.begin(server);
    const calls = cache ? await askDuring(cache, duration) : [];
    await fault.end(server);
    const back = await timeUntilHit(await opening);
    const answered = calls.filter(({ isAnswered }) => isAnswered).length;
    const later = calls.filter(({ at }) => at >= NOTICED).map(({ took }) => took);
    return { share: calls.length === 0 ? 0 : (100 * answered) / calls.length, slow: percentile(later, 0.99), back };
  } finally {
    void opening.then((cache) => cache.close()).catch(() => undefined);
    await server.stop();
  }
}

async function warm(cache: Cache): Promise<void> {
  for (let id = 0; id < 100; id++) await cache.getOrSet(`public:item:${id}`, async () => ({ id }));
}
