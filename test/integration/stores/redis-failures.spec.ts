import { inspect } from 'node:util';
import type { Redis } from 'ioredis';
import { systemClock } from '../../../lib/core/clock.js';
import { RedisConnection } from '../../../lib/stores/redis-client.js';
import { redisStore } from '../../../lib/stores/redis.store.js';
import { randomToken } from '../../../lib/core/token.js';
import { eventually } from '../../../lib/testing/store-bench.js';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { freePort, RedisServer } from '../../support/redis.js';
import { Opened, benchOf, connectedBench, isConnected } from './redis-support.js';

const TIMEOUT = '150ms';
/** Less than the silence after which a connection is given up: what takes no longer had a deadline of its own. */
const PROMPT = 4_000;
const COMEBACK = 30_000;

let server: RedisServer;
const opened = new Opened();

beforeEach(async () => {
  server = await RedisServer.start();
});

afterEach(async () => {
  await opened.close();
  await server.stop();
});

/** Each verb once. */
async function everyVerb(bench: StoreBench): Promise<[string, () => Promise<unknown>][]> {
  const address = bench.address('post:1');
  const lease = await bench.lease(bench.address('post:2'));
  const { store } = bench;
  return [
    ['read', async () => store.read(address)],
    ['begin', () => bench.begin(address)],
    ['renew', () => store.renew(lease)],
    ['fill', () => bench.fill(lease, 'secret value')],
    ['invalidate', () => bench.invalidate({ groups: ['a'] })],
    ['invalidate', () => bench.invalidate({ globs: [{ literal: '', matches: () => true }] })],
    ['clear', () => store.clear()],
    ['lock', () => store.lock('a', randomToken(), 1_000)],
    ['extendLock', () => store.extendLock('a', randomToken(), 1_000)],
    ['unlock', () => store.unlock('a', randomToken())],
  ];
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const started = systemClock.monotonic();
  await work().catch(() => {});
  return systemClock.monotonic() - started;
}

describe.each(['its own', 'a borrowed'])('with %s client', (whose) => {
  const open = (): Promise<StoreBench> =>
    opened.bench(whose === 'its own' ? server.url : { client: opened.client(server.url) }, { commandTimeout: TIMEOUT });

  it('rejects every verb in time when the server hangs, and works when it goes on', async () => {
    const bench = await open();
    const address = bench.address('post:1');
    await bench.load(address, 'x');
    const verbs = await everyVerb(bench);
    server.pause();
    await Promise.all(
      verbs.map(async ([operation, ask]) => {
        expect([operation, (await took(ask)) < PROMPT]).toEqual([operation, true]);
        const reason = 'it did not answer within 150ms';
        await expect(ask()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', details: { operation, reason } });
      }),
    );
    server.resume();
    await eventually(() => bench.store.lock('again', randomToken(), 1).catch(() => false), COMEBACK);
    await bench.load(bench.address('post:3'), 'x');
  });

  it('rejects every verb at once when the server is gone, and works when it is back', async () => {
    const bench = await open();
    const verbs = await everyVerb(bench);
    await server.kill();
    await eventually(
      () =>
        Promise.resolve(bench.store.read(bench.address('a'))).then(
          () => false,
          () => true,
        ),
      COMEBACK,
    );
    for (const [operation, ask] of verbs) {
      const reason = expect.stringMatching(/^it is not connected/);
      await expect(ask()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', details: { operation, reason } });
    }
    await server.restart();
    await eventually(
      () =>
        bench.begin(bench.address('post:1')).then(
          ({ kind }) => kind === 'leased',
          () => false,
        ),
      COMEBACK,
    );
  });

  it('tells that it was away when the server is back, and nothing when it connects at first', async () => {
    const absences: number[] = [];
    const target = whose === 'its own' ? server.url : { client: opened.client(server.url) };
    const reconnected = (absence: number): unknown => absences.push(absence);
    const store = redisStore(target).create({ prefix: 'test', version: 1, name: 'default', reconnected });
    await eventually(() => isConnected(store), COMEBACK);
    expect(absences).toEqual([]);
    await server.kill();
    await server.restart();
    await eventually(async () => absences.length > 0, COMEBACK);
    await store.close();
  });

  it('rejects what is under way when the server dies', async () => {
    const bench = await open();
    const address = bench.address('post:1');
    server.pause();
    const reading = bench.store.read(address);
    const failure = expect(reading).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await server.kill();
    await failure;
  });

  it('closes in time when the server hangs, and rejects everything afterwards', async () => {
    const bench = await open();
    server.pause();
    expect(await took(() => bench.store.close())).toBeLessThan(PROMPT);
    server.resume();
    await expect(bench.store.read(bench.address('a'))).rejects.toMatchObject({
      details: { reason: 'the store was closed' },
    });
    await expect(bench.store.connect()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('closes in time when the server is gone', async () => {
    const bench = await open();
    await server.kill();
    expect(await took(() => bench.store.close())).toBeLessThan(PROMPT);
  });
});

describe('a server that does not know a command', () => {
  it('is quoted without the arguments that it repeats', async () => {
    const restricted = await RedisServer.start({ args: ['--rename-command', 'MGET', ''] });
    const bench = await opened.bench(restricted.url);
    await expect(bench.store.read(bench.address('mail:ada@example.org'))).rejects.toMatchObject({
      message: expect.stringMatching(/unknown command/),
      details: { reason: expect.not.stringContaining('ada') },
    });
    await restricted.stop();
  });
});

describe('connecting', () => {
  it('gives up after a second, says why, and goes on in the background', async () => {
    await server.kill();
    const bench = opened.unconnected(server.url, { name: 'session' });
    const started = systemClock.monotonic();
    await expect(bench.store.connect()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/"session".*ECONNREFUSED/s),
    });
    expect(systemClock.monotonic() - started).toBeLessThan(1_000 + PROMPT);
    await server.restart();
    await eventually(
      () =>
        bench.begin(bench.address('a')).then(
          ({ kind }) => kind === 'leased',
          () => false,
        ),
      COMEBACK,
    );
  });

  it('gives up on a server that accepts connections and says nothing', async () => {
    server.pause();
    const bench = opened.unconnected(server.url);
    expect(await took(() => bench.store.connect())).toBeLessThan(1_000 + PROMPT);
    server.resume();
    await eventually(() => isConnected(bench.store), COMEBACK);
  });

  it('happens by itself with the first command', async () => {
    const bench = opened.unconnected(server.url, { commandTimeout: '2s' });
    await eventually(
      () =>
        bench.begin(bench.address('a')).then(
          ({ kind }) => kind === 'leased',
          () => false,
        ),
      COMEBACK,
    );
  });

  it('starts a client of its own again that gave up', async () => {
    const connection = new RedisConnection(server.url, { name: 'default', commandTimeout: 10_000 });
    const isAnswered = () =>
      connection
        .send('read', (commands) => commands.mget(['a']))
        .then(
          () => true,
          () => false,
        );
    await eventually(isAnswered, COMEBACK);
    await connection.send('read', async (client) => (client as unknown as Redis).disconnect());
    await eventually(async () => !(await isAnswered()), COMEBACK);
    await eventually(isAnswered, COMEBACK);
    await connection.close();
    await expect(isAnswered()).resolves.toBe(false);
  });

  it('starts a borrowed client that waits for its first use', async () => {
    const { Redis } = await import('ioredis');
    const client = new Redis(server.url, { lazyConnect: true });
    const bench = await opened.bench({ client });
    await bench.load(bench.address('a'), 'x');
    client.disconnect();
  });

  it('says that a password is missing or wrong, and does not show it', async () => {
    const guarded = await RedisServer.start({ args: ['--requirepass', 'right'] });
    try {
      const without = opened.unconnected(guarded.url);
      await expect(without.store.connect()).rejects.toThrow(/NOAUTH/);
      const wrong = opened.unconnected(guarded.url.replace('//', '//:wrong-secret@'));
      const error: unknown = await wrong.store.connect().catch((reason: unknown) => reason);
      expect(String(error)).toMatch(/WRONGPASS/);
      expect(inspect(error)).not.toContain('wrong-secret');
      const right = await opened.bench(guarded.url.replace('//', '//:right@'));
      await right.load(right.address('a'), 'x');
    } finally {
      await guarded.stop();
    }
  });

  it('leaves nothing open when it is closed before it began or while it goes on', async () => {
    const never = benchOf(server.url);
    await never.store.close();
    const port = await freePort();
    const trying = benchOf({ port, host: '127.0.0.1' });
    const connecting = trying.store.connect().catch(() => 'given up');
    await trying.store.close();
    await expect(connecting).resolves.toBe('given up');
  });
});

describe('a server that is full', () => {
  it('refuses to begin, never shows a value, and still invalidates', async () => {
    const full = await RedisServer.start({ args: ['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction'] });
    try {
      const bench = await connectedBench(full.url);
      const address = bench.address('post:1');
      await bench.load(address, 'x');
      const lease = await bench.lease(bench.address('post:2'));
      const client = opened.client(full.url);
      await client.config('SET', 'maxmemory', '1');

      await expect(bench.begin(bench.address('post:3'))).rejects.toThrow(/OOM/);
      const error: unknown = await bench.fill(lease, 'secret value').catch((reason: unknown) => reason);
      expect(String(error)).toMatch(/OOM/);
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('secret value');
      expect(await client.exists(`test:~lease:v1:${lease.path}`)).toBe(0);
      expect(await bench.payload(address)).toBe('x');
      await bench.invalidate({ groups: [bench.path('post')] });
      expect(await bench.payload(address)).toBeUndefined();
      await bench.store.close();
    } finally {
      await full.stop();
    }
  });
});
