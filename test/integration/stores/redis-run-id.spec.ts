import type { Redis } from 'ioredis';
import { systemClock } from '../../../lib/core/clock.js';
import { randomToken } from '../../../lib/core/token.js';
import { beginScript } from '../../../lib/stores/redis-scripts.js';
import { eventually } from '../../../lib/testing/store-bench.js';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { RedisServer } from '../../support/redis.js';
import { Opened, isConnected, recordCalls } from './redis-support.js';

const COMEBACK = 30_000;

let server: RedisServer;
let raw: Redis;
const opened = new Opened();

beforeEach(async () => {
  server = await RedisServer.start();
  raw = opened.client(server.url);
});

afterEach(async () => {
  await opened.close();
  await server.stop();
});

/** Answers the question for the run id in the server's place; the client's own question whether it is ready passes. */
function answerInfo(client: Redis, answer: () => Promise<string>): void {
  const info = client.info.bind(client) as (...values: unknown[]) => unknown;
  Object.assign(client, { info: (...values: unknown[]) => (values[0] === 'server' ? answer() : info(...values)) });
}

async function isBack(bench: StoreBench): Promise<void> {
  await eventually(() => isConnected(bench.store), COMEBACK);
}

describe('after a restart from a snapshot', () => {
  it('serves no entry whose invalidation the snapshot does not have', async () => {
    const bench = await opened.bench(server.url);
    const address = bench.address('post:1');
    await bench.load(address, 'old');
    await raw.save();
    await bench.invalidate({ groups: [bench.path('post')], paths: [address.path] });
    await server.restart();
    await isBack(bench);

    expect(await raw.get(`test:v1:${address.path}`)).toMatch(/\nold$/);
    expect(await bench.store.read(address)).toBeUndefined();
    const newcomer = await opened.bench(server.url);
    expect(await newcomer.store.read(address)).toBeUndefined();

    await bench.load(address, 'new');
    expect(await bench.payload(address)).toBe('new');
    expect(await newcomer.payload(address)).toBe('new');
  });

  it('does not hand out such an entry from begin', async () => {
    const bench = await opened.bench(server.url);
    const address = bench.address('post:1');
    await bench.load(address, 'old');
    await raw.save();
    await server.restart();
    await isBack(bench);

    expect((await bench.begin(address)).kind).toBe('leased');
    expect((await bench.begin(address)).kind).toBe('busy');
  });

  it('confirms no fill that began before it', async () => {
    const bench = await opened.bench(server.url);
    const address = bench.address('post:1');
    const lease = await bench.lease(address, { lateTags: true });
    await raw.save();
    await bench.invalidate({ groups: [bench.path('post')], paths: [address.path] });
    await server.restart();
    await raw.call('PEXPIRE', `test:~lease:v1:${address.path}`, 60_000);
    await isBack(bench);

    expect(await bench.fill(lease, 'old', { lateTags: [bench.tag('late')] })).toBe(false);
    // The server saw nothing wrong: lease and generations had come back with the snapshot.
    expect(await raw.get(`test:v1:${address.path}`)).toMatch(/\nold$/);
    expect(await bench.store.read(address)).toBeUndefined();
  });

  it('says nothing of an entry when the second part of a read comes from another process', async () => {
    const client = opened.client(server.url);
    const bench = await opened.bench({ client });
    const address = bench.address('post:1');
    const writer = await opened.bench(server.url);
    await writer.load(address, 'old', { lateTags: [bench.tag('late')] });
    const mget = client.mget.bind(client) as (keys: string[]) => Promise<(string | null)[]>;
    let reads = 0;
    client.mget = (async (keys: string[]) => {
      if (++reads === 2) {
        await raw.save();
        await server.restart();
        await eventually(async () => client.status === 'ready', COMEBACK);
      }
      return mget(keys);
    }) as typeof client.mget;

    expect(await bench.store.read(address)).toBeUndefined();
    expect(reads).toBe(2);
  });
});

describe('the root generation', () => {
  it('begins with the run id of the server', async () => {
    const bench = await opened.bench(server.url);
    await bench.lease(bench.address('post:1'));
    const [, runId] = /run_id:(\w+)/.exec(await raw.info('server')) ?? [];
    expect(runId).toHaveLength(40);
    expect(await raw.get('test:~gen:~root')).toMatch(new RegExp(`^${runId}\\.`));
  });

  it('is replaced when another server made it, and everything under it is dead', async () => {
    const bench = await opened.bench(server.url);
    const address = bench.address('post:1');
    const { generations } = await bench.load(address, 'old');
    const foreign = generations.get('~root')!.replace(/^\w{4}/, '0000');
    await raw.set('test:~gen:~root', foreign);
    await raw.set(
      `test:v1:${address.path}`,
      (await raw.get(`test:v1:${address.path}`))!.replace(generations.get('~root')!, foreign),
    );

    expect(await bench.store.read(address)).toBeUndefined();
    const lease = await bench.lease(address);
    expect(lease.generations.get('~root')).not.toBe(foreign);
    expect(await raw.get('test:~gen:~root')).toBe(lease.generations.get('~root'));
  });
});

describe('a server that hides its run id', () => {
  const hidden = async (answer: () => Promise<string>): Promise<StoreBench> => {
    const client = opened.client(server.url);
    answerInfo(client, answer);
    return opened.bench({ client });
  };

  it.each([
    [
      'by refusing to tell it',
      () => Promise.reject(new Error('NOPERM this user has no permissions to run the info command')),
    ],
    ['by not having the command', () => Promise.reject(new Error("ERR unknown command 'INFO'"))],
    ['by leaving it out', () => Promise.resolve('# Server\r\nredis_version:7.0.0\r\n')],
    ['by telling zeros', () => Promise.resolve(`# Server\r\nrun_id:${'0'.repeat(40)}\r\n`)],
  ])('is used all the same: %s', async (_, answer) => {
    const bench = await hidden(answer);
    const address = bench.address('post:1');
    await bench.load(address, 'x');
    expect(await raw.get('test:~gen:~root')).toMatch(/^hidden\./);
    expect(await bench.payload(address)).toBe('x');
    expect((await bench.begin(address)).kind).toBe('alive');
    await bench.invalidate({ groups: [bench.path('post')] });
    expect(await bench.payload(address)).toBeUndefined();
  });

  it('leaves alone the root that others know to be right', async () => {
    const bench = await opened.bench(server.url);
    const address = bench.address('post:1');
    await bench.load(address, 'x');
    const other = await hidden(() => Promise.resolve(''));
    await other.lease(other.address('post:2'));
    expect(await bench.payload(address)).toBe('x');
  });

  it('is used by a client of our own that may not ask', async () => {
    await raw.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-info');
    const bench = await opened.bench({ host: server.host, port: server.port, username: 'app', password: 'secret' });
    await bench.load(bench.address('post:1'), 'x');
    expect(await bench.payload(bench.address('post:1'))).toBe('x');
  });
});

describe('while the run id is not known', () => {
  it('reads nothing and writes nothing, and asks again', async () => {
    const bench = await opened.bench(server.url);
    const address = bench.address('post:1');
    await bench.load(address, 'x');
    const client = opened.client(server.url);
    const answers: ((error: Error) => void)[] = [];
    const { info } = client;
    answerInfo(client, () => new Promise((_, reject) => answers.push(reject)));
    const blind = opened.unconnected({ client });
    await eventually(async () => client.status === 'ready', COMEBACK);

    expect(await blind.store.read(address)).toBeUndefined();
    await expect(blind.begin(address)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(blind.fill(await bench.lease(bench.address('post:2')), 'x')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });

    for (const problem of ['NOAUTH Authentication required.', 'BUSY Redis is busy running a script.']) {
      for (const reject of answers.splice(0)) reject(new Error(problem));
      await new Promise(setImmediate);
      expect(await blind.store.read(address)).toBeUndefined();
    }
    Object.assign(client, { info });
    for (const reject of answers) reject(new Error('LOADING Redis is loading the dataset in memory'));
    await blind.store.connect();
    const sight = await blind.store.read(address);
    expect(sight?.entry.payload).toBe('x');
  });

  it('is asked on every connection before anybody needs it', async () => {
    const client = opened.client(server.url);
    let asked = 0;
    answerInfo(client, () => Promise.resolve(`asked ${++asked} times`));
    await opened.bench({ client });
    expect(asked).toBe(1);
    await raw.call('CLIENT', 'KILL', 'ID', (await client.call('CLIENT', 'ID')) as number);
    await eventually(async () => client.status === 'ready' && asked === 2, COMEBACK);
  });

  it('reads nothing between the loss of a connection and the next answer', async () => {
    const client = opened.client(server.url);
    const bench = await opened.bench({ client });
    const address = bench.address('post:1');
    await bench.load(address, 'x');
    answerInfo(client, () => new Promise(() => {}));
    await raw.call('CLIENT', 'KILL', 'ID', (await client.call('CLIENT', 'ID')) as number);
    await eventually(async () => client.status !== 'ready', COMEBACK);
    await eventually(async () => client.status === 'ready', COMEBACK);

    expect(await bench.store.read(address)).toBeUndefined();
  });

  it('takes no answer for it that belongs to an earlier connection', async () => {
    const client = opened.client(server.url);
    const answers: ((text: string) => void)[] = [];
    answerInfo(client, () => new Promise((resolve) => answers.push(resolve)));
    const bench = opened.unconnected({ client });
    const connecting = bench.store.connect();
    await eventually(async () => client.status === 'ready' && answers.length === 1, COMEBACK);
    await raw.call('CLIENT', 'KILL', 'ID', (await client.call('CLIENT', 'ID')) as number);
    await eventually(async () => client.status === 'ready' && answers.length === 2, COMEBACK);
    answers[0]!(await raw.info('server'));
    await new Promise(setImmediate);
    await expect(bench.begin(bench.address('post:1'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    answers[1]!(await raw.info('server'));
    await connecting;
    expect((await bench.begin(bench.address('post:1'))).kind).toBe('leased');
  });

  it.each([
    ['that takes the lease', async () => {}],
    ['that finds an entry', (bench: StoreBench) => bench.load(bench.address('post:1'), 'old')],
  ])('refuses a begin %s, which another process of the server answered', async (_, prepare) => {
    const client = opened.client(server.url);
    const bench = await opened.bench({ client });
    await prepare(bench);
    const begun: unknown[] = [];
    Object.assign(client, {
      evalsha: async (...values: unknown[]) => {
        await raw.save();
        await server.restart();
        await eventually(async () => client.status === 'ready', COMEBACK);
        await client.info();
        const [text, count, ...rest] = [beginScript.text, ...values.slice(1)] as [string, number, ...string[]];
        begun.push(await client.eval(text, count, ...rest));
        return begun[0];
      },
    });
    await expect(bench.begin(bench.address('post:1'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(begun).toHaveLength(1);
  });
});

describe('a command that is sent twice', () => {
  it('brings no generation back, nor an entry, nor a lease that could fill', async () => {
    const client = opened.client(server.url);
    const calls = recordCalls(client, 'evalsha');
    const bench = await opened.bench({ client });
    const address = bench.address('post:1', bench.tag('static'));
    const lease = await bench.lease(address, { lateTags: true });
    const begin = calls.at(-1)!.slice(1) as [string, number, ...string[]];
    expect(await bench.fill(lease, 'old', { lateTags: [bench.tag('late')] })).toBe(true);
    const fill = calls.at(-1)!.slice(1) as [string, number, ...string[]];
    await bench.invalidate({ groups: [bench.path('post')], paths: [address.path] });

    await raw.evalsha(...fill);
    expect(await bench.payload(address)).toBeUndefined();
    await raw.evalsha(...begin);
    expect(await bench.payload(address)).toBeUndefined();
    expect(await raw.get(`test:~gen:${bench.path('post')}`)).not.toBe(lease.generations.get(bench.path('post')));
    expect(await raw.get(`test:~lease:v1:${address.path}`)).not.toMatch(new RegExp(`^${lease.token} `));
    await raw.evalsha(...fill);
    expect(await bench.fill(lease, 'old')).toBe(false);
    expect(await bench.payload(address)).toBeUndefined();
  });

  it('makes other ids each time', async () => {
    const client = opened.client(server.url);
    const calls = recordCalls(client, 'evalsha');
    const bench = await opened.bench({ client });
    const ids = new Set<string>();
    await bench.lease(bench.address('post:1'), { token: randomToken() });
    const begin = calls.at(-1)!.slice(1) as [string, number, ...string[]];
    const until = systemClock.monotonic() + 200;
    let count = 0;
    for (; systemClock.monotonic() < until; count++) {
      await raw.del(`test:~gen:${bench.path('post')}`);
      await raw.evalsha(...begin);
      ids.add((await raw.get(`test:~gen:${bench.path('post')}`))!);
    }
    expect(ids.size).toBe(count);
  });
});
