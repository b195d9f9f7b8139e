import type { Address } from '../../lib/core/entry.js';
import { isAlive } from '../../lib/core/entry.js';
import { CacheError } from '../../lib/index.js';
import type { Answer } from '../../lib/stores/redis-client.js';
import { RedisConnection } from '../../lib/stores/redis-client.js';
import type { RedisCommands } from '../../lib/stores/redis-commands.js';
import { RedisCluster } from '../../lib/stores/redis-cluster.js';
import type { RedisTarget, ServerTarget } from '../../lib/stores/redis-target.js';
import { isCluster } from '../../lib/stores/redis-target.js';
import type { RedisTopology } from '../../lib/stores/redis-topology.js';
import { SingleServer } from '../../lib/stores/redis-topology.js';
import { RedisStore } from '../../lib/stores/redis.store.js';
import type { Invalidation, Snapshot, StoreDefinition, StoreNamespace } from '../../lib/stores/store.js';

/** What is counted: commands that failed, by the reason, reads that were answered, and those that found an entry alive. */
export const LATE = 'late';
export const DISCONNECTED = 'disconnected';
export const UNDELIVERED = 'undelivered';
export const ASKED = 'asked';
export const FOUND = 'found';

export interface Counting {
  readonly commandTimeout: number;
  readonly counts: Map<string, number>;
  /** Whether it says that an invalidation was not confirmed; otherwise that goes unnoticed. */
  readonly isHonest: boolean;
}

/** The Redis store, which counts what happens in it. */
export function countingStore(target: RedisTarget, counting: Counting): StoreDefinition {
  return {
    kind: 'redis',
    create: (namespace) => new CountingStore(namespace, topologyOf(target, namespace, counting), counting),
  };
}

/** On a cluster commands are not counted. */
function topologyOf(target: RedisTarget, namespace: StoreNamespace, counting: Counting): RedisTopology {
  const settings = { ...counting, name: namespace.name };
  if (isCluster(target)) return new RedisCluster(namespace, target, settings);
  return new SingleServer(namespace, new CountingConnection(target, settings));
}

class CountingStore extends RedisStore {
  readonly #counting: Counting;

  constructor(namespace: StoreNamespace, topology: RedisTopology, counting: Counting) {
    super(namespace, topology);
    this.#counting = counting;
  }

  override async read(address: Address): Promise<Snapshot | undefined> {
    const snapshot = await super.read(address);
    count(this.#counting.counts, ASKED);
    const { entry, generations } = snapshot ?? {};
    if (entry && generations && isAlive(entry.header, address.groups, generations)) {
      count(this.#counting.counts, FOUND);
    }
    return snapshot;
  }

  override async invalidate(invalidation: Invalidation): Promise<void> {
    try {
      await super.invalidate(invalidation);
    } catch (error) {
      if (!CacheError.is(error, 'STORE_UNAVAILABLE')) throw error;
      count(this.#counting.counts, UNDELIVERED);
      if (this.#counting.isHonest) throw error;
    }
  }
}

class CountingConnection extends RedisConnection {
  readonly #counts: Map<string, number>;

  constructor(target: ServerTarget, settings: { name: string; commandTimeout: number; counts: Map<string, number> }) {
    super(target, settings);
    this.#counts = settings.counts;
  }

  override async send<T>(operation: string, send: (commands: RedisCommands) => Promise<T>): Promise<Answer<T>> {
    try {
      return await super.send(operation, send);
    } catch (error) {
      const isLate = CacheError.is(error, 'STORE_UNAVAILABLE') && /did not answer within/.test(error.details.reason);
      count(this.#counts, isLate ? LATE : DISCONNECTED);
      throw error;
    }
  }
}

export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
