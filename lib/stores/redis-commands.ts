/** The commands that a store sends; an ioredis client of version 5 or 6 has them. */
export interface RedisCommands {
  mget(keys: string[]): Promise<(string | null)[]>;
  getrange(key: string, start: number, end: number): Promise<string>;
  set(key: string, value: string, unit: 'PX', lifetime: number, condition: 'NX'): Promise<string | null>;
  del(keys: string[]): Promise<number>;
  scan(cursor: string, match: 'MATCH', pattern: string, count: 'COUNT', size: number): Promise<[string, string[]]>;
  evalsha(sha: string, keys: number, ...rest: string[]): Promise<unknown>;
  eval(text: string, keys: number, ...rest: string[]): Promise<unknown>;
  info(section: string): Promise<string>;
  cluster(subcommand: 'NODES' | 'INFO'): Promise<unknown>;
}

/** An ioredis client, version 5 or 6. */
export interface RedisClient extends RedisCommands {
  readonly status: string;
  readonly mode?: string;
  readonly isCluster?: boolean;
  readonly options: ClientOptions;
  on(event: 'connect' | 'ready' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'connect' | 'ready' | 'close', listener: () => void): unknown;
  connect(): Promise<void>;
  quit(): Promise<unknown>;
  disconnect(): void;
  duplicate(options: object): RedisClient;
}

/** A client that hears what the server announces. */
export interface ListeningClient extends RedisClient {
  on(event: 'connect' | 'ready' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'messageBuffer', listener: (channel: Buffer, message: unknown) => void): unknown;
  client(subcommand: string, ...rest: (string | number)[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(isReconnecting?: boolean): void;
}

interface ClientOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly keyPrefix?: string | undefined;
  readonly role?: string | undefined;
  readonly readOnly?: boolean | undefined;
}

/** An ioredis client of a cluster, version 5 or 6. */
export interface ClusterClient {
  readonly isCluster: boolean;
  readonly status: string;
  readonly options: { readonly keyPrefix?: string | undefined; readonly scaleReads?: unknown };
  /** By slot, the `host:port` of its master and of the replicas. */
  readonly slots: string[][];
  nodes(role: 'master'): RedisClient[];
  refreshSlotsCache(done: () => void): void;
  del(keys: string[]): Promise<number>;
  eval(text: string, keys: number, ...rest: string[]): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'ready' | 'close', listener: () => void): unknown;
  off(event: 'ready' | 'close', listener: () => void): unknown;
  connect(): Promise<void>;
  quit(): Promise<unknown>;
  disconnect(): void;
}
