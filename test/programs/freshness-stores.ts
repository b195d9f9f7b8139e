import { register } from 'node:module';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { redisStore } from '../../lib/index.js';
import type { RedisClient, RedisTarget } from '../../lib/stores/redis-target.js';
import type { StoreDefinition } from '../../lib/stores/store.js';
import { noLeaseStore } from './no-lease.store.js';
import { persistentStore } from './persistent.store.js';

const CALM_TIMEOUT = 5_000;
const DEFAULT_TIMEOUT = 250;

type Failures = Map<string, number>;

/** The stores of the random test. Those behind a proxy take the default deadline, and count what fails. */
const STORES = {
  calm: (url: string) => redisStore(url, { commandTimeout: `${CALM_TIMEOUT}ms` }),
  withoutLeases: (url: string) => noLeaseStore(url, CALM_TIMEOUT),
  owned: (url: string, failures: Failures) => persistent(url, failures),
  owned5: (url: string, failures: Failures) => {
    installVersion5();
    return persistent(url, failures);
  },
  borrowed: (url: string, failures: Failures) => persistent({ client: heard(new Redis(url)) }, failures),
  borrowed5: (url: string, failures: Failures) => persistent({ client: heard(new Redis5(url)) }, failures),
  careless: (url: string, failures: Failures) => persistent(url, failures, false),
};

export type StoreName = keyof typeof STORES;

export function storeOf(name: StoreName, url: string, failures: Failures): StoreDefinition {
  return STORES[name](url, failures);
}

function persistent(target: RedisTarget, failures: Failures, isPatient = true): StoreDefinition {
  return persistentStore(target, { commandTimeout: DEFAULT_TIMEOUT, failures, isPatient });
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
