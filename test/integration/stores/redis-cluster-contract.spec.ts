import { once } from 'node:events';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { storeContract } from '../../../lib/testing/store-contract.js';
import { TestCluster } from '../../support/redis-cluster.js';
import { connectedNear } from './near-support.js';
import { connectedBench } from './redis-support.js';

const START_DEADLINE_MS = 300_000;

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
}, START_DEADLINE_MS);

afterAll(() => cluster?.stop());

storeContract('the Redis store on a cluster, with a client of its own', async () => {
  return (await connectedBench({ cluster: cluster.addresses })).store;
});

storeContract('a validated near store on a cluster', () => connectedNear({ cluster: cluster.addresses }, 'validated'));

describe('on a cluster, with a borrowed client', () => {
  let five: Cluster5;

  beforeAll(() => {
    five = new Cluster5(cluster.addresses);
  });

  afterAll(() => five?.quit());

  storeContract('of ioredis 5', async () => (await connectedBench({ client: five })).store);

  it('leaves it open and unaltered', async () => {
    const client = new Cluster(cluster.addresses);
    await once(client, 'ready');
    await Promise.all(client.nodes('master').map((node) => node.ping()));
    const objects = () => [client, ...client.nodes('master')];
    const state = () =>
      objects().map((each) => [
        Object.getOwnPropertyNames(each).sort(),
        each.eventNames().map((event) => [event, each.listenerCount(event)]),
      ]);
    const before = state();
    const { store } = await connectedBench({ client });
    await store.close();
    expect(await client.ping()).toBe('PONG');
    expect(client.status).toBe('ready');
    expect(state()).toEqual(before);
    await client.quit();
  });
});
