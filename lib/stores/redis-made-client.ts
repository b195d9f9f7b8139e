import { CacheError } from '../core/errors.js';
import { pauseAfter } from '../resilience/attempts.js';
import type { ClusterClient, ListeningClient, RedisClient } from './redis-commands.js';
import type {
  RedisClusterOptions,
  RedisConnectionOptions,
  RedisSentinelOptions,
  ServerTarget,
} from './redis-target.js';
import { isBorrowed } from './redis-target.js';

const CONNECT_TIMEOUT = 2_000;
const DISCONNECT_TIMEOUT = 200;
/** A connection on which answers are due and nothing arrives for so long is given up, in milliseconds. */
const SILENCE_LIMIT = 5_000;
/** How often a cluster is asked who has which slot even if nothing fails, in milliseconds. */
const SLOTS_INTERVAL = 5_000;
const LEAST_SLOTS_TIMEOUT = 250;

/** A client with what a cache needs: it fails at once, sends nothing twice, and comes back soon after an outage. */
export async function makeClient(
  target: string | RedisConnectionOptions | RedisSentinelOptions,
  commandTimeout: number,
  more: object = {},
): Promise<RedisClient> {
  const { Redis } = await importIoredis();
  const options = {
    connectTimeout: CONNECT_TIMEOUT,
    retryStrategy,
    ...(typeof target === 'string' ? {} : target),
    ...demands(commandTimeout),
    ...more,
  };
  if (typeof target === 'string') return new Redis(target, options);
  if (!('sentinels' in target)) return new Redis(options);
  // A Sentinel that was away may name a server that is a replica by now: the ready check sees that, and the detector
  // that the master of an open connection was replaced.
  const finding = { enableReadyCheck: true, failoverDetector: true, sentinelRetryStrategy: retryStrategy };
  return new Redis({ ...options, ...finding });
}

/**
 * A client of our own that only listens, on a connection of its own; for a borrowed client made like it. Version 3 of the
 * protocol would lose what a server announces about keys.
 */
export async function makeListener(target: ServerTarget, commandTimeout: number): Promise<ListeningClient> {
  const listening = { protocol: 2 as const, autoResubscribe: false };
  if (isBorrowed(target)) {
    const options = { ...demands(commandTimeout), retryStrategy, lazyConnect: false, ...listening };
    return target.client.duplicate(options) as ListeningClient;
  }
  return (await makeClient(target, commandTimeout, listening)) as ListeningClient;
}

/** A client of a cluster, likewise. Its nodes do not reconnect: they are made anew with the slot map. */
export async function makeCluster(target: RedisClusterOptions, commandTimeout: number): Promise<ClusterClient> {
  const { Cluster } = await importIoredis();
  const { cluster, natMap, dnsLookup, ...connection } = target;
  return new Cluster([...cluster], {
    ...(natMap && { natMap }),
    ...(dnsLookup && { dnsLookup }),
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    slotsRefreshInterval: SLOTS_INTERVAL,
    slotsRefreshTimeout: Math.max(LEAST_SLOTS_TIMEOUT, commandTimeout),
    redisOptions: { connectTimeout: CONNECT_TIMEOUT, ...connection, ...demands(commandTimeout) },
  });
}

function demands(commandTimeout: number) {
  return {
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    disconnectTimeout: DISCONNECT_TIMEOUT,
    enableOfflineQueue: false,
    // It gives up where INFO is not allowed; the run id is asked in its place.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    socketTimeout: Math.max(SILENCE_LIMIT, 2 * commandTimeout),
  };
}

function retryStrategy(attempt: number): number {
  return pauseAfter(attempt);
}

async function importIoredis() {
  try {
    const ioredis = await import('ioredis');
    // The first releases of version 5 have the classes on their default export only.
    const fallback = ioredis.default as unknown as typeof ioredis.Redis & { Cluster: typeof ioredis.Cluster };
    return { Redis: ioredis.Redis ?? fallback, Cluster: ioredis.Cluster ?? fallback.Cluster };
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new CacheError('PACKAGE_MISSING', { package: 'ioredis', usedBy: 'redisStore()' });
  }
}
