import type { RedisServer } from './redis.ts';

/** After the integration tests: ends the server that they shared. */
export default async function teardown(): Promise<void> {
  await (globalThis as { sharedRedis?: RedisServer }).sharedRedis?.stop();
}
