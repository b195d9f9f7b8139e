import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { storeContract } from '../../../lib/testing/store-contract.js';
import { RedisServer } from '../../support/redis.js';
import { WITH_USERS, asUser } from '../../support/redis-users.js';
import { LARGE, NearBench } from './near-support.js';
import { connectedBench } from './redis-support.js';

const FILE = join(import.meta.dirname, 'redis-commands.json');
const committed = JSON.parse(readFileSync(FILE, 'utf8')) as string[];

/** What stands at each place behind the name of a command; null where a word of the command itself stands. */
const ARGUMENTS: Record<string, readonly (string | null)[]> = {
  AUTH: ['username', 'password'],
  CLIENT: [null, null, null, 'client-id', null, null, 'prefix', null, 'prefix'],
  DEL: ['key…'],
  EVAL: ['script', 'numkeys', '…'],
  EVALSHA: ['sha1', 'numkeys', '…'],
  GETRANGE: ['key', 'start', 'end'],
  HELLO: [null, null, 'username', 'password'],
  MGET: ['key…'],
  PEXPIRE: ['key', 'milliseconds'],
  PTTL: ['key'],
  PUBLISH: ['channel', 'message'],
  SCAN: ['cursor', null, 'pattern', null, 'count'],
  SUBSCRIBE: ['channel…'],
  SET: ['key', 'value', null, 'milliseconds'],
};

/** A command as the list writes it: `SET key value PX milliseconds`. */
function formOf([name = '', ...values]: readonly string[]): string {
  const command = name.toUpperCase();
  const places = ARGUMENTS[command] ?? [];
  const isOpen = places.at(-1)?.endsWith('…');
  const words = (isOpen ? values.slice(0, places.length) : values).map((value, index) => places[index] ?? value);
  return [command, ...words].join(' ');
}

const seen = new Set<string>();
let server: RedisServer;
let watcher: Redis;
let monitor: Redis;

beforeAll(async () => {
  server = await RedisServer.start({ args: WITH_USERS });
  watcher = new Redis(server.url);
  monitor = await watcher.monitor();
  monitor.on('monitor', (_time: string, command: string[]) => seen.add(formOf(command)));
});

afterAll(async () => {
  monitor.disconnect();
  watcher.disconnect();
  await server.stop();
});

storeContract('on a server that is watched', async () => (await connectedBench(server.url)).store);

it('keeps copies of what is on a server that is watched', async () => {
  for (const [consistency, url] of [
    ['validated', server.url],
    ['eventual', server.url],
    ['eventual', asUser('untracked', server.url)],
  ] as const) {
    const bench = await NearBench.open(url, consistency);
    const address = bench.address('list');
    await bench.load(address, LARGE);
    for (let hit = 0; hit < 2; hit++) expect(await bench.payload(address)).toBe(LARGE);
    if (consistency === 'eventual') await bench.untilServedHere(address);
    await bench.close();
  }
});

describe('the commands that were sent, also inside scripts,', () => {
  it('are those of the committed list', () => {
    expect([...seen].sort()).toEqual(committed);
  });

  it('are all of Redis 6.2, with all their arguments', async () => {
    const client = new Redis(server.url);
    try {
      for (const form of committed) {
        const [name = '', ...words] = form.split(' ');
        const since = await versionsOf(client, name, words[0]);
        for (const word of [name, ...words.filter((part) => /^[A-Z]+$/.test(part))]) {
          expect({ form, word, isOld: isAtMost62(since.get(word)) }).toEqual({ form, word, isOld: true });
        }
      }
    } finally {
      client.disconnect();
    }
  });

  it('would be noticed if they were newer', async () => {
    const client = new Redis(server.url);
    try {
      expect(isAtMost62((await versionsOf(client, 'PEXPIRE')).get('GT'))).toBe(false);
      expect(formOf(['pexpire', 'a', '1', 'GT'])).toBe('PEXPIRE key milliseconds GT');
      expect(isAtMost62((await versionsOf(client, 'EXPIRETIME')).get('EXPIRETIME'))).toBe(false);
    } finally {
      client.disconnect();
    }
  });
});

/** Since which version the server has the command, or its subcommand, and each word of it. */
async function versionsOf(client: Redis, command: string, subcommand = ''): Promise<Map<string, string>> {
  const [, facts] = (await client.call('COMMAND', 'DOCS', command)) as [string, unknown];
  const since = new Map<string, string>();
  collect(facts, since, command);
  const subcommands = fieldsOf(fieldsOf(facts)['subcommands'] ?? []);
  const own = subcommands[`${command}|${subcommand}`.toLowerCase()];
  if (own) collect(own, since, subcommand);
  return since;
}

function collect(facts: unknown, since: Map<string, string>, name: string, inherited = ''): void {
  const { token, since: own, arguments: parts } = fieldsOf(facts);
  const version = typeof own === 'string' ? own : inherited;
  since.set(typeof token === 'string' ? token : name, version);
  for (const part of Array.isArray(parts) ? parts : []) collect(part, since, 'no word', version);
}

function fieldsOf(facts: unknown): Record<string, unknown> {
  if (!Array.isArray(facts)) return facts as Record<string, unknown>;
  const fields = facts as unknown[];
  return Object.fromEntries(fields.flatMap((name, index) => (index % 2 ? [] : [[name, fields[index + 1]]])));
}

function isAtMost62(version: string | undefined): boolean {
  const [major = NaN, minor = NaN] = (version ?? '').split('.').map(Number);
  return major < 6 || (major === 6 && minor <= 2);
}
