import type { Redis } from 'ioredis';
import { RedisServer } from '../../support/redis.js';
import { Opened } from './redis-support.js';

const BELOW = 100;
const BATCH = 100_000;

let server: RedisServer;
const opened = new Opened();

beforeAll(async () => {
  server = await RedisServer.start();
});

afterAll(async () => {
  await opened.close();
  await server.stop();
});

it('invalidates a path with the same commands among ten thousand and among a million other keys', async () => {
  const raw = opened.client(server.url);
  const few = await invalidationAmong(raw, 10_000);
  const many = await invalidationAmong(raw, 1_000_000);
  expect(many).toEqual(few);
  expect(few).toEqual({ evalsha: 1, del: 1, publish: 1 });
}, 60_000);

/** How often each command was sent, also inside a script, to invalidate a path with a hundred entries below it and a tag. */
async function invalidationAmong(raw: Redis, total: number): Promise<Record<string, number>> {
  for (let from = await raw.dbsize(); from < total; from += BATCH) {
    const until = Math.min(from + BATCH, total);
    await raw.eval(`for i = ${from}, ${until} do redis.call('SET', 'test:v1:other:' .. i, 'x') end`, 0);
  }
  const bench = await opened.bench(server.url);
  const addresses = Array.from({ length: BELOW }, (_, index) => bench.address(`blog:detail:${index}`));
  for (const address of addresses) await bench.load(address, 'x');
  expect(await raw.dbsize()).toBeGreaterThanOrEqual(total);

  const path = bench.path('blog');
  // The server knows the script from then on.
  await bench.invalidate({ groups: [bench.path('another')] });
  await raw.config('RESETSTAT');
  await bench.invalidate({ groups: [path, '~bucket:1', bench.tag('posts')], paths: [path] });
  const stats = await raw.info('commandstats');
  for (const address of addresses) expect(await bench.payload(address)).toBeUndefined();
  const calls = Array.from(stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm), ([, name, count]) => [
    name,
    Number(count),
  ]);
  return Object.fromEntries(calls.filter(([name]) => name !== 'config|resetstat' && name !== 'config')) as Record<
    string,
    number
  >;
}
