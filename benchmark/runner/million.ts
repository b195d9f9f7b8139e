import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { percentile } from '../../test/support/percentile.js';

const KEYS_EACH = 10_000;
const SCRIPT = `
for number = ARGV[1], ARGV[2] do
  redis.call('SET', KEYS[1] .. number, 'a value of somebody else')
end`;

/** Fills a server with so many keys, whose names begin with a text. */
export async function fill(client: Redis, keys: number, name = 'bench:v1:public:other:'): Promise<void> {
  for (let first = 0; first < keys; first += KEYS_EACH) {
    await client.eval(SCRIPT, 1, name, first, Math.min(first + KEYS_EACH, keys) - 1);
  }
}

const LONGEST_REPEATING = 500;
const MOST_REPEATS = 10;

/** The middle one of several times, in milliseconds: what takes less than one is done more than once in a round. */
export async function medianTime(once: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + LONGEST_REPEATING;
  do times.push(await once());
  while (times.length < MOST_REPEATS && performance.now() < end);
  return percentile(times, 0.5);
}

const REST = 5;

/** How long something takes, in milliseconds, once what came before has come to rest. */
export async function timeOf(what: () => Promise<void>): Promise<number> {
  await sleep(REST);
  const begun = performance.now();
  await what();
  return performance.now() - begun;
}

/** How many commands clients send to servers while something happens, those of this function apart. */
export async function commandsDuring(servers: readonly Redis[], what: () => Promise<void>): Promise<number> {
  const before = await commandsOf(servers);
  await what();
  return (await commandsOf(servers)) - before;
}

async function commandsOf(servers: readonly Redis[]): Promise<number> {
  const texts = await Promise.all(servers.map((server) => server.info('commandstats')));
  return texts.reduce((sum, text) => sum + countOf(text), 0);
}

function countOf(text: string): number {
  // What keeps connections up, and this question, would be counted too.
  const own = [...text.matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm)].filter(([, name]) => !IGNORED.test(name!));
  return own.reduce((sum, [, , calls]) => sum + Number(calls), 0);
}

const IGNORED = /^(info|ping|replconf|psync|cluster.*|config.*|client.*|hello)$/;
