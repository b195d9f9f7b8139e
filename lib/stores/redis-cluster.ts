import { groupBy } from '../core/group-by.js';
import { groupOf } from '../keys/groups.js';
import { ClusterNodes } from './redis-cluster-nodes.js';
import type { ClusterTarget } from './redis-cluster-nodes.js';
import { layoutOf } from './redis-cluster-layout.js';
import type { RedisConnection } from './redis-client.js';
import type { ClusterClient } from './redis-commands.js';
import type { CommandSettings } from './redis-failures.js';
import { RedisKeys } from './redis-keys.js';
import type { Search } from './redis-scan.js';
import { deleteMatching } from './redis-scan.js';
import { closeScript } from './redis-change-scripts.js';
import { SHARD_TAGS, shardOf, slotOf } from './redis-shards.js';
import type { RedisTopology, Shard } from './redis-topology.js';
import { batchesOf } from './redis-topology.js';
import type { StoreNamespace } from './store.js';

/** What is to be done with keys: at once where their shard is, or with one wherever it is by now. */
interface Task {
  readonly operation: string;
  readonly inShard: (owner: RedisConnection, names: readonly string[]) => Promise<unknown>;
  readonly anywhere: (cluster: ClusterClient, name: string) => Promise<unknown>;
}

/**
 * A cluster as 64 shards side by side, each with entries, leases and generations of its own in one slot. What concerns
 * one path concerns its shard only; a group has a generation in each of them.
 */
export class RedisCluster implements RedisTopology {
  readonly shards: readonly Shard[];
  readonly #nodes: ClusterNodes;

  /** @throws CacheError `OPTION_INVALID` for a prefix that could reach the keys of others. */
  constructor(namespace: StoreNamespace, target: ClusterTarget, settings: CommandSettings) {
    this.#nodes = new ClusterNodes(target, settings);
    this.shards = SHARD_TAGS.map((tag) => {
      const slot = slotOf(tag);
      return {
        keys: new RedisKeys(namespace, tag),
        connection: (operation) => this.#nodes.trustedOwnerOf(slot, operation),
      };
    });
  }

  shardOf(path: string): Shard {
    return this.shards[shardOf(path)]!;
  }

  connect(): Promise<void> {
    return this.#nodes.connect();
  }

  async delete(operation: string, names: readonly string[]): Promise<void> {
    await this.#carryOut(names, {
      operation,
      inShard: (owner, batch) => owner.send(operation, (commands) => commands.del([...batch])),
      anywhere: (cluster, name) => cluster.del([name]),
    });
  }

  async closeGroups(operation: string, marks: readonly string[], window: number): Promise<void> {
    await this.#carryOut(marks, {
      operation,
      inShard: (owner, batch) => owner.run(operation, closeScript, batch, [window]),
      anywhere: (cluster, mark) => cluster.eval(closeScript.text, 1, mark, String(window)),
    });
  }

  /**
   * Keys that move from node to node escape a scan. Where any may have moved, everything below the whole segments that
   * the pattern begins with dies instead, which needs no scan.
   */
  async deleteMatching(search: Search): Promise<void> {
    const { operation, literal } = search;
    if (await this.#scan(search)) return;
    const group = groupOf(literal);
    await this.delete(
      operation,
      this.shards.map(({ keys }) => keys.generation(group)),
    );
  }

  close(): Promise<void> {
    return this.#nodes.close();
  }

  /** Whether every key was where the scan looked. */
  async #scan(search: Search): Promise<boolean> {
    const { operation } = search;
    const connections = await this.#nodes.masters(operation);
    const before = await layoutOf(connections, operation);
    if (before === undefined) return false;
    const remove = (names: readonly string[]) => this.delete(operation, names);
    await deleteMatching({ connections, keys: this.shards[0]!.keys, remove }, search);
    return before === (await layoutOf(connections, operation));
  }

  /** One command a shard, all at once; what a node sends on to another one goes there key by key. */
  async #carryOut(names: readonly string[], task: Task): Promise<void> {
    const outcomes = await Promise.allSettled(
      [...groupBy(names, tagOf)].map(([tag, group]) => this.#carryOutIn(slotOf(tag), group, task)),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #carryOutIn(slot: number, names: readonly string[], { operation, inShard, anywhere }: Task): Promise<void> {
    for (const batch of batchesOf(names)) {
      const owner = await this.#nodes.ownerOf(slot, operation);
      try {
        await inShard(owner.connection, batch);
      } catch (error) {
        // Who does not answer, or says that the cluster is down, sends on to nobody.
        if (!owner.isTrusted) throw error;
        for (const name of batch) await this.#nodes.sendAnywhere(operation, (cluster) => anywhere(cluster, name));
      }
    }
  }
}

/** The hash tag of a name. No prefix has a brace, so the first one is the tag's. */
function tagOf(name: string): string {
  const start = name.indexOf('{') + 1;
  return name.slice(start, name.indexOf('}', start));
}
