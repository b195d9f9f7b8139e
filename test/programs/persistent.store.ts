import { setTimeout as sleep } from 'node:timers/promises';
import { CacheError } from '../../lib/index.js';
import type { Answer } from '../../lib/stores/redis-client.js';
import { RedisConnection } from '../../lib/stores/redis-client.js';
import type { RedisCommands, RedisTarget } from '../../lib/stores/redis-target.js';
import { RedisStore } from '../../lib/stores/redis.store.js';
import type { Invalidation, StoreDefinition } from '../../lib/stores/store.js';

/** What is counted under the reasons of failed commands. */
export const LATE = 'late';
export const DISCONNECTED = 'disconnected';
export const UNDELIVERED = 'undelivered';

export interface Persistence {
  readonly commandTimeout: number;
  readonly failures: Map<string, number>;
  /** Whether an invalidation is sent until the server has confirmed it; otherwise its failure goes unnoticed. */
  readonly isPatient: boolean;
}

const PAUSE = 10;

/** The Redis store as a careful caller uses it: an invalidation that failed is sent again until it is delivered. */
export function persistentStore(target: RedisTarget, persistence: Persistence): StoreDefinition {
  return {
    kind: 'redis',
    create(namespace) {
      const connection = new CountingConnection(target, { ...persistence, name: namespace.name });
      return new PersistentStore(namespace, connection, persistence);
    },
  };
}

class PersistentStore extends RedisStore {
  readonly #persistence: Persistence;

  constructor(...[namespace, connection, persistence]: [...ConstructorParameters<typeof RedisStore>, Persistence]) {
    super(namespace, connection);
    this.#persistence = persistence;
  }

  override async invalidate(invalidation: Invalidation): Promise<void> {
    for (;;) {
      try {
        return await super.invalidate(invalidation);
      } catch (error) {
        if (!CacheError.is(error, 'STORE_UNAVAILABLE')) throw error;
        count(this.#persistence.failures, UNDELIVERED);
        if (!this.#persistence.isPatient) return;
        await sleep(PAUSE);
      }
    }
  }
}

class CountingConnection extends RedisConnection {
  readonly #failures: Map<string, number>;

  constructor(target: RedisTarget, settings: { name: string; commandTimeout: number; failures: Map<string, number> }) {
    super(target, settings);
    this.#failures = settings.failures;
  }

  override async send<T>(operation: string, send: (commands: RedisCommands) => Promise<T>): Promise<Answer<T>> {
    try {
      return await super.send(operation, send);
    } catch (error) {
      const isLate = CacheError.is(error, 'STORE_UNAVAILABLE') && /did not answer within/.test(error.details.reason);
      count(this.#failures, isLate ? LATE : DISCONNECTED);
      throw error;
    }
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
