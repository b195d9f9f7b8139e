import { RedisServer } from '../../test/support/redis.js';
import type { Servers } from '../scenario.js';

/** One server for all entrants of a scenario. */
export async function oneRedis(): Promise<Servers> {
  const server = await RedisServer.start();
  return { urls: [server.url], stop: () => server.stop() };
}

/** A database of its own on that server. */
export function ownDatabase({ urls, lane }: { urls: readonly string[]; lane: number }): string {
  return `${urls[0]!}/${lane}`;
}
