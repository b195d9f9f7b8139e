import { Cluster } from 'ioredis';
import type { Address } from '../../../lib/core/entry.js';
import { SHARD_TAGS, shardOf, slotOf } from '../../../lib/stores/redis-shards.js';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { eventually } from '../../../lib/testing/store-bench.js';
import { TestCluster } from '../../support/redis-cluster.js';
import { Opened } from './redis-support.js';

const START_DEADLINE_MS = 300_000;
const COMEBACK = 20_000;
/** Asks for the slot map by itself so rarely that no comeback is due to that. */
const RARELY = { slotsRefreshInterval: 10 * COMEBACK };
const PATHS = 200;

const opened = new Opened();
let cluster: TestCluster;
let client: Cluster, slow: Cluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
  client = new Cluster(cluster.addresses);
  slow = new Cluster(cluster.addresses, RARELY);
}, START_DEADLINE_MS);

afterEach(() => opened.close());

afterAll(async () => {
  for (const each of [client, slow]) each?.disconnect();
  await cluster?.stop();
});

const open = (): Promise<StoreBench> => opened.bench({ cluster: cluster.addresses });

function keyOf(address: Address): string {
  return `test:{${tagOf(address)}}:v1:${address.path}`;
}

function tagOf({ path }: Address): string {
  return SHARD_TAGS[shardOf(path)]!;
}

/** Addresses below `{name}`, enough to be in every shard. */
function addressesOf(bench: StoreBench, name: string): Address[] {
  const addresses = Array.from({ length: PATHS }, (_, id) => bench.address(`${name}:${id}`));
  expect(new Set(addresses.map(tagOf)).size).toBeGreaterThan(SHARD_TAGS.length / 2);
  return addresses;
}

async function payloadsOf(bench: StoreBench, addresses: readonly Address[]): Promise<(string | undefined)[]> {
  return Promise.all(addresses.map((address) => bench.payload(address)));
}

/** The slot of an address, and a master that does not have it. */
async function elsewhere(address: Address) {
  const slot = slotOf(tagOf(address));
  const owner = await cluster.masterOf(slot);
  const target = (await cluster.masters()).find((master) => master !== owner)!;
  return { slot, owner, target };
}

/** Loads and reads until the store has taken up with the node that has the address now. */
async function isBack(bench: StoreBench, address: Address): Promise<void> {
  await eventually(async () => {
    const begun = await bench.begin(address, { mode: 'put' }).catch(() => undefined);
    return begun?.kind === 'leased' && (await bench.fill(begun.lease, 'new', { mode: 'put' }));
  }, COMEBACK);
  expect(await bench.payload(address)).toBe('new');
}

describe('on a cluster', () => {
  it('everything about a path is in the slot of its shard', async () => {
    const bench = await open();
    const address = bench.address('post:1', bench.tag('a'));
    await bench.load(address, 'x', { lateTags: [bench.tag('late')] });
    await bench.lease(bench.address('post:1', bench.tag('b')));
    const keys = (await Promise.all(client.nodes('master').map((node) => node.keys(`*${bench.path('')}*`)))).flat();
    expect(keys.length).toBeGreaterThan(4);
    expect(new Set(keys.map((key) => key.slice(0, 'test:{..}:'.length)))).toEqual(
      new Set([`test:{${tagOf(address)}}:`]),
    );
  });

  it('an invalidated group is dead in every shard', async () => {
    const bench = await open();
    const [posts, users] = [addressesOf(bench, 'posts'), addressesOf(bench, 'users')];
    await Promise.all([...posts, ...users].map((address) => bench.load(address, 'old')));
    await bench.invalidate({ groups: [bench.path('posts')] });
    expect(new Set(await payloadsOf(bench, posts))).toEqual(new Set([undefined]));
    expect(new Set(await payloadsOf(bench, users))).toEqual(new Set(['old']));
  });

  it('the reads of one tick are one command a shard', async () => {
    const bench = await open();
    const addresses = addressesOf(bench, 'posts');
    await Promise.all(addresses.map((address) => bench.load(address, 'x')));
    const masters = client.nodes('master');
    await Promise.all(masters.map((node) => node.config('RESETSTAT')));
    expect(new Set(await payloadsOf(bench, addresses))).toEqual(new Set(['x']));
    const stats = await Promise.all(masters.map((node) => node.info('commandstats')));
    const calls = stats.map((text) => Number(/cmdstat_mget:calls=(\d+)/.exec(text)?.[1] ?? 0));
    expect(calls.reduce((sum, count) => sum + count)).toBe(new Set(addresses.map(tagOf)).size);
  });

  it('a put kills the variants of its path in every shard', async () => {
    const bench = await open();
    const variants = addressesOf(bench, 'post');
    await Promise.all(variants.map((address) => bench.load(address, 'old')));
    const lease = await bench.lease(bench.address('post'), { mode: 'put' });
    expect(await bench.fill(lease, 'new', { mode: 'put' })).toBe(true);
    expect(new Set(await payloadsOf(bench, variants))).toEqual(new Set([undefined]));
  });

  it('a glob finds what it matches on every master, and leaves alone what it does not', async () => {
    const bench = await open();
    const addresses = addressesOf(bench, 'posts');
    await Promise.all(addresses.map((address) => bench.load(address, 'old')));
    const odd = (path: string) => /[13579]$/.test(path);
    await bench.invalidate({ globs: [{ literal: bench.path('posts'), matches: odd }] });
    const left = await payloadsOf(bench, addresses);
    expect(left).toEqual(addresses.map(({ path }) => (odd(path) ? undefined : 'old')));
  });

  it('clearing leaves nothing on any master', async () => {
    const bench = await opened.bench({ cluster: cluster.addresses }, { prefix: 'cleared' });
    const addresses = addressesOf(bench, 'posts');
    await Promise.all(addresses.map((address) => bench.load(address, 'old')));
    await bench.store.clear();
    expect(new Set(await payloadsOf(bench, addresses))).toEqual(new Set([undefined]));
    const left = await Promise.all(client.nodes('master').map((node) => node.keys('cleared:{??}:v*')));
    expect(left.flat()).toEqual([]);
  });

  it('no replica is asked for anything', async () => {
    const bench = await open();
    await bench.load(bench.address('post:1'), 'x');
    await bench.payload(bench.address('post:1'));
    for (const master of await cluster.masters()) {
      const replica = cluster.admin(await cluster.replicaOf(master));
      expect(await replica.info('commandstats')).not.toMatch(/cmdstat_(mget|evalsha|scan)/);
    }
  });
});

describe('while a slot of a cluster moves', () => {
  it(
    'reads of its shard are misses, also once it has moved, and then it is used where it is',
    async () => {
      const bench = await opened.bench({ client: slow });
      const address = bench.address('post:1');
      await bench.load(address, 'old');
      const { slot, target } = await elsewhere(address);
      await cluster.move(slot, target, async () => {
        await client.del(keyOf(address));
        expect(await bench.store.read(address)).toBeUndefined();
        expect(await bench.begin(address).catch((error: unknown) => error)).toMatchObject({
          details: { isPartial: true },
        });
      });
      expect(await bench.store.read(address)).toBeUndefined();
      await isBack(bench, address);
    },
    START_DEADLINE_MS,
  );

  it(
    'an entry that moved along is dead, since another process has it now',
    async () => {
      const bench = await open();
      const address = bench.address('post:1');
      const lease = await bench.load(address, 'old');
      const { slot, target } = await elsewhere(address);
      await cluster.move(slot, target);
      expect(await client.get(keyOf(address))).toMatch(/\nold$/);
      // Until the new node answers.
      await eventually(async () => (await bench.store.renew(lease).catch(() => undefined)) === false, COMEBACK);
      expect(await bench.payload(address)).toBeUndefined();
      expect((await bench.begin(address)).kind).toBe('leased');
      expect((await bench.begin(address)).kind).toBe('busy');
    },
    START_DEADLINE_MS,
  );

  it(
    'an invalidation reaches keys on both sides',
    async () => {
      const bench = await open();
      const here = bench.address('posts:0');
      const { slot, owner, target } = await elsewhere(here);
      const all = addressesOf(bench, 'posts').filter((address) => tagOf(address) === tagOf(here));
      await Promise.all(all.map((address) => bench.load(address, 'old')));
      await cluster.move(slot, target, async () => {
        await bench.invalidate({ groups: [bench.path('posts')], paths: all.map(({ path }) => path) });
      });
      // Back on the node that made them the entries would be alive again, if anything had been left.
      await cluster.move(slot, owner);
      expect(await Promise.all(all.map((address) => client.get(keyOf(address))))).toEqual(all.map(() => null));
      expect(await client.get(`test:{${tagOf(here)}}:~gen:${bench.path('posts')}`)).toBeNull();
    },
    START_DEADLINE_MS,
  );

  it(
    'a glob drops everything below its literal beginning',
    async () => {
      const bench = await open();
      const addresses = addressesOf(bench, 'posts');
      const other = bench.address('users:1');
      await Promise.all([...addresses, other].map((address) => bench.load(address, 'old')));
      const { slot, target } = await elsewhere(addresses[0]!);
      const glob = { literal: bench.path('posts'), matches: (path: string) => path.endsWith('7') };
      await cluster.move(slot, target, () => bench.invalidate({ globs: [glob] }));
      expect(new Set(await payloadsOf(bench, addresses))).toEqual(new Set([undefined]));
      expect(await client.get(keyOf(other))).toMatch(/\nold$/);
      for (const tag of SHARD_TAGS) expect(await client.get(`test:{${tag}}:~gen:${bench.path('posts')}`)).toBeNull();
    },
    START_DEADLINE_MS,
  );
});
