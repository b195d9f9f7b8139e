import { register } from 'node:module';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import type { NearConsistency } from '../../lib/index.js';
import { nearStore, redisStore } from '../../lib/index.js';
import type { FarDefinition, FarStore } from '../../lib/stores/far-store.js';
import type { RedisClient } from '../../lib/stores/redis-commands.js';
import type { RedisTarget } from '../../lib/stores/redis-target.js';
import type { CacheStore, StoreDefinition, StoreNamespace } from '../../lib/stores/store.js';
import { asUser } from '../support/redis-users.js';
import { noLeaseStore } from './no-lease.store.js';
import { count, countingStore } from './counting.store.js';

/** What Sentinels call the master. */
export const MASTER_NAME = 'mymaster';

const CALM_TIMEOUT = 5_000;
const DEFAULT_TIMEOUT = 250;

type Counts = Map<string, number>;

/** What is counted of stores with copies: reads that were answered without asking. */
export const SERVED = 'served';

/** The stores of the random test. Those behind a proxy take the default deadline, and count what fails and what they find. */
const STORES = {
  calm: (url: string) => redisStore(url, { commandTimeout: `${CALM_TIMEOUT}ms` }),
  withoutLeases: (url: string) => noLeaseStore(url, CALM_TIMEOUT),
  owned: (url: string, counts: Counts) => counting(url, counts),
  owned5: (url: string, counts: Counts) => {
    installVersion5();
    return counting(url, counts);
  },
  borrowed: (url: string, counts: Counts) => counting({ client: heard(new Redis(url)) }, counts),
  borrowed5: (url: string, counts: Counts) => counting({ client: heard(new Redis5(url)) }, counts),
  cluster: (urls: string, counts: Counts) => counting({ cluster: urls.split(',') }, counts),
  cluster5: (urls: string, counts: Counts) => {
    installVersion5();
    return counting({ cluster: urls.split(',') }, counts);
  },
  borrowedCluster: (urls: string, counts: Counts) => counting({ client: new Cluster(urls.split(',')) }, counts),
  borrowedCluster5: (urls: string, counts: Counts) => counting({ client: new Cluster5(urls.split(',')) }, counts),
  /** Behind these Sentinels; a client that knows nothing of failovers is cut off together with a master that hangs. */
  sentinels: (urls: string, counts: Counts) => counting(behind(urls), counts),
  sentinels5: (urls: string, counts: Counts) => {
    installVersion5();
    return counting(behind(urls), counts);
  },
  near: (url: string, counts: Counts) => nearCounting(url, 'validated', counts),
  eventual: (url: string, counts: Counts) => nearCounting(url, 'eventual', counts),
  /** Hears what the stores publish. */
  untracked: (url: string, counts: Counts) => nearCounting(asUser('untracked', url), 'eventual', counts),
  careless: (url: string, counts: Counts) => counting(url, counts, false),
};

export type StoreName = keyof typeof STORES;

export function storeOf(name: StoreName, url: string, counts: Counts): StoreDefinition {
  return STORES[name](url, counts);
}

function counting(target: RedisTarget, counts: Counts, isHonest = true): StoreDefinition {
  return countingStore(target, { commandTimeout: DEFAULT_TIMEOUT, counts, isHonest });
}

function behind(urls: string): RedisTarget {
  const sentinels = urls.split(',').map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) }));
  return { sentinels, name: MASTER_NAME };
}

function nearCounting(url: string, consistency: NearConsistency, counts: Counts): StoreDefinition {
  const definition = redisStore(url, { commandTimeout: `${CALM_TIMEOUT}ms` }) as FarDefinition;
  let asked = 0;
  const createFar = (namespace: StoreNamespace): FarStore => {
    const far = definition.create(namespace);
    const [read, validate] = [far.read.bind(far), far.validate.bind(far)];
    far.read = (address) => (asked++, read(address));
    far.validate = (address, copy) => (asked++, validate(address, copy));
    return far;
  };
  const near = nearStore({ far: { ...definition, create: createFar }, consistency });
  const create = (namespace: StoreNamespace): CacheStore => {
    const store = near.create(namespace);
    const read = store.read.bind(store);
    store.read = (address) => {
      const before = asked;
      const answer = read(address);
      if (asked === before) count(counts, SERVED);
      return answer;
    };
    return store;
  };
  return { ...near, create };
}

/** From here on the library finds version 5 where it looks for ioredis, as in an application that has installed it. */
function installVersion5(): void {
  const hook = `export const resolve = (name, context, next) => next(name === 'ioredis' ? 'ioredis-5' : name, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
  if (!import.meta.resolve('ioredis').includes('/ioredis-5/')) throw new Error('ioredis is not version 5.');
}

/** A client as an application makes it: it resends, and queues while it is not connected. */
function heard<Client extends RedisClient>(client: Client): Client {
  client.on('error', () => {});
  return client;
}
