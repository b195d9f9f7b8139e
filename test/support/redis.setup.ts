import { RedisServer } from './redis.ts';

/** Before the integration tests: one server that they share, at `process.env.TEST_REDIS_URL`. */
export default async function setup(): Promise<void> {
  const server = await RedisServer.start();
  (globalThis as { sharedRedis?: RedisServer }).sharedRedis = server;
  process.env['TEST_REDIS_URL'] = server.url;
}
