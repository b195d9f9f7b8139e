import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { storeContract } from '../../../lib/testing/store-contract.js';
import { RedisServer } from '../../support/redis.js';
import { NearBench, connectedNear, recorder } from './near-support.js';

const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
/** The rules that README gives, for the prefix of these tests. */
const [, ...rules] = (/^ACL SETUSER (.+)$/m.exec(README)?.[1] ?? '').replaceAll('prod:shop:', 'test:').split(' ');

let server: RedisServer;

beforeAll(async () => {
  // As before version 7 of Redis, whoever is made there may use all channels.
  server = await RedisServer.start({ args: ['--acl-pubsub-default', 'allchannels'] });
  const raw = new Redis(server.url);
  await raw.acl('SETUSER', 'shop', ...rules);
  await raw.quit();
});

afterAll(() => server.stop());

const url = (): string => `redis://shop:secret@${new URL(server.url).host}/1`;

describe('a user who may do what README says', () => {
  storeContract('an eventual near store', () => connectedNear(url(), 'eventual'));

  it('is told what changes', async () => {
    const { events, tell } = recorder();
    const bench = await NearBench.open(url(), 'eventual', { tell });
    await bench.copied('list');
    await bench.close();
    expect(events).toEqual([]);
    const raw = new Redis(server.url);
    expect(await raw.info('keyspace')).toMatch(/^# Keyspace\s+db1:keys=\d/);
    await raw.quit();
  });
});
