import { Redis } from 'ioredis';
import { CacheError } from '../../../lib/core/errors.js';
import type { RedisStoreOptions } from '../../../lib/stores/redis.store.js';
import { redisStore } from '../../../lib/stores/redis.store.js';
import type { RedisTarget } from '../../../lib/stores/redis-target.js';
import type { CacheStore, StoreNamespace } from '../../../lib/stores/store.js';
import { StoreBench, eventually } from '../../../lib/testing/store-bench.js';

const CONNECT_DEADLINE_MS = 30_000;

export interface OpenOptions extends RedisStoreOptions, Partial<StoreNamespace> {}

/** A store on test that is not connected yet. */
export function benchOf(target: RedisTarget, options: OpenOptions = {}): StoreBench {
  const { prefix = 'test', version = 1, name = 'default', reconnected, ...rest } = options;
  return new StoreBench(redisStore(target, rest).create({ prefix, version, name, reconnected }));
}

/** A store on test, connected. Its deadline is long, so that a slow machine fails no test. */
export async function connectedBench(target: RedisTarget, options: OpenOptions = {}): Promise<StoreBench> {
  const bench = benchOf(target, { commandTimeout: '10s', ...options });
  // It gives up after a second.
  await eventually(() => isConnected(bench.store), CONNECT_DEADLINE_MS);
  return bench;
}

/** Whether a store can be asked now, or within the second for which it tries. */
export async function isConnected(store: CacheStore): Promise<boolean> {
  try {
    await store.connect();
    return true;
  } catch (error) {
    if (CacheError.is(error, 'STORE_UNAVAILABLE')) return false;
    throw error;
  }
}

/** Closes what a test opened. */
export class Opened {
  readonly #stores: CacheStore[] = [];
  readonly #clients: Redis[] = [];

  async bench(target: RedisTarget, options: OpenOptions = {}): Promise<StoreBench> {
    const bench = await connectedBench(target, options);
    this.#stores.push(bench.store);
    return bench;
  }

  unconnected(target: RedisTarget, options: OpenOptions = {}): StoreBench {
    const bench = benchOf(target, options);
    this.#stores.push(bench.store);
    return bench;
  }

  client(url: string): Redis {
    const client = new Redis(url, { disconnectTimeout: 100 });
    client.on('error', () => {});
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.splice(0).map((store) => store.close()));
    for (const client of this.#clients.splice(0)) client.disconnect();
  }
}

/** The arguments of every call of a method of a client, which are passed on. */
export function recordCalls(client: Redis, ...methods: ('evalsha' | 'mget' | 'scan')[]): unknown[][] {
  const calls: unknown[][] = [];
  for (const method of methods) {
    const send = client[method].bind(client) as (...values: unknown[]) => unknown;
    Object.assign(client, {
      [method]: (...values: unknown[]) => {
        calls.push([method, ...values]);
        return send(...values);
      },
    });
  }
  return calls;
}

/** Which keys a recorded call of a script names. */
export function keysOfScript([method, , count, ...rest]: readonly unknown[] = []): unknown[] {
  return method === 'evalsha' ? rest.slice(0, Number(count)) : [];
}
