import type { RedisServer } from './redis.js';

const DEADLINE_MS = 2_000;

/** What servers say, or why they say nothing, for whoever waited in vain. */
export async function reports(asked: readonly (readonly [RedisServer, () => Promise<string>])[]): Promise<string> {
  const told = asked.map(async ([server, ask]) => {
    if (!server.isRunning) return `${server.port} does not run`;
    const late = new Promise<string>((resolve) => setTimeout(resolve, DEADLINE_MS, 'no answer').unref());
    return `${server.port}: ${await Promise.race([ask().catch(String), late])}`;
  });
  return (await Promise.all(told)).join('\n');
}
