import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import type { Tell } from '../../../lib/core/events.js';
import { groupsOf } from '../../../lib/keys/groups.js';
import type { FarStore } from '../../../lib/stores/far-store.js';
import { LONGEST_TRUST, STALENESS_BOUND } from '../../../lib/stores/near-watch.js';
import { RedisConnection } from '../../../lib/stores/redis-client.js';
import type { ListeningClient } from '../../../lib/stores/redis-commands.js';
import type { RedisTarget } from '../../../lib/stores/redis-target.js';
import { SingleServer } from '../../../lib/stores/redis-topology.js';
import { RedisStore } from '../../../lib/stores/redis.store.js';
import { IGNORE_ANY } from '../../../lib/stores/redis-scripts.js';
import { eventually } from '../../../lib/testing/store-bench.js';
import { RedisServer } from '../../support/redis.js';
import { WITH_USERS, asUser } from '../../support/redis-users.js';
import { LARGE, NearBench, SOON, recorder } from './near-support.js';

const DEADLINE_MS = 60_000;
const SETTINGS = { name: 'default', commandTimeout: 2_000 };
/** The line of a connection that is subscribed to a channel. */
const LISTENING = / flags=\w*P/;
const NAMESPACE = { prefix: 'test', version: 1, name: 'default' };

let server: RedisServer;
let raw: Redis;
const opened: NearBench[] = [];

beforeAll(async () => {
  server = await RedisServer.start({ args: WITH_USERS });
  raw = new Redis(server.url);
  raw.on('error', () => {});
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((bench) => bench.close()));
});

afterAll(async () => {
  raw.disconnect();
  await server.stop();
});

interface OpenOptions {
  readonly tell?: Tell;
  readonly others?: RedisTarget;
}

async function open(target: RedisTarget = server.url, options: OpenOptions = {}): Promise<NearBench> {
  const { tell = recorder().tell, others = server.url } = options;
  const bench = await NearBench.open(target, 'eventual', { tell, others });
  opened.push(bench);
  return bench;
}

/** What `redis-cli` does in the hands of somebody. */
async function type(...words: string[]): Promise<void> {
  await promisify(execFile)('redis-cli', ['-p', `${server.port}`, ...words]);
}

/** The id of the connection that listens. */
async function channelId(): Promise<string> {
  const listening = String(await raw.client('LIST'))
    .split('\n')
    .filter((line) => LISTENING.test(line));
  expect(listening).toHaveLength(1);
  return /^id=(\d+)/.exec(listening[0]!)![1]!;
}

describe.each([
  ['whose server tracks keys', () => server.url],
  ['that hears what stores publish', () => asUser('untracked', server.url)],
])('an eventual near store %s', (_, target) => {
  it('serves without asking what nobody touches', async () => {
    const bench = await open(target());
    const address = await bench.copied('list');
    await bench.others.load(bench.address('other'), LARGE);
    await bench.others.invalidate({ groups: [bench.path('other')], paths: [bench.path('other')] });
    await bench.untilServedHere(address);
    expect(await bench.payload(address)).toBe(LARGE);
  });

  it.each([
    ['its path', ({ path }: { path: string }) => ({ groups: [path], paths: [path] })],
    ['a group above it', ({ path }: { path: string }) => ({ groups: [groupsOf(path)[1]!] })],
    [
      'a glob',
      ({ path }: { path: string }) => ({ globs: [{ literal: '', matches: (found: string) => found === path }] }),
    ],
  ])('is never more than the bound behind an invalidation of another process, of %s', async (_, change) => {
    const bench = await open(target());
    const address = await bench.copied('a:b');
    await bench.others.invalidate(change(address));
    expect(await bench.outlives(address)).toBeLessThanOrEqual(STALENESS_BOUND);
  });

  it('sees a put of another process', async () => {
    const bench = await open(target());
    const address = await bench.copied('a');
    await bench.others.fill(await bench.others.lease(address, { mode: 'put' }), 'new', { mode: 'put' });
    await eventually(async () => (await bench.payload(address)) === 'new', SOON);
  });

  it('reads at once what it has written itself', async () => {
    const bench = await open(target());
    const address = await bench.copied('a');
    await bench.fill(await bench.lease(address, { mode: 'put' }), 'new', { mode: 'put' });
    expect(await bench.payload(address)).toBe('new');
    await bench.invalidate({ paths: [address.path] });
    expect(await bench.payload(address)).toBeUndefined();
  });

  it('is within the bound although its connection was killed, and nothing announced, with the deletion', async () => {
    const bench = await open(target());
    const address = await bench.copied('a');
    await raw
      .multi()
      .client('KILL', 'ID', await channelId())
      .del(bench.entryKey(address))
      .exec();
    expect(await bench.outlives(address)).toBeLessThanOrEqual(STALENESS_BOUND);
    await bench.copied('b');
  });

  it(
    'serves no longer than the bound while the server hangs, and soon again afterwards',
    async () => {
      const bench = await open(target());
      const address = await bench.copied('a');
      server.pause();
      const servedFor = await bench.outlives(address);
      server.resume();
      // From the last answer on, which came before the pause.
      expect(servedFor).toBeLessThanOrEqual(STALENESS_BOUND);
      await bench.copied('b');
      await bench.untilServedHere(address);
    },
    DEADLINE_MS,
  );

  it(
    'is cold after a restart, and serves what it reads then',
    async () => {
      const bench = await open(target());
      const address = await bench.copied('a');
      await raw.save();
      await bench.others.invalidate({ paths: [address.path] });
      await server.restart();
      await bench.untilConnected();
      expect(await bench.payload(address)).toBeUndefined();
      await bench.copied('a');
    },
    DEADLINE_MS,
  );
});

describe('an eventual near store on Redis', () => {
  it('sees a DEL of the entry, or of a generation, that is typed into redis-cli', async () => {
    const bench = await open();
    for (const keyOf of [(path: string) => `test:v1:${path}`, (path: string) => `test:~gen:${groupsOf(path)[1]}`]) {
      const address = await bench.copied('a:b');
      await type('DEL', keyOf(address.path));
      expect(await bench.outlives(address)).toBeLessThanOrEqual(STALENESS_BOUND);
    }
  });

  it('sees a FLUSHALL', async () => {
    const bench = await open();
    const address = await bench.copied('a');
    await type('FLUSHALL');
    expect(await bench.outlives(address)).toBeLessThanOrEqual(STALENESS_BOUND);
  });

  it(
    'hears nothing by hand where keys are not tracked: it has that within ten seconds, or with the mark',
    async () => {
      const bench = await open(asUser('untracked', server.url));
      const address = await bench.copied('a');
      await type('DEL', bench.entryKey(address));
      const served = await bench.outlives(address);
      expect(served).toBeGreaterThan(STALENESS_BOUND);
      expect(served).toBeLessThanOrEqual(LONGEST_TRUST);

      const another = await bench.copied('b');
      await type('DEL', bench.entryKey(another), 'test:~gen:~all-published');
      expect(await bench.outlives(another)).toBeLessThanOrEqual(STALENESS_BOUND);
    },
    DEADLINE_MS,
  );

  it.each([
    ['', async () => {}],
    [', and the mark is gone as well', () => raw.del('test:~gen:~all-published')],
  ])('is within the bound although the writer may not publish%s', async (_, lose) => {
    const bench = await open(asUser('untracked', server.url), { others: asUser('silent', server.url) });
    for (let turn = 0; turn < 3; turn++) {
      const address = await bench.copied('a');
      await lose();
      await bench.others.invalidate({ paths: [address.path] });
      expect(await bench.outlives(address)).toBeLessThanOrEqual(STALENESS_BOUND);
    }
  });

  it('serves without asking on a full server, too', async () => {
    const bench = await open(asUser('untracked', server.url));
    const address = await bench.copied('a');
    await raw.config('SET', 'maxmemory', '1');
    try {
      await sleep(2 * STALENESS_BOUND);
      await bench.payload(address);
      expect(await bench.isServedHere(address)).toBe(true);
    } finally {
      await raw.config('SET', 'maxmemory', '0');
    }
  });

  it('asks no more than once whether somebody else has renewed what is stale', async () => {
    for (const target of [server.url, asUser('untracked', server.url)]) {
      const bench = await open(target);
      const address = await bench.copied('a', 'old'.repeat(5_000));
      await bench.others.fill(await bench.others.lease(address, { ignore: IGNORE_ANY }), 'new');
      expect((await bench.begin(address)).kind).toBe('alive');
      expect(await bench.payload(address)).toBe('new');
    }
  });
});

describe('the connection of an eventual near store', () => {
  it('speaks version 2 of the protocol, whatever the client of the store speaks', async () => {
    const six = new Redis(server.url);
    const five = new Redis5(server.url);
    const three = { host: server.host, port: server.port, protocol: 3 } as const;
    for (const target of [server.url, three, { client: six }, { client: five }]) {
      const bench = await open(target);
      await bench.copied('a');
      expect(await channelId()).toMatch(/^\d+$/);
      await Promise.all(opened.splice(0).map((each) => each.close()));
      await eventually(async () => !LISTENING.test(String(await raw.client('LIST'))), SOON);
    }
    expect([six.status, five.status]).toEqual(['ready', 'ready']);
    six.disconnect();
    five.disconnect();
  });

  it('is not trusted while it brings no message', async () => {
    const bench = new NearBench(
      storeOf(new Deaf(server.url, SETTINGS)),
      storeOf(new RedisConnection(server.url, SETTINGS)),
      'eventual',
    );
    opened.push(bench);
    await bench.connect();
    const address = bench.address('a');
    await bench.load(address, LARGE);
    const pings = await pingsSoFar();
    await eventually(async () => (await pingsSoFar()) > pings + 4, SOON);
    for (let turn = 0; turn < 3; turn++) expect(await bench.isServedHere(address)).toBe(false);
    expect(await bench.payload(address)).toBe(LARGE);
  });

  it('is done without, with a word in the log, where the user may neither have keys tracked nor publish', async () => {
    const { events, tell } = recorder();
    const bench = await open(asUser('silent', server.url), { tell });
    const address = bench.address('a');
    await bench.load(address, LARGE);
    await eventually(async () => events.length > 0, SOON);
    expect(events).toMatchObject([{ kind: 'changes-unheard', store: 'default', error: { message: /NOPERM/ } }]);
    expect(await bench.isServedHere(address)).toBe(false);
    expect(await bench.payload(address)).toBe(LARGE);
  });
});

/** Its client takes messages about keys and says nothing of them. */
class Deaf extends RedisConnection {
  override listener(): Promise<ListeningClient> {
    return Promise.resolve(new Redis(server.url, { protocol: 3 }) as unknown as ListeningClient);
  }
}

function storeOf(connection: RedisConnection): FarStore {
  return new RedisStore(NAMESPACE, new SingleServer(NAMESPACE, connection));
}

async function pingsSoFar(): Promise<number> {
  return Number(/cmdstat_ping:calls=(\d+)/.exec(await raw.info('commandstats'))?.[1] ?? 0);
}
