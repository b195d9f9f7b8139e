import { sleep, systemClock } from '../../lib/core/clock.js';
import { invalidationOf } from '../../lib/engine/invalidator.js';
import { tagGroup } from '../../lib/keys/groups.js';
import { EngineBench } from '../support/engine-bench.js';
import { seed } from '../support/freshness-bench.js';
import { randomNumbers } from '../support/random-numbers.js';
import { RedisServer } from '../support/redis.js';
import { Opened, keysOfScript, recordCalls } from './stores/redis-support.js';

const opened = new Opened();
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});

afterEach(() => opened.close());

afterAll(() => server?.stop());

describe('on Redis an invalidation that settles', () => {
  it('closes a group before it deletes its generation', async () => {
    const client = opened.client(server.url);
    const calls = recordCalls(client, 'evalsha');
    const bench = await opened.bench({ client });
    const group = bench.path('posts');
    await bench.invalidate({ groups: [group], settle: 60_000 });
    expect(calls.map(keysOfScript)).toEqual([[`test:~gen:~closed:${group}`], [`test:~gen:${group}`]]);
  });

  it('closes for every version', async () => {
    const [bench, next] = [await opened.bench(server.url), await opened.bench(server.url, { version: 2 })];
    const address = bench.address('posts:1');
    await bench.invalidate({ groups: [bench.path('posts')], settle: 60_000 });
    expect((await next.begin(address)).kind).toBe('closed');
  });

  it('leaves nothing behind when the window is over', async () => {
    const bench = await opened.bench(server.url);
    const raw = opened.client(server.url);
    const key = `test:~gen:~closed:${bench.path('posts')}`;
    await bench.invalidate({ groups: [bench.path('posts')], settle: 60_000 });
    expect(await raw.pttl(key)).toBeGreaterThan(0);
    expect(await raw.pttl(key)).toBeLessThanOrEqual(60_000);
  });

  it('is refused by a full server, and deletes all the same', async () => {
    const full = await RedisServer.start({ args: ['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction'] });
    try {
      const bench = await opened.bench(full.url);
      const address = bench.address('posts:1');
      await bench.load(address, 'x');
      await opened.client(full.url).config('SET', 'maxmemory', '1');
      await expect(bench.invalidate({ groups: [bench.path('posts')], settle: 60_000 })).rejects.toThrow(/OOM/);
      expect(await bench.payload(address)).toBeUndefined();
    } finally {
      await full.stop();
    }
  });
});

/** The replica has every write at most so many milliseconds later. */
const LAG = 40;
const WINDOW = 80;
const WRITES = 120;
const PATHS = ['posts:1', 'posts:1:en', 'posts:2'];
const OPTIONS = { tags: ['static'], lateTags: ['late'] };

/** A counter that one writer raises, and a replica that reads of loaders go to. */
class LaggingCounter {
  readonly #commits: { readonly version: number; readonly visibleAt: number }[] = [];
  /** By version, when its write had returned. */
  readonly returned: number[] = [];

  constructor(private readonly random: () => number) {}

  commit(): number {
    const version = this.#commits.length + 1;
    this.#commits.push({ version, visibleAt: systemClock.monotonic() + this.random() * LAG });
    return version;
  }

  /** A replica has writes in their order: one that is there already waits for those before it. */
  read(): number {
    const now = systemClock.monotonic();
    const missing = this.#commits.find(({ visibleAt }) => visibleAt > now);
    return missing ? missing.version - 1 : this.#commits.length;
  }

  /** The newest version that a read beginning at this time must see: its window was over. */
  settledAt(time: number): number {
    const open = this.returned.findIndex((returned) => returned + WINDOW > time);
    return open < 0 ? this.returned.length : open;
  }
}

/** How many reads there were, and how many of them were older than a write that had settled. */
async function readsDuring(engines: readonly EngineBench[], settle: number | undefined) {
  const random = randomNumbers(seed);
  const counter = new LaggingCounter(random);
  const counts = { reads: 0, hits: 0, stale: 0 };
  let isOver = false;
  const reader = async (at: EngineBench, path: string): Promise<void> => {
    while (!isOver) {
      const expected = counter.settledAt(systemClock.monotonic());
      const { value, status } = await at.outcome(path, () => counter.read(), OPTIONS);
      counts.reads += 1;
      if (status === 'hit') counts.hits += 1;
      if ((value as number) < expected) counts.stale += 1;
      await sleep(systemClock, random() * 4);
    }
  };
  const readers = engines.flatMap((at) => PATHS.map((path) => reader(at, path)));
  for (let write = 0; write < WRITES; write++) {
    const [at, other] = random() < 0.5 ? engines : [...engines].reverse();
    const version = counter.commit();
    await written(at!, { version, how: Math.floor(random() * 4), settle });
    counter.returned.push(systemClock.monotonic());
    if (random() < 0.5) await other!.invalidate('posts', 'posts:1', 'posts:1:en', 'posts:2');
    await sleep(systemClock, random() * (random() < 0.3 ? 4 : 1) * WINDOW);
  }
  isOver = true;
  await Promise.all(readers);
  return counts;
}

/** Invalidates everything that shows the counter, in one of several ways. */
async function written(
  at: EngineBench,
  { version, how, settle }: { readonly version: number; readonly how: number; readonly settle: number | undefined },
): Promise<void> {
  const tagged = (tag: string) => ({ patterns: [], tagGroups: [tagGroup(tag)], settle });
  if (how === 0) return at.engine.invalidate(invalidationOf({ patterns: PATHS, tagGroups: [], settle }));
  if (how === 1) return at.engine.invalidate(invalidationOf(tagged('static')));
  if (how === 2) return at.engine.invalidate(invalidationOf(tagged('late')));
  await at.engine.invalidate(invalidationOf({ patterns: ['posts:2'], tagGroups: [], settle }));
  await at.put('posts:1', () => version, { ...OPTIONS, ...(settle !== undefined && { settle }) });
}

describe('with a replica that lags behind random writes', () => {
  async function run(prefix: string, settle: number | undefined) {
    const stores = [await opened.bench(server.url, { prefix }), await opened.bench(server.url, { prefix })];
    const engines = stores.map(({ store }) => new EngineBench(store, systemClock));
    const counts = await readsDuring(engines, settle);
    if (process.env['NESTASH_FIGURES']) console.log({ settle, ...counts });
    return counts;
  }

  it('no read is older than a write that has settled', async () => {
    const { reads, hits, stale } = await run('settled', WINDOW);
    expect(stale).toBe(0);
    expect(hits).toBeGreaterThan(reads / 20);
    expect(reads).toBeGreaterThan(500);
  }, 120_000);

  it('some are, without settling: so the test is known to notice', async () => {
    expect((await run('unsettled', undefined)).stale).toBeGreaterThan(0);
  }, 120_000);
});
