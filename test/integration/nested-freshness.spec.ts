import { Redis } from 'ioredis';
import type { Clock } from '../../lib/core/clock.js';
import { systemClock } from '../../lib/core/clock.js';
import { redisStore } from '../../lib/index.js';
import type { RedisTarget } from '../../lib/stores/redis-target.js';
import type { CacheStore } from '../../lib/stores/store.js';
import { EngineBench } from '../support/engine-bench.js';
import { TestCluster } from '../support/redis-cluster.js';
import { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

const DEADLINE_MS = 120_000;
const ROUNDS = 150;
const NAMES = ['a', 'b', 'c', 'd'];

const opened: CacheStore[] = [];

/** The engine of a process of its own. */
async function open(target: RedisTarget, stores?: Map<string, CacheStore>, name = 'default'): Promise<EngineBench> {
  const store = redisStore(target, { commandTimeout: '10s' }).create({ prefix: 'test:nested', version: 1, name });
  opened.push(store);
  await until(() => isConnected(store), DEADLINE_MS);
  return new EngineBench(store, systemClock, name, stores);
}

async function isConnected(store: CacheStore): Promise<boolean> {
  return store.connect().then(
    () => true,
    () => false,
  );
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

/** Numbers that count up, behind cached reads of each of them, and pages that are built from two of those. */
class Numbers {
  readonly #current = new Map(NAMES.map((name) => [name, 0]));
  readonly #returned = new Map(NAMES.map((name) => [name, 0]));
  stale = 0;
  reads = 0;

  number(at: EngineBench, name: string): Promise<unknown> {
    return at.get(`numbers:${name}`, async () => {
      const value = this.#current.get(name);
      await pause(Math.random() * 3);
      return value;
    });
  }

  /** Reads a page, and compares it with the writes that had returned before. */
  async read(at: EngineBench, names: readonly [string, string]): Promise<void> {
    const least = names.map((name) => this.#returned.get(name)!);
    const path = `pages:${names.join('-')}`;
    const page = (await at.get(path, () => Promise.all(names.map((name) => this.number(at, name))))) as number[];
    this.reads++;
    if (page.some((value, index) => value < least[index]!)) this.stale++;
  }

  /** Changes a number, and invalidates nothing but the read of that number. */
  async write(at: EngineBench, name: string): Promise<void> {
    const value = this.#current.get(name)! + 1;
    this.#current.set(name, value);
    const path = `numbers:${name}`;
    const ways = [
      () => at.invalidate(path),
      () => at.delete(path),
      () => at.invalidate(`*:${name}`),
      () => at.put(path, () => value),
    ];
    await pick(ways)();
    this.#returned.set(name, Math.max(value, this.#returned.get(name)!));
  }
}

/** Readers and writers in several processes, all at once and at random. */
async function visits(processes: readonly EngineBench[]): Promise<Numbers> {
  const numbers = new Numbers();
  const reader = async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const first = pick(NAMES);
      const second = pick(NAMES.filter((name) => name !== first));
      await numbers.read(pick(processes), [first, second]);
      await pause(Math.random() * 2);
    }
  };
  // Each number has a writer of its own, so that the values of puts are in order.
  const writer = async (name: string) => {
    for (let round = 0; round < ROUNDS / 5; round++) {
      await numbers.write(pick(processes), name);
      await pause(Math.random() * 20);
    }
  };
  await Promise.all([...Array.from({ length: 8 }, reader), ...NAMES.map(writer)]);
  return numbers;
}

describe('what is built from cached values on Redis', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start();
  });

  afterAll(() => server.stop());

  it(
    'is never older than the last invalidation of a part, in several processes',
    async () => {
      const { stale, reads } = await visits(await Promise.all([1, 2, 3].map(() => open(server.url))));
      expect({ stale, reads }).toEqual({ stale: 0, reads: 8 * ROUNDS });
    },
    DEADLINE_MS,
  );

  it('is a hit of one command, once it was read in this process', async () => {
    const at = await open(server.url);
    const load = () => at.get('pages:list', () => Promise.all([1, 2, 3].map((id) => at.get(`parts:${id}`, () => id))));
    expect(await load()).toEqual([1, 2, 3]);
    const raw = new Redis(server.url);
    await raw.config('RESETSTAT');
    expect(await load()).toEqual([1, 2, 3]);
    expect(await raw.info('commandstats')).toMatch(/cmdstat_mget:calls=1,/);
    await raw.quit();
  });

  it(
    'is not taken for fresh when the server of another cache brings generations back after a restart',
    async () => {
      const stores = new Map<string, CacheStore>();
      const at = EngineBench.inMemory();
      const outer = new EngineBench<Clock>(at.store, systemClock, 'default', stores);
      const inner = await open({ host: server.host, port: server.port, retryStrategy: () => 10 }, stores, 'other');
      const page = () => outer.get('page', () => inner.get('part', () => 'old'));
      expect(await page()).toBe('old');
      expect(await outer.stored('page')).toBe('old');
      const raw = new Redis(server.url);
      await raw.save();
      await raw.quit();
      await inner.delete('part');
      await server.kill('SIGKILL');
      await server.restart();
      await until(() => isConnected(inner.store), DEADLINE_MS);
      expect(await outer.stored('page')).toBeUndefined();
    },
    DEADLINE_MS,
  );
});

describe('what is built from cached values in a cluster', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.start();
  }, DEADLINE_MS);

  afterAll(() => cluster?.stop());

  it(
    'is never older than the last invalidation of a part, in whatever shard that is',
    async () => {
      const target = { cluster: cluster.addresses };
      const processes = await Promise.all([1, 2].map(() => open(target)));
      const places = new Set(NAMES.map((name) => processes[0]!.store.placeOf(`numbers:${name}`)));
      expect(places.size).toBeGreaterThan(1);
      const { stale, reads } = await visits(processes);
      expect({ stale, reads }).toEqual({ stale: 0, reads: 8 * ROUNDS });
    },
    DEADLINE_MS,
  );

  it('is stored, and a hit while all parts are alive', async () => {
    const [here, there] = (await Promise.all([1, 2].map(() => open({ cluster: cluster.addresses })))) as [
      EngineBench,
      EngineBench,
    ];
    const parts = Array.from({ length: 20 }, (_, id) => `parts:${id}`);
    const load = (at: EngineBench) => at.get('list', () => Promise.all(parts.map((path) => at.get(path, () => path))));
    expect(await load(here)).toEqual(parts);
    expect(await there.stored('list')).toEqual(parts);
    await there.delete('parts:13');
    expect(await here.stored('list')).toBeUndefined();
  });
});

function pick<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)]!;
}

function pause(delay: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay));
}
