import type { Redis } from 'ioredis';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { RedisServer } from '../../support/redis.js';
import { Opened, keysOfScript, recordCalls } from './redis-support.js';

let server: RedisServer;
let raw: Redis;
const opened = new Opened();

beforeAll(async () => {
  server = await RedisServer.start();
});

beforeEach(async () => {
  raw = opened.client(server.url);
  await raw.flushall();
});

afterEach(() => opened.close());
afterAll(() => server.stop());

const everything = { literal: '', matches: () => true };

/** Keys of others that look more or less like ours. */
async function plantForeignKeys(): Promise<string[]> {
  const keys = [
    ...['test', 'tes', 'testx:v1:a', 'test:v1', 'test:v1:', 'test:vx:a', 'test:v1x:a', 'test:v:a', 'test:other:v1:a'],
    ...['test:~lock:a', 'test:~gen:other', 'test:~session:v1:a', 'test:~session:~lease:v1:a', 'test:~lease:vx:a'],
    ...['other:v1:a', 'xtest:v1:a', 'TEST:v1:a', 'te*:v1:a', 'test:~lease', 'test:~leases:v1:a'],
  ];
  for (const key of keys) await raw.set(key, 'foreign');
  return keys.sort();
}

async function others(): Promise<string[]> {
  return (await raw.keys('*')).filter((key) => !key.startsWith('test:~gen:') || key === 'test:~gen:other').sort();
}

describe('keys of others', () => {
  it('survive clear() and a glob that matches everything', async () => {
    const bench = await opened.bench(server.url);
    const foreign = await plantForeignKeys();
    await bench.load(bench.address('a'), 'x');
    await bench.lease(bench.address('b'));
    await bench.invalidate({ globs: [everything] });
    expect(await others()).toEqual(foreign);

    await bench.load(bench.address('a'), 'x');
    await bench.lease(bench.address('b'));
    await bench.store.clear();
    expect(await others()).toEqual(foreign);
  });

  it('are not those of a named cache either, nor the other way round', async () => {
    const main = await opened.bench(server.url);
    const named = await opened.bench(server.url, { prefix: 'test:~session', name: 'session' });
    const all = [main, named];
    const fillBoth = async () => {
      for (const bench of all) await bench.load(bench.address('a'), bench === main ? 'main' : 'named');
    };
    await fillBoth();
    await main.store.clear();
    await main.invalidate({ globs: [everything] });
    expect(await main.payload(main.address('a'))).toBeUndefined();
    expect(await named.payload(named.address('a'))).toBe('named');

    await main.load(main.address('a'), 'main');
    await named.store.clear();
    await named.invalidate({ globs: [everything] });
    expect(await named.payload(named.address('a'))).toBeUndefined();
    expect(await main.payload(main.address('a'))).toBe('main');
  });

  it('stay what they are under a prefix with characters that patterns use', async () => {
    for (const prefix of [
      'te{s}t',
      'te*t',
      'te?t',
      'te[s]t',
      'te\\st',
      'te st',
      'te\nst',
      '',
      ':a',
      'a:',
      'a::b',
      'a:v2',
      'a:~b:c',
      '~a',
      'a:~gen',
      'a:~lease',
      'a:~lock',
      'a%b',
    ]) {
      expect(() => opened.unconnected(server.url, { prefix })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    for (const prefix of ['v2', 'prod:shop', 'a.b_c-d', 'läden:süß', 'a:~session'])
      opened.unconnected(server.url, { prefix });
  });
});

describe('versions', () => {
  it('share generations, so that an older process sees what a newer one invalidates', async () => {
    const [one, two] = [await opened.bench(server.url), await opened.bench(server.url, { version: 2 })];
    const address = one.address('a:b', one.tag('static'));
    for (const groups of [['~root'], [one.path('a')], [one.tag('static')]]) {
      await one.load(address, 'one');
      await two.load(address, 'two');
      expect([await one.payload(address), await two.payload(address)]).toEqual(['one', 'two']);
      await two.invalidate({ groups });
      expect([await one.payload(address), await two.payload(address)]).toEqual([undefined, undefined]);
    }
  });

  it('are all reached by globs and clear()', async () => {
    const [one, two] = [await opened.bench(server.url), await opened.bench(server.url, { version: 22 })];
    const address = one.address('a:b');
    for (const remove of [() => one.invalidate({ globs: [everything] }), () => one.store.clear()]) {
      await one.load(address, 'one');
      await two.load(address, 'two');
      await two.lease(two.address('c'));
      await remove();
      expect(await raw.keys('test:v*')).toEqual([]);
      expect(await raw.keys('test:~lease:*')).toEqual([]);
    }
  });
});

describe('what is found under the key of an entry', () => {
  const damage: [string, (key: string, text: string) => Promise<unknown>][] = [
    ['other text', (key) => raw.set(key, 'hello')],
    ['nothing', (key) => raw.set(key, '')],
    ['bytes that are no text', (key) => raw.set(key, Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x80]))],
    ['a list', async (key) => [await raw.del(key), await raw.lpush(key, 'a')]],
    ['a hash', async (key) => [await raw.del(key), await raw.hset(key, 'a', 'b')]],
    ['a header cut short', (key, text) => raw.set(key, text.slice(0, 60))],
    ['a header without a newline', (key, text) => raw.set(key, text.split('\n')[0]!)],
    ['a header without groups', (key, text) => raw.set(key, text.replace(/ ~root=[^\n]*/, ''))],
    ['another format', (key, text) => raw.set(key, text.replace('nestash1', 'nestash2'))],
    ['times that are no numbers', (key, text) => raw.set(key, text.replace(/ \d+ /, ' soon '))],
    ['a serializer that is unknown', (key, text) => raw.set(key, text.replace(' json ', ' yaml '))],
    ['a form that is unknown', (key, text) => raw.set(key, text.replace(' value ', ' shape '))],
    ['a compression that is unknown', (key, text) => raw.set(key, text.replace(' - ', ' zip '))],
  ];

  it.each(damage)('is a miss when it is %s, and is filled again', async (_, harm) => {
    const bench = await opened.bench(server.url);
    const address = bench.address('a:b');
    const key = `test:v1:${address.path}`;
    await bench.load(address, 'x');
    await harm(key, (await raw.get(key))!);

    expect(await bench.store.read(address)).toBeUndefined();
    await bench.load(address, 'new');
    expect(await bench.payload(address)).toBe('new');
  });

  it('is replaced when it stands under a lease or generation', async () => {
    const bench = await opened.bench(server.url);
    const address = bench.address('a:b:c');
    await raw.lpush(`test:~lease:v1:${address.path}`, 'a');
    await raw.lpush(`test:~gen:${bench.path('a')}`, 'a');
    for (const group of ['~root', bench.path('a:b')]) await raw.set(`test:~gen:${group}`, 'not = an id');
    await bench.load(address, 'x');
    expect(await bench.payload(address)).toBe('x');

    for (const garbage of ['garbage that never expires', 'garbage', '', 'garbage =x', 'garbage x=']) {
      await raw.set(`test:~lease:v1:${bench.path('c')}`, garbage);
      await bench.lease(bench.address('c'));
    }
  });
});

describe('an entry', () => {
  let bench: StoreBench;

  beforeEach(async () => {
    bench = await opened.bench(server.url);
  });

  it('shows its payload as it is, after one line that names its groups', async () => {
    const [address, tags] = [bench.address('a:b', bench.tag('both')), [bench.tag('both'), bench.tag('late')]];
    const { token } = await bench.load(address, '{"title":"A post"}', { lateTags: tags });
    const text = (await raw.get(`test:v1:${bench.path('a:b')}`))!;
    const [header, payload] = text.split('\n');
    expect(payload).toBe('{"title":"A post"}');
    expect(header!.slice(0, 48)).toContain(`nestash1 ${token} `);
    for (const group of ['~root', bench.path('a'), ...tags]) expect(header!.split(` ${group}=`)).toHaveLength(2);
  });

  it('is invalidated by deleting one key by hand', async () => {
    await bench.load(bench.address('a:b'), 'x');
    await raw.del(`test:~gen:${bench.path('a')}`);
    expect(await bench.payload(bench.address('a:b'))).toBeUndefined();
  });

  it('outlives none of its generations, and shortens none', async () => {
    const address = bench.address('a:b');
    const key = (group: string) => `test:~gen:${group}`;
    const lease = await bench.lease(address, { generationLifetime: 1_000, lateTags: true });
    expect(await raw.pttl(key(bench.path('a')))).toBeGreaterThan(900);
    expect(await raw.pttl(key('~root'))).toBeGreaterThan(29 * 86_400_000);
    await bench.fill(lease, 'x', { lateTags: [bench.tag('late')] });
    for (const group of [bench.path('a'), bench.tag('late')])
      expect(await raw.pttl(key(group))).toBeGreaterThan(599_000);

    await bench.lease(address, { ignore: lease.token, generationLifetime: 2_000_000, lateTags: true });
    const { generations } = lease;
    expect(await raw.pttl(key(bench.path('a')))).toBeGreaterThan(1_999_000);
    expect(await raw.pttl(key('~bucket:7'))).toBeGreaterThan(1_999_000);
    await bench.invalidate({ paths: [address.path] });
    await bench.lease(address, { generationLifetime: 1_000 });
    expect(await raw.pttl(key(bench.path('a')))).toBeGreaterThan(1_999_000);
    expect(await raw.get(key(bench.path('a')))).toBe(generations.get(bench.path('a')));
  });

  it('is found again after the server forgot the scripts', async () => {
    await raw.script('FLUSH');
    await bench.load(bench.address('a'), 'x');
    await raw.script('FLUSH');
    await bench.load(bench.address('b'), 'x');
  });
});

describe('the trips to the server', () => {
  it('are one for a hit, and two where a tag of the result is not known yet', async () => {
    const writer = await opened.bench(server.url);
    const client = opened.client(server.url);
    const reader = await opened.bench({ client });
    const calls = recordCalls(client, 'mget', 'evalsha', 'scan');
    const address = writer.address('a:b', writer.tag('static'));
    await writer.load(address, 'x');
    expect(await reader.payload(address)).toBe('x');
    expect(calls.length).toBe(1);

    const late = writer.address('c');
    await writer.load(late, 'y', { lateTags: [writer.tag('late')] });
    calls.length = 0;
    expect(await reader.payload(late)).toBe('y');
    expect(calls.length).toBe(2);
    expect(await reader.payload(late)).toBe('y');
    expect(calls.length).toBe(3);

    await writer.invalidateTags(writer.tag('late'));
    await writer.load(late, 'z', { lateTags: [writer.tag('other')] });
    expect(await reader.payload(late)).toBe('z');
    await writer.invalidateTags(writer.tag('other'));
    expect(await reader.payload(late)).toBeUndefined();
  });

  it('bring the groups of the entry that each reader does not derive', async () => {
    const [writer, reader] = [await opened.bench(server.url), await opened.bench(server.url)];
    const plain = writer.address('c');
    await writer.load(plain, 'y', { lateTags: [writer.tag('late')] });
    expect(await reader.payload(writer.address('c', writer.tag('late')))).toBe('y');
    expect(await reader.payload(plain)).toBe('y');
    await writer.invalidateTags(writer.tag('late'));
    expect(await reader.payload(plain)).toBeUndefined();
  });

  it('are one for a hit where this process filled the entry, or was handed it', async () => {
    const [first, second] = [opened.client(server.url), opened.client(server.url)];
    const [writer, other] = [await opened.bench({ client: first }), await opened.bench({ client: second })];
    const address = writer.address('c');
    await writer.load(address, 'y', { lateTags: [writer.tag('late')] });
    expect((await other.begin(address)).kind).toBe('alive');
    for (const [bench, client] of [
      [writer, first],
      [other, second],
    ] as const) {
      const calls = recordCalls(client, 'mget');
      expect(await bench.payload(address)).toBe('y');
      expect(calls.length).toBe(1);
    }
  });

  it('begin with the root when everything is cleared, so that all is dead before the first scan', async () => {
    const client = opened.client(server.url);
    const bench = await opened.bench({ client });
    await bench.load(bench.address('a'), 'x');
    const calls = recordCalls(client, 'scan', 'evalsha');
    await bench.store.clear();
    expect(keysOfScript(calls[0])).toEqual(['test:~gen:~root']);
    expect(calls[1]?.slice(0, 4)).toEqual(['scan', '0', 'MATCH', 'test:~lease:v*:*']);
  });

  it('scan all leases, to the end, before the first entry, and what was built from entries last', async () => {
    const client = opened.client(server.url);
    const bench = await opened.bench({ client });
    for (let index = 0; index < 3; index++) await bench.load(bench.address(`a:${index}`), 'x');
    await raw.eval("for i = 1, 5000 do redis.call('SET', 'other:' .. i, i) end", 0);
    const calls = recordCalls(client, 'scan', 'evalsha');
    const { path } = bench.address('a');
    await bench.invalidate({ groups: ['g'], paths: [path], globs: [{ literal: path, matches: () => true }] });

    const scans = calls.filter(([name]) => name === 'scan').map(([, cursor, , pattern]) => ({ cursor, pattern }));
    const patterns = [`test:~lease:v*:${path}:*`, `test:v*:${path}:*`, `test:~gen:~entry:${path}:*`];
    expect(scans.length).toBeGreaterThan(2 * patterns.length);
    const inOrder = scans.map(({ pattern }) => pattern).filter((pattern, index, all) => pattern !== all[index - 1]);
    expect(inOrder).toEqual(patterns);
    const [first] = calls;
    const gone = [`test:~lease:v1:${path}`, `test:v1:${path}`, `test:~gen:~entry:${path}`, 'test:~gen:g'];
    expect(keysOfScript(first)).toEqual(gone);
    for (let index = 0; index < 3; index++) expect(await bench.payload(bench.address(`a:${index}`))).toBeUndefined();
  });
});
