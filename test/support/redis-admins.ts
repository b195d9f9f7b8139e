import { Redis } from 'ioredis';
import type { RedisServer } from './redis.js';

const COMMAND_TIMEOUT_MS = 30_000;

/** A connection to each server, for what tests do by hand. */
export class RedisAdmins {
  readonly #clients = new Map<RedisServer, Redis>();

  of(server: RedisServer): Redis {
    const known = this.#clients.get(server);
    if (known) return known;
    const client = new Redis(server.url, { commandTimeout: COMMAND_TIMEOUT_MS, retryStrategy: () => 50 });
    client.on('error', () => {});
    this.#clients.set(server, client);
    return client;
  }

  disconnect(): void {
    for (const client of this.#clients.values()) client.disconnect();
  }
}
