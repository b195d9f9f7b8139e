import type { ConnectionOptions } from 'node:tls';
import { describeValue } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import { checkOptionNames, invalidOption } from '../core/options.js';

/** The commands that a store sends; an ioredis client of version 5 or 6 has them. */
export interface RedisCommands {
  mget(keys: string[]): Promise<(string | null)[]>;
  set(key: string, value: string, unit: 'PX', lifetime: number, condition: 'NX'): Promise<string | null>;
  del(keys: string[]): Promise<number>;
  scan(cursor: string, match: 'MATCH', pattern: string, count: 'COUNT', size: number): Promise<[string, string[]]>;
  evalsha(sha: string, keys: number, ...rest: string[]): Promise<unknown>;
  eval(text: string, keys: number, ...rest: string[]): Promise<unknown>;
  info(section: string): Promise<string>;
}

/** An ioredis client, version 5 or 6. */
export interface RedisClient extends RedisCommands {
  readonly status: string;
  readonly mode?: string;
  readonly isCluster?: boolean;
  readonly options: { readonly keyPrefix?: string | undefined };
  on(event: 'connect' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'connect' | 'close', listener: () => void): unknown;
  connect(): Promise<void>;
  quit(): Promise<unknown>;
  disconnect(): void;
}

/** Where a Redis or Valkey is: the options of ioredis that concern a single server. */
export interface RedisConnectionOptions {
  /** Default `localhost`. */
  host?: string;
  /** Default 6379. */
  port?: number;
  /** A Unix socket, instead of host and port. */
  path?: string;
  /** 4 or 6 for one version of IP only; 0, the default, for both. */
  family?: number;
  username?: string;
  password?: string;
  /** Default 0. */
  db?: number;
  tls?: ConnectionOptions;
  connectionName?: string;
  /** How long a connection may take to be made, in milliseconds. Default 2,000. */
  connectTimeout?: number;
  /** When TCP keep-alive begins, in milliseconds. */
  keepAlive?: number;
  noDelay?: boolean;
  /** The version of the Redis protocol, ioredis 6 only. */
  protocol?: 2 | 3;
  /** How long to wait before the given attempt to connect again, in milliseconds. Default 50 to about 1,000. */
  retryStrategy?: (attempt: number) => number | null | void;
}

/** A URL such as `redis://localhost:6379/1` or `rediss://…`, connection options, or a client that is only borrowed. */
export type RedisTarget = string | RedisConnectionOptions | { client: RedisClient };

const CONNECTION_OPTIONS: readonly (keyof RedisConnectionOptions)[] = [
  'host',
  'port',
  'path',
  'family',
  'username',
  'password',
  'db',
  'tls',
  'connectionName',
  'connectTimeout',
  'keepAlive',
  'noDelay',
  'protocol',
  'retryStrategy',
];

/** Commands that a client of another kind would not have. */
const NEEDED = ['mget', 'set', 'del', 'scan', 'evalsha', 'eval', 'info', 'on', 'off'] as const;

export function isBorrowed(target: RedisTarget): target is { client: RedisClient } {
  return typeof target === 'object' && 'client' in target;
}

/** @throws CacheError `OPTION_INVALID`, `OPTION_UNKNOWN`, `STORE_CLIENT_REFUSED`. No message shows a URL or password. */
export function checkTarget(target: unknown, where: string): asserts target is RedisTarget {
  if (typeof target === 'string') return checkUrl(target, where);
  if (typeof target !== 'object' || target === null) {
    throw invalidOption('target', where, target, 'a URL, connection options, or { client }');
  }
  if (!('client' in target)) return checkOptionNames(target, CONNECTION_OPTIONS, where);
  checkOptionNames(target, ['client'], where);
  checkClient(target.client);
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

/** @throws CacheError `STORE_CLIENT_REFUSED` */
function checkClient(client: unknown): void {
  const given = (typeof client === 'object' && client !== null ? client : {}) as Partial<RedisClient>;
  if (given.isCluster) {
    throw refused('it is a Cluster client, and clusters are not supported yet', 'Pass the client of a single server.');
  }
  if (typeof given.options !== 'object' || NEEDED.some((name) => typeof given[name] !== 'function')) {
    throw refused(`${describeValue(client)} is no client of ioredis`, 'Pass a `new Redis(…)` of ioredis 5 or 6.');
  }
  if (given.options.keyPrefix) {
    const remedy = 'Leave it out of the client; forRoot({ prefix }) starts every key.';
    throw refused(`it has the keyPrefix ${JSON.stringify(given.options.keyPrefix)}`, remedy);
  }
  if (given.mode === 'subscriber' || given.mode === 'monitor') {
    const remedy = 'Pass a client that is used for commands, such as client.duplicate().';
    throw refused(`it is in ${given.mode} mode`, remedy);
  }
}

function refused(reason: string, remedy: string): CacheError<'STORE_CLIENT_REFUSED'> {
  return new CacheError('STORE_CLIENT_REFUSED', { reason, remedy });
}
