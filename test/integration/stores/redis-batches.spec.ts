import type { Redis } from 'ioredis';
import type { Address } from '../../../lib/core/entry.js';
import { systemClock } from '../../../lib/core/clock.js';
import { CacheError } from '../../../lib/core/errors.js';
import { GuardedStore } from '../../../lib/stores/guarded.store.js';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { RedisServer } from '../../support/redis.js';
import { Opened, recordCalls } from './redis-support.js';

let server: RedisServer;
const opened = new Opened();

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(async () => {
  await opened.close();
  await server.stop();
});

/** A store with the given entries, each holding its own name, and a record of what it sends to read them. */
async function benchWith(names: readonly string[]) {
  const client = opened.client(server.url);
  const bench = await opened.bench({ client });
  const addresses = names.map((name) => bench.address(name));
  await Promise.all(addresses.map((address, index) => bench.load(address, names[index]!)));
  return { client, bench, addresses, calls: recordCalls(client, 'mget') };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `post:${index}`);

const readAll = (bench: StoreBench, addresses: readonly Address[]) =>
  Promise.all(addresses.map((address) => bench.payload(address)));

/** Lets the next command for reading fail. */
function failNext(client: Redis): void {
  const send = client.mget.bind(client) as (keys: string[]) => Promise<(string | null)[]>;
  let isNext = true;
  const mget = (keys: string[]): Promise<(string | null)[]> => {
    if (!isNext) return send(keys);
    isNext = false;
    return Promise.reject(new Error('no'));
  };
  Object.assign(client, { mget });
}

describe('the reads of one tick', () => {
  it('are one command, which names no key twice', async () => {
    const names = numbered(64);
    const { bench, addresses, calls } = await benchWith(names);
    expect(await readAll(bench, [...addresses, ...addresses])).toEqual([...names, ...names]);
    expect(calls.length).toBe(1);
    const keys = calls[0]![1] as string[];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBe(64 + addresses[0]!.groups.length);
  });

  it('are one command also for readers who reach it in later microtasks', async () => {
    const names = numbered(8);
    const { bench, addresses, calls } = await benchWith(names);
    const later = async (address: Address, turns: number): Promise<string | undefined> => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      return bench.payload(address);
    };
    expect(await Promise.all(addresses.map((address, index) => later(address, 5 * index)))).toEqual(names);
    expect(calls.length).toBe(1);
  });

  it('are sent when everybody has asked', async () => {
    const { bench, addresses, calls } = await benchWith(numbered(2));
    const reads = addresses.map((address) => bench.payload(address));
    expect(calls.length).toBe(0);
    await Promise.all(reads);
    expect(calls.length).toBe(1);
  });

  it('go out in that tick where no answer is on its way', async () => {
    const { bench, addresses, calls } = await benchWith(numbered(1));
    for (const expected of [1, 2]) {
      let sent: number | undefined;
      setImmediate(() => (sent = calls.length));
      await bench.payload(addresses[0]!);
      expect(sent).toBe(expected);
    }
  });

  it('wait for those of other callbacks while an answer is on its way', async () => {
    const names = numbered(6);
    const { bench, addresses, calls } = await benchWith(names);
    const [first, ...others] = addresses;
    const reads = [bench.payload(first!)];
    await new Promise<void>((resolve) => {
      for (const address of others) setImmediate(() => reads.push(bench.payload(address)));
      setImmediate(resolve);
    });
    expect(calls.length).toBe(1);
    expect(await Promise.all(reads)).toEqual(names);
    expect(calls.length).toBe(2);
    await bench.payload(first!);
    expect(await Promise.all(addresses.map((address) => bench.payload(address)))).toEqual(names);
    expect(calls.length).toBe(4);
  });

  it('are followed by what their readers ask next while others get their answers', async () => {
    const names = numbered(40);
    const { bench, addresses, calls } = await benchWith(names);
    const commands: number[] = [];
    const readTwice = async (address: Address): Promise<unknown> => {
      await bench.payload(address);
      commands.push(calls.length);
      return bench.payload(address);
    };
    expect(await Promise.all(addresses.map(readTwice))).toEqual(names);
    expect(commands).toEqual([...Array(16).fill(1), ...Array(24).fill(2)]);
    expect(calls.length).toBe(3);
  });

  it('are several commands where there are very many of them', async () => {
    const names = numbered(300);
    const { bench, addresses, calls } = await benchWith(names);
    expect(await readAll(bench, addresses)).toEqual(names);
    expect(calls.length).toBe(3);
  });

  it('share a second command for the groups that only entries name', async () => {
    const writer = await opened.bench(server.url);
    const client = opened.client(server.url);
    const reader = await opened.bench({ client });
    const addresses = numbered(4).map((name) => writer.address(name));
    for (const address of addresses) await writer.load(address, 'x', { lateTags: [writer.tag(address.path)] });
    const calls = recordCalls(client, 'mget');
    expect(await readAll(reader, addresses)).toEqual(['x', 'x', 'x', 'x']);
    expect(calls.length).toBe(2);
  });
});

describe('a command for several reads', () => {
  it('is a hit for the others where an entry is damaged, missing or dead', async () => {
    const { client, bench, addresses } = await benchWith(numbered(4));
    await client.set(`test:v1:${addresses[0]!.path}`, 'damaged');
    await client.del(`test:v1:${addresses[1]!.path}`);
    await client.set(`test:v1:${addresses[2]!.path}`, 'nestash1 token 1 2 0 0 json value - - - - a=b\n"x"');
    expect(await readAll(bench, addresses)).toEqual([undefined, undefined, undefined, 'post:3']);
  });

  it('judges each of its readers by the groups of its own', async () => {
    const bench = await opened.bench(server.url);
    const names = ['one:a', 'one:b', 'two:a', 'three'];
    const addresses = names.map((name) => bench.address(name));
    for (const [index, address] of addresses.entries()) await bench.load(address, names[index]!);
    expect(await readAll(bench, addresses)).toEqual(names);
    await bench.invalidate({ groups: [bench.path('two')] });
    expect(await readAll(bench, addresses)).toEqual(['one:a', 'one:b', undefined, 'three']);
    await bench.invalidate({ groups: [bench.path('one')] });
    expect(await readAll(bench, addresses)).toEqual([undefined, undefined, undefined, 'three']);
  });

  it('fails for each of its readers, and counts as one failure of the store', async () => {
    const { client, bench, addresses } = await benchWith(numbered(8));
    const store = new GuardedStore(bench.store, { name: 'default', clock: systemClock, tell: () => undefined });
    failNext(client);
    const outcomes = await Promise.allSettled(addresses.map(async (address) => store.read(address)));
    for (const outcome of outcomes) {
      expect(outcome.status === 'rejected' && CacheError.is(outcome.reason, 'STORE_UNAVAILABLE')).toBe(true);
    }
    expect(await store.read(addresses[0]!)).toBeDefined();
  });

  it('reads what is large apart from the rest, behind it', async () => {
    const { bench, addresses, calls } = await benchWith(['small', 'other']);
    const large = bench.address('large');
    await bench.load(large, 'x'.repeat(10_000));
    expect(await readAll(bench, [large, ...addresses])).toEqual(['x'.repeat(10_000), 'small', 'other']);
    const keys = calls.map(([, names]) => names as string[]);
    expect(keys.length).toBe(2);
    expect(keys[0]).not.toContain(`test:v1:${large.path}`);
    expect(keys[1]![0]).toBe(`test:v1:${large.path}`);
  });

  it('reads what is large once for all who ask for it', async () => {
    const { bench, addresses, calls } = await benchWith(['small']);
    const large = ['one', 'two'].map((name) => bench.address(name));
    for (const address of large) await bench.load(address, 'x'.repeat(10_000));
    const asked = [...large, ...addresses, ...large];
    expect((await readAll(bench, asked)).map((text) => text?.length)).toEqual([10_000, 10_000, 5, 10_000, 10_000]);
    expect(calls.length).toBe(3);
  });

  it('reads what names many groups apart from the rest', async () => {
    const { bench, addresses, calls } = await benchWith(['small', 'other']);
    const page = bench.address('page');
    await bench.load(page, 'page', { lateTags: numbered(100).map((name) => bench.tag(name)) });
    expect(await readAll(bench, [page, ...addresses])).toEqual(['page', 'small', 'other']);
    expect(calls.length).toBe(2);
    expect(calls[0]![1]).not.toContain(`test:v1:${page.path}`);
  });
});
