import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { storeContract } from '../../../lib/testing/store-contract.js';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { eventually } from '../../../lib/testing/store-bench.js';
import { TestSentinels } from '../../support/redis-sentinel.js';
import { connectedNear } from './near-support.js';
import { Opened, connectedBench } from './redis-support.js';

/** More than all that a test waits for, one after the other. */
const DEADLINE_MS = 900_000;
const COMEBACK = 60_000;
/** The silence after which a connection is given up is twice as long: a comeback that takes less has another reason. */
const PATIENT = { commandTimeout: '60s' } as const;
const STEADY = 500;

const opened = new Opened();
let servers: TestSentinels;
let six: Redis, five: Redis5;

beforeAll(async () => {
  servers = await TestSentinels.start();
  six = new Redis(servers.target);
  five = new Redis5(servers.target);
  for (const client of [six, five]) client.on('error', () => {});
  await Promise.all([once(six, 'ready'), once(five, 'ready')]);
}, DEADLINE_MS);

afterEach(() => opened.close());

afterAll(async () => {
  for (const client of [six, five]) client?.disconnect();
  await servers?.stop();
}, DEADLINE_MS);

storeContract('the Redis store behind Sentinels', async () => (await connectedBench(servers.target)).store);
storeContract('a validated near store behind Sentinels', () => connectedNear(servers.target, 'validated'));

it(
  'leaves no connection to a Sentinel open when it is closed',
  async () => {
    const before = await steadyConnections();
    const { store } = await connectedBench(servers.target);
    await eventually(async () => (await servers.connections()) > before, COMEBACK);
    await store.close();
    await eventually(async () => (await servers.connections()) <= before, COMEBACK);
  },
  DEADLINE_MS,
);

/** How many connections there are when those of earlier tests have ended. */
async function steadyConnections(): Promise<number> {
  for (let last = -1; ;) {
    const count = await servers.connections();
    if (count === last) return count;
    last = count;
    await sleep(STEADY);
  }
}

/** One of each kind of client. */
async function benches(): Promise<StoreBench[]> {
  const own = await opened.bench({ ...servers.target });
  return [own, await opened.bench({ client: six }), await opened.bench({ client: five })];
}

async function works(bench: StoreBench, name: string): Promise<boolean> {
  const begun = await bench.begin(bench.address(name), { mode: 'put' }).catch(() => undefined);
  if (begun?.kind !== 'leased') return false;
  const isFilled = await bench.fill(begun.lease, 'new', { mode: 'put' }).catch(() => false);
  return isFilled && (await bench.payload(bench.address(name)).catch(() => undefined)) === 'new';
}

describe('a failover by Sentinels', () => {
  it(
    'leaves the cache cold: neither what was alive nor what was deleted unheard comes back',
    async () => {
      const all = await benches();
      for (const bench of all) {
        for (const name of ['kept', 'deleted']) await bench.load(bench.address(name), 'old');
      }
      const old = await servers.master();
      await servers.admin(old).wait(1, 5_000);
      const replica = await servers.failOver('kill', async () => {
        for (const bench of all) {
          const { path } = bench.address('deleted');
          await bench.invalidate({ groups: [path], paths: [path] });
        }
      });
      for (const bench of all) {
        const address = bench.address('deleted');
        expect(await servers.admin(replica).get(`test:v1:${address.path}`)).toMatch(/\nold$/);
        await eventually(() => works(bench, 'kept'), COMEBACK);
        expect(await bench.payload(address)).toBeUndefined();
      }
      await servers.rejoin(old);
    },
    DEADLINE_MS,
  );

  it(
    'is noticed although the old master hangs, and its connection is not used when it wakes up',
    async () => {
      const bench = await opened.bench({ ...servers.target }, PATIENT);
      const address = bench.address('post');
      await bench.load(address, 'old');
      const old = await servers.master();
      await servers.failOver('pause');
      await eventually(() => works(bench, 'other'), COMEBACK);
      await servers.rejoin(old);
      expect(await bench.payload(address)).toBeUndefined();
      expect(await works(bench, 'post')).toBe(true);
    },
    DEADLINE_MS,
  );
});
