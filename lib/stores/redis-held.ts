import { dropScript, extendScript } from './redis-change-scripts.js';
import type { RedisTopology, Shard } from './redis-topology.js';

/** The key of a lease or lock, and where it is. */
interface Held {
  readonly shard: Shard;
  readonly key: string;
}

/** Named locks, each in the shard of its name. */
export class RedisLocks {
  constructor(private readonly topology: RedisTopology) {}

  async take(name: string, token: string, lifetime: number): Promise<boolean> {
    const { shard, key } = this.#lockOf(name);
    const connection = await shard.connection('lock');
    const { value } = await connection.send('lock', (commands) =>
      commands.set(key, token, 'PX', whole(lifetime), 'NX'),
    );
    return value === 'OK';
  }

  async extend(name: string, token: string, lifetime: number): Promise<boolean> {
    return extendHeld('extendLock', this.#lockOf(name), token, lifetime);
  }

  async release(name: string, token: string): Promise<void> {
    const { shard, key } = this.#lockOf(name);
    const connection = await shard.connection('unlock');
    await connection.run('unlock', dropScript, [key], [token]);
  }

  #lockOf(name: string): Held {
    const shard = this.topology.shardOf(name);
    return { shard, key: shard.keys.lock(name) };
  }
}

/** Lengthens a lease or lock that is still held under this token. */
export async function extendHeld(
  operation: string,
  { shard, key }: Held,
  token: string,
  lifetime: number,
): Promise<boolean> {
  const connection = await shard.connection(operation);
  const { value } = await connection.run(operation, extendScript, [key], [token, whole(lifetime)]);
  return Number(value) === 1;
}

/** Redis takes whole milliseconds only, and at least one. */
export function whole(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds));
}
