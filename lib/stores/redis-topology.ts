import type { Announcer } from './far-store.js';
import type { NearChanges } from './near-changes.js';
import { RedisAnnouncer } from './redis-announcer.js';
import type { RedisConnection } from './redis-client.js';
import { RedisKeys } from './redis-keys.js';
import type { Search } from './redis-scan.js';
import { deleteMatching } from './redis-scan.js';
import { closeScript, deleteScript } from './redis-change-scripts.js';
import type { StoreNamespace } from './store.js';

/** Keys that one server has together at any time: all of a single server, or one of the 64 parts of a cluster. */
export interface Shard {
  readonly keys: RedisKeys;
  /** To the server that has the keys now. @throws CacheError `STORE_UNAVAILABLE` while nobody knows which that is. */
  connection(operation: string): Promise<RedisConnection>;
}

/** Which keys are where, and how those are deleted that are in several places. */
export interface RedisTopology {
  readonly shards: readonly Shard[];
  shardOf(path: string): Shard;
  connect(): Promise<void>;
  /** Deletes keys of any shards; within a shard in the given order. */
  delete(operation: string, names: readonly string[]): Promise<void>;
  /** Sets marks of closed groups, which live for so many milliseconds, unless they live longer anyhow. */
  closeGroups(operation: string, marks: readonly string[], window: number): Promise<void>;
  /** Deletes leases and entries by a pattern that is no path. */
  deleteMatching(search: Search): Promise<void>;
  /** What announces the changes of all keys to the given place; absent where several servers would have to. */
  announcer?(changes: NearChanges): Announcer;
  close(): Promise<void>;
}

const NAMED_AT_ONCE = 5_000;

/** Everything on the one server of a connection, whichever a Sentinel says that it is. */
export class SingleServer implements RedisTopology {
  readonly shards: readonly [Shard];

  /** @throws CacheError `OPTION_INVALID` for a prefix that could reach the keys of others. */
  constructor(
    private readonly namespace: StoreNamespace,
    private readonly connection: RedisConnection,
  ) {
    const connected = Promise.resolve(connection);
    this.shards = [{ keys: new RedisKeys(namespace), connection: () => connected }];
  }

  shardOf(): Shard {
    return this.shards[0];
  }

  connect(): Promise<void> {
    return this.connection.connect();
  }

  async delete(operation: string, names: readonly string[]): Promise<void> {
    const { announcing } = this.shards[0].keys;
    for (const batch of batchesOf(names)) await this.connection.run(operation, deleteScript, batch, announcing);
  }

  async closeGroups(operation: string, marks: readonly string[], window: number): Promise<void> {
    for (const batch of batchesOf(marks)) await this.connection.run(operation, closeScript, batch, [window]);
  }

  async deleteMatching(search: Search): Promise<void> {
    const remove = (names: readonly string[]) => this.delete(search.operation, names);
    await deleteMatching({ connections: [this.connection], keys: this.shards[0].keys, remove }, search);
  }

  announcer(changes: NearChanges): Announcer {
    const { connection, namespace } = this;
    const { name, tell } = namespace;
    return new RedisAnnouncer({ name, tell, connection, changes, keys: this.shards[0].keys });
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** As many names as one command may have, in the same order. */
export function* batchesOf(names: readonly string[]): Generator<string[]> {
  for (let start = 0; start < names.length; start += NAMED_AT_ONCE) yield names.slice(start, start + NAMED_AT_ONCE);
}
