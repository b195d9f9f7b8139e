import type { Redis } from 'ioredis';
import { deleteScript } from '../../../lib/stores/redis-change-scripts.js';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { Opened } from './redis-support.js';

const url = process.env['TEST_REDIS_URL']!;
const opened = new Opened();

afterEach(() => opened.close());

/** Does something before every SCAN of a client but the first. */
function betweenScans(client: Redis, act: () => Promise<unknown>): void {
  const scan = client.scan.bind(client) as (...values: unknown[]) => Promise<unknown>;
  let scans = 0;
  Object.assign(client, {
    scan: async (...values: unknown[]) => {
      if (scans++ > 0) await act();
      return scan(...values);
    },
  });
}

function globOf(bench: StoreBench, name: string) {
  return { literal: bench.path(name), matches: (path: string) => path.startsWith(bench.path(`${name}:x`)) };
}

describe('an invalidation by a glob', () => {
  it('lets no load fill behind its back, because it ends every lease before it looks at entries', async () => {
    const client = opened.client(url);
    const bench = await opened.bench({ client });
    const address = bench.address('posts:x1');
    const lease = await bench.lease(address);
    const fills: boolean[] = [];
    betweenScans(client, async () => fills.push(await bench.fill(lease, 'old')));
    await bench.invalidate({ globs: [globOf(bench, 'posts')] });
    expect(fills.length).toBeGreaterThan(0);
    expect(await bench.payload(address)).toBeUndefined();
  });

  it('looks at every key, however many there are', async () => {
    const bench = await opened.bench(url);
    const addresses = Array.from({ length: 2_500 }, (_, index) => bench.address(`posts:x${index}`));
    await Promise.all(addresses.map((address) => bench.load(address, 'old')));
    await bench.invalidate({ globs: [globOf(bench, 'posts')] });
    const left = await Promise.all(addresses.map((address) => bench.payload(address)));
    expect(left.filter((payload) => payload !== undefined)).toEqual([]);
  });

  it('deletes entries of every version, and nothing else that looks like one', async () => {
    const raw = opened.client(url);
    const older = await opened.bench(url, { version: 7 });
    const newer = await opened.bench(url, { version: 8 });
    const address = older.address('posts:x1');
    await older.load(address, 'old');
    const foreign = `test:vision:${address.path}`;
    await raw.set(foreign, 'theirs');
    await newer.invalidate({ globs: [globOf(older, 'posts')] });
    expect(await older.payload(address)).toBeUndefined();
    expect(await raw.getdel(foreign)).toBe('theirs');
  });
});

describe('an invalidation of more than one command can name', () => {
  it('ends every lease before it deletes entries', async () => {
    const client = opened.client(url);
    const bench = await opened.bench({ client });
    const address = bench.address('posts:1');
    const lease = await bench.lease(address);
    const evalsha = client.evalsha.bind(client) as (...words: unknown[]) => Promise<unknown>;
    let commands = 0;
    const fills: boolean[] = [];
    client.evalsha = async (...words: unknown[]) => {
      if (words[0] === deleteScript.sha && commands++ > 0) fills.push(await bench.fill(lease, 'old'));
      return evalsha(...words);
    };
    const others = Array.from({ length: 5_000 }, (_, index) => bench.path(`others:${index}`));
    await bench.invalidate({ paths: [address.path, ...others] });
    expect(new Set(fills)).toEqual(new Set([false]));
    expect(await bench.payload(address)).toBeUndefined();
  });
});

describe('clearing', () => {
  it('leaves alone whatever is not under its prefix', async () => {
    const raw = opened.client(url);
    const bench = await opened.bench(url, { prefix: 'clear' });
    const others = await Promise.all(
      ['clear:more', 'cle', 'unclear', 'clear-2'].map((prefix) => opened.bench(url, { prefix })),
    );
    const address = bench.address('posts:v1:1');
    for (const each of [bench, ...others]) await each.load(address, 'x');
    const keys = ['cleared:v1:a', 'x:clear:v1:a', 'clear', 'clear:other'];
    for (const key of keys) await raw.set(key, 'theirs');
    await bench.store.clear();
    expect(await bench.payload(address)).toBeUndefined();
    for (const each of others) expect(await each.payload(address)).toBe('x');
    for (const key of keys) expect(await raw.getdel(key)).toBe('theirs');
  });
});

describe('begin', () => {
  it('reads the names of groups to their last equals sign', async () => {
    const bench = await opened.bench(url);
    const address = bench.address('a=1:b=,2:c', bench.tag('x=y'));
    await bench.load(address, 'x', { lateTags: [bench.tag('late=1')] });
    expect((await bench.begin(address)).kind).toBe('alive');
    await bench.invalidate({ paths: [address.path] });
    await bench.lease(address);
    expect((await bench.begin(address)).kind).toBe('busy');
  });
});
