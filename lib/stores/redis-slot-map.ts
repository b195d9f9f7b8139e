import type { ClusterClient, RedisClient } from './redis-commands.js';
import { SHARD_TAGS, slotOf } from './redis-shards.js';

const SHARD_SLOTS = SHARD_TAGS.map(slotOf);

/** Only masters are looked at, whatever the slot map says of its replicas. */
export function masterOf(cluster: ClusterClient, slot: number): RedisClient | undefined {
  const address = cluster.slots[slot]?.[0];
  if (address === undefined) return undefined;
  return cluster.nodes('master').find((client) => addressOf(client) === address);
}

export function addressOf({ options: { host, port } }: RedisClient): string {
  return `${host}:${port}`;
}

/** The masters of all shards that have one. */
export function mastersIn(cluster: ClusterClient): RedisClient[] {
  return [...new Set(SHARD_SLOTS.flatMap((slot) => masterOf(cluster, slot) ?? []))];
}

/** Whether every shard has a master. */
export function isWhole(cluster: ClusterClient): boolean {
  return SHARD_SLOTS.every((slot) => masterOf(cluster, slot));
}
