import { describeValue } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { ClusterClient, RedisClient } from './redis-commands.js';

/** Commands that a client of another kind would not have. */
const NEEDED = ['mget', 'set', 'del', 'scan', 'evalsha', 'eval', 'info', 'on', 'off'] as const;

const NO_REPLICA = 'A replica may lag behind and is never read: pass a client of the master.';

/** Refuses clients that would reach other keys, other servers, or none. @throws CacheError `STORE_CLIENT_REFUSED` */
export function checkClient(client: unknown): void {
  const given = (typeof client === 'object' && client !== null ? client : {}) as Partial<RedisClient>;
  if (typeof given.options !== 'object' || NEEDED.some((name) => typeof given[name] !== 'function')) {
    const remedy = 'Pass a `new Redis(…)` or `new Cluster(…)` of ioredis 5 or 6.';
    throw refused(`${describeValue(client)} is no client of ioredis`, remedy);
  }
  if (given.options.keyPrefix) {
    const remedy = 'Leave it out of the client; forRoot({ prefix }) starts every key.';
    throw refused(`it has the keyPrefix ${JSON.stringify(given.options.keyPrefix)}`, remedy);
  }
  if (given.mode === 'subscriber' || given.mode === 'monitor') {
    const remedy = 'Pass a client that is used for commands, such as client.duplicate().';
    throw refused(`it is in ${given.mode} mode`, remedy);
  }
  if (given.isCluster) return checkCluster(client as ClusterClient);
  if (given.options.role === 'slave') throw refused('it has the role "slave"', NO_REPLICA);
  if (given.options.readOnly) throw refused('it is readOnly', NO_REPLICA);
}

function checkCluster({ options: { scaleReads = 'master' } }: ClusterClient): void {
  if (scaleReads === 'master') return;
  const remedy = 'A replica may lag behind and is never read: leave scaleReads out.';
  throw refused(`its scaleReads is ${describeValue(scaleReads)}`, remedy);
}

function refused(reason: string, remedy: string): CacheError<'STORE_CLIENT_REFUSED'> {
  return new CacheError('STORE_CLIENT_REFUSED', { reason, remedy });
}
