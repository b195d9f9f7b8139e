import type { ConnectionOptions } from 'node:tls';
import { CacheError } from '../core/errors.js';
import { checkOptionNames, invalidOption } from '../core/options.js';
import { checkClient } from './redis-borrowed.js';
import type { ClusterClient, RedisClient } from './redis-commands.js';

/** What every kind of connection may be told. */
interface LinkOptions {
  /** 4 or 6 for one version of IP only; 0, the default, for both. */
  family?: number;
  username?: string;
  password?: string;
  tls?: ConnectionOptions;
  connectionName?: string;
  /** How long a connection may take to be made, in milliseconds. Default 2,000. */
  connectTimeout?: number;
  /** When TCP keep-alive begins, in milliseconds. */
  keepAlive?: number;
  noDelay?: boolean;
  /** The version of the Redis protocol, ioredis 6 only. */
  protocol?: 2 | 3;
}

/** Where a Redis or Valkey is: the options of ioredis that concern a single server. */
export interface RedisConnectionOptions extends LinkOptions {
  /** Default `localhost`. */
  host?: string;
  /** Default 6379. */
  port?: number;
  /** A Unix socket, instead of host and port. */
  path?: string;
  /** Default 0. */
  db?: number;
  /** How long to wait before the given attempt to connect again, in milliseconds. Default 80 to 250. */
  retryStrategy?: (attempt: number) => number | null | void;
}

interface NodeAddress {
  host: string;
  port: number;
}

/** Other addresses for those that Sentinels or nodes tell, by `host:port`. */
type NatMap = Record<string, NodeAddress>;

/** The Sentinels that know which server is the master now, and the name under which they know it. */
export interface RedisSentinelOptions extends LinkOptions {
  sentinels: { host: string; port?: number }[];
  name: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
  sentinelTLS?: ConnectionOptions;
  /** Whether `tls` is meant for the master that the Sentinels name. */
  enableTLSForSentinelMode?: boolean;
  natMap?: NatMap;
  /** Default 0. */
  db?: number;
}

/** Some nodes of a cluster; the others are learnt from them. */
export interface RedisClusterOptions extends LinkOptions {
  /** URLs or addresses. */
  cluster: (string | NodeAddress)[];
  natMap?: NatMap;
  /** How the names of nodes are looked up; services that give certificates to names need `(name, done) => done(null, name)`. */
  dnsLookup?: (name: string, done: (error: Error | null | undefined, address: string, family?: number) => void) => void;
}

/** What a single connection leads to. */
export type ServerTarget = string | RedisConnectionOptions | RedisSentinelOptions | { client: RedisClient };

/**
 * A URL such as `redis://localhost:6379/1` or `rediss://…`, connection options, Sentinels, nodes of a cluster, or a
 * client that is only borrowed.
 */
export type RedisTarget = ServerTarget | RedisClusterOptions | { client: ClusterClient };

const LINK_OPTIONS: readonly (keyof LinkOptions)[] = [
  'family',
  'username',
  'password',
  'tls',
  'connectionName',
  'connectTimeout',
  'keepAlive',
  'noDelay',
  'protocol',
];
const SERVER_OPTIONS = ['host', 'port', 'path', 'db', 'retryStrategy', ...LINK_OPTIONS];
const SENTINEL_OPTIONS = [
  ...['sentinels', 'name', 'sentinelUsername', 'sentinelPassword', 'sentinelTLS', 'enableTLSForSentinelMode'],
  ...['natMap', 'db', ...LINK_OPTIONS],
];
const CLUSTER_OPTIONS = ['cluster', 'natMap', 'dnsLookup', ...LINK_OPTIONS];
/** Options of ioredis that would let a replica answer. */
const REPLICA_OPTIONS = ['role', 'preferredSlaves', 'scaleReads', 'readOnly'];

export function isBorrowed(target: RedisTarget): target is { client: RedisClient } | { client: ClusterClient } {
  return typeof target === 'object' && 'client' in target;
}

/** Whether the target is a cluster, whoever makes its client. */
export function isCluster(target: RedisTarget): target is RedisClusterOptions | { client: ClusterClient } {
  if (typeof target === 'string') return false;
  return 'client' in target ? target.client.isCluster === true : 'cluster' in target;
}

/** @throws CacheError `OPTION_INVALID`, `OPTION_UNKNOWN`, `STORE_CLIENT_REFUSED`. No message shows a URL or password. */
export function checkTarget(target: unknown, where: string): asserts target is RedisTarget {
  if (typeof target === 'string') return checkUrl(target, where);
  if (typeof target !== 'object' || target === null) {
    throw invalidOption('target', where, target, 'a URL, connection options, or { client }');
  }
  if ('client' in target) {
    checkOptionNames(target, ['client'], where);
    return checkClient(target.client);
  }
  checkOptions(target as Record<string, unknown>, where);
}

function checkOptions(target: Readonly<Record<string, unknown>>, where: string): void {
  for (const option of REPLICA_OPTIONS) {
    if (option in target)
      throw invalidOption(
        option,
        where,
        target[option],
        'left out, because a replica may lag behind and is never read',
      );
  }
  if ('cluster' in target) {
    checkOptionNames(target, CLUSTER_OPTIONS, where);
    checkAddresses('cluster', target['cluster'], where);
  } else if ('sentinels' in target) {
    checkOptionNames(target, SENTINEL_OPTIONS, where);
    checkAddresses('sentinels', target['sentinels'], where);
    const { name } = target;
    if (typeof name === 'string' && name !== '') return;
    throw invalidOption('name', where, name, 'the name under which the Sentinels know the master, such as "mymaster"');
  } else {
    checkOptionNames(target, SERVER_OPTIONS, where);
  }
}

function checkAddresses(option: 'cluster' | 'sentinels', found: unknown, where: string): void {
  const isUrlTaken = option === 'cluster';
  const isAddress = (each: unknown): boolean =>
    typeof each === 'string'
      ? isUrlTaken && each !== ''
      : typeof each === 'object' && each !== null && typeof (each as { host?: unknown }).host === 'string';
  if (Array.isArray(found) && found.length > 0 && found.every(isAddress)) return;
  const port = option === 'cluster' ? 6379 : 26379;
  throw new CacheError('OPTION_INVALID', {
    option,
    where,
    // A URL may hold a password.
    found: Array.isArray(found) ? `a list of ${found.length}` : typeof found,
    expected: `a list of at least one address, such as [{ host: 'localhost', port: ${port} }]`,
  });
}

function checkUrl(text: string, where: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') {
    const expected = 'a URL that begins with redis:// or rediss://, such as redis://localhost:6379/1';
    throw new CacheError('OPTION_INVALID', {
      option: 'target',
      where,
      found: 'another text, which is not shown because it may hold a password',
      expected,
    });
  }
  // ioredis takes what stands behind the "?" for options of its own.
  checkOptionNames(Object.fromEntries(url.searchParams), ['family'], where);
}
