import { Cluster } from 'ioredis';
import { SHARD_TAGS, shardOf, slotOf } from '../../lib/stores/redis-shards.js';
import { eventually } from '../../lib/testing/store-bench.js';
import { TestCluster } from '../support/redis-cluster.js';
import { Opened } from './stores/redis-support.js';

const DEADLINE_MS = 300_000;
const LONG = 600_000;
const COMEBACK = 20_000;

const opened = new Opened();
let cluster: TestCluster;
let client: Cluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
  client = new Cluster(cluster.addresses);
}, DEADLINE_MS);

afterEach(() => opened.close());

afterAll(async () => {
  client?.disconnect();
  await cluster?.stop();
});

describe('in a cluster an invalidation that settles', () => {
  it('closes its group in every shard', async () => {
    const bench = await opened.bench({ cluster: cluster.addresses });
    await bench.invalidate({ groups: [bench.path('posts')], settle: LONG });
    const marks = SHARD_TAGS.map((tag) => `test:{${tag}}:~gen:~closed:${bench.path('posts')}`);
    expect(await Promise.all(marks.map((mark) => client.exists(mark)))).toEqual(marks.map(() => 1));
    await bench.invalidate({ groups: [bench.path('posts')] });
    expect(await Promise.all(marks.map((mark) => client.exists(mark)))).toEqual(marks.map(() => 1));
  });

  it(
    'closes it also where a slot is on its way',
    async () => {
      const bench = await opened.bench({ cluster: cluster.addresses });
      const address = bench.address('posts:1');
      await bench.load(address, 'old');
      const slot = slotOf(SHARD_TAGS[shardOf(address.path)]!);
      const owner = await cluster.masterOf(slot);
      const target = (await cluster.masters()).find((master) => master !== owner)!;
      await cluster.move(slot, target, () => bench.invalidate({ groups: [bench.path('posts')], settle: LONG }));
      // Until the new node answers.
      const begun = async () => (await bench.begin(address).catch(() => undefined))?.kind;
      await eventually(async () => (await begun()) !== undefined, COMEBACK);
      expect(await begun()).toBe('closed');
    },
    DEADLINE_MS,
  );
});
