import { Redis } from 'ioredis';
import { RedisServer } from '../../support/redis.js';
import { LARGE, NearBench } from './near-support.js';

const HITS = 20;

let server: RedisServer;
let raw: Redis;
let bench: NearBench;

beforeAll(async () => {
  server = await RedisServer.start();
  raw = new Redis(server.url);
  raw.on('error', () => {});
});

beforeEach(async () => {
  bench = await NearBench.open(server.url, 'validated');
});

afterEach(() => bench.close());

afterAll(async () => {
  raw.disconnect();
  await server.stop();
});

async function bytesSent(): Promise<number> {
  return Number(/total_net_output_bytes:(\d+)/.exec(await raw.info('stats'))![1]);
}

describe('a validated near store on Redis', () => {
  it('gets a large payload once', async () => {
    const address = bench.address('list');
    await bench.load(address, LARGE);
    await bench.payload(address);
    const before = await bytesSent();
    for (let hit = 0; hit < HITS; hit++) expect(await bench.payload(address)).toBe(LARGE);
    // The statistics themselves are a part of it.
    expect((await bytesSent()) - before).toBeLessThan(HITS * 1_000);
  });

  it('gets it again when another process has filled it', async () => {
    const address = bench.address('list');
    await bench.load(address, LARGE);
    await bench.payload(address);
    await bench.others.fill(await bench.others.lease(address, { mode: 'put' }), `${LARGE}2`, { mode: 'put' });
    expect(await bench.payload(address)).toBe(`${LARGE}2`);
  });

  it('finds nothing where somebody else has put something', async () => {
    const address = bench.address('list');
    await bench.load(address, LARGE);
    await bench.payload(address);
    await raw.del(bench.entryKey(address));
    await raw.lpush(bench.entryKey(address), 'foreign');
    expect(await bench.payload(address)).toBeUndefined();
    await raw.set(bench.entryKey(address), 'foreign '.repeat(10));
    expect(await bench.payload(address)).toBeUndefined();
  });

  it('serves a copy of what is compressed in Redis', async () => {
    const compressing = await NearBench.open(server.url, 'validated', { compressAbove: 1_000 });
    const address = compressing.address('list');
    await compressing.load(address, LARGE);
    expect(await raw.strlen(compressing.entryKey(address))).toBeLessThan(1_000);
    for (let hit = 0; hit < 3; hit++) expect(await compressing.payload(address)).toBe(LARGE);
    await compressing.close();
  });

  it('is cold after a restart, although a snapshot brings back what it has a copy of', async () => {
    const address = bench.address('list');
    await bench.load(address, LARGE);
    await bench.payload(address);
    await raw.save();
    await bench.others.invalidate({ paths: [address.path] });
    await server.restart();
    await bench.untilConnected();
    expect(await raw.exists(bench.entryKey(address))).toBe(1);
    expect(await bench.payload(address)).toBeUndefined();
  });
});
