import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import type { CacheEvent } from '../../../lib/core/events.js';
import { RedisEntries } from '../../../lib/stores/redis-entries.js';
import { PLAIN_HEADER } from '../../support/entry-headers.js';

const lease = { path: 'posts:1', token: 't1', generations: new Map([['~root', 'r1.x']]), buckets: [] };
const LONG = JSON.stringify('a long text. '.repeat(100));
const KEY = 'test:v1:posts:1';

function entriesOf(maxValueBytes = 10_000, compressAbove?: number) {
  const events: CacheEvent[] = [];
  return { events, entries: new RedisEntries({ maxValueBytes, tell: (event) => events.push(event) }, compressAbove) };
}

async function written(entries: RedisEntries, payload: string): Promise<string> {
  return (await entries.write({ header: PLAIN_HEADER, payload }, lease)).join('\n');
}

describe('an entry in Redis', () => {
  it('is compressed where its payload is longer than the threshold, in bytes', async () => {
    const { entries } = entriesOf(10_000, Buffer.byteLength('é'.repeat(100)));
    expect(await written(entries, 'é'.repeat(100))).toContain(' json value - ');
    expect(await written(entries, 'é'.repeat(101))).toContain(' json value gzip ');
    expect((await written(entries, LONG)).length).toBeLessThan(LONG.length / 4);
  });

  it('is not compressed unless that was asked for', async () => {
    const text = await written(entriesOf().entries, LONG);
    expect(text).toContain(' json value - ');
    expect(text).toContain(LONG);
  });

  it('is not compressed where that would make it larger', async () => {
    expect(await written(entriesOf(10_000, 0).entries, 'éü')).toContain(' json value - ');
  });

  it('is read by everybody, compressed or not, just as it was', async () => {
    const [plain, compressing] = [entriesOf(2 ** 20).entries, entriesOf(2 ** 20, 0).entries];
    const payloads = fc.string({ unit: 'binary', maxLength: 500 }).map((text) => JSON.stringify([text, text, LONG]));
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        for (const writer of [plain, compressing]) {
          const text = await written(writer, payload);
          for (const reader of [plain, compressing]) {
            expect(await reader.read(text)).toMatchObject({ header: { token: 't1' }, payload });
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is a miss that is told of when it would unfold to more than the largest value', async () => {
    const payload = 'x'.repeat(10_000);
    const text = await written(entriesOf(10_000, 0).entries, payload);
    expect(await entriesOf(10_000).entries.read(text)).toMatchObject({ payload });
    const { entries, events } = entriesOf(9_999);
    expect(await entries.read(text, KEY)).toBeUndefined();
    expect(events).toEqual([{ kind: 'entry-damaged', key: KEY, error: expect.anything() }]);
    expect(String(Object(events[0]).error)).toContain('no gzip of at most 9999 bytes');
  });

  it('is a miss when it is a bomb, and no more of it is unfolded than is allowed', async () => {
    const { entries } = entriesOf(1_000_000, 0);
    const line = (await written(entries, LONG)).split('\n')[0]!;
    const bomb = gzipSync(Buffer.alloc(200_000_000), { level: 1 }).toString('base64');
    const before = process.memoryUsage().rss;
    expect(await entries.read(`${line}\n${bomb}`)).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  it('is a miss wherever its compressed payload is cut off or changed', async () => {
    const { entries, events } = entriesOf(10_000, 0);
    const text = await written(entries, LONG);
    const start = text.indexOf('\n') + 1;
    let misses = 0;
    for (let at = start; at < text.length; at++) {
      const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      // Bits of the gzip header and of the padding say nothing of the content.
      const found = await entries.read(changed, KEY);
      if (found) expect(found.payload).toBe(LONG);
      else misses++;
      const cut = await entries.read(text.slice(0, at), KEY);
      if (cut) expect(cut.payload).toBe(LONG);
      else misses++;
    }
    expect(misses).toBeGreaterThan(text.length - start);
    expect(events).toHaveLength(misses);
  });
});

describe('the header of an entry in Redis', () => {
  const entry = (token: string, payload: string, version = '') =>
    `nestash1 ${token} 1 2 0 0 json value - ${payload.length} ${version || '-'} - - - ~root=r1.x\n${payload}`;
  const headerOf = async (entries: RedisEntries, text: string, key = KEY) => (await entries.read(text, key))?.header;

  it('is read once for a key, and again as soon as it is another one', async () => {
    const { entries } = entriesOf();
    const first = await headerOf(entries, entry('t1', '1'));
    expect(first?.token).toBe('t1');
    expect(await headerOf(entries, entry('t1', '2'))).toBe(first);
    expect((await headerOf(entries, entry('t2', '1')))?.token).toBe('t2');
    expect((await headerOf(entries, entry('t2', '1')))?.token).toBe('t2');
    expect(await headerOf(entries, entry('t1', '1'), `${KEY}0`)).not.toBe(first);
  });

  it('is that of the payload behind it, also where it was read before', async () => {
    const { entries, events } = entriesOf();
    const text = entry('t1', '"one"');
    expect(await entries.read(text, KEY)).toMatchObject({ payload: '"one"' });
    expect(await entries.read(text.replace('one', 'two'), KEY)).toMatchObject({ payload: '"two"' });
    expect(await entries.read(text.slice(0, -1), KEY)).toBeUndefined();
    expect(await entries.read(`${text} `, KEY)).toBeUndefined();
    expect(events).toHaveLength(2);
  });

  it('is not remembered where it is long', async () => {
    const { entries } = entriesOf();
    const [short, long] = [900, 1_000].map((length) => entry('t1', '1', 'v'.repeat(length)));
    expect(await headerOf(entries, short!)).toBe(await headerOf(entries, short!));
    expect(await headerOf(entries, long!, 'long')).not.toBe(await headerOf(entries, long!, 'long'));
  });

  it('is forgotten when there are too many', async () => {
    const { entries } = entriesOf();
    const first = await headerOf(entries, entry('t', '1'), '0');
    for (let key = 1; key < 5_000; key++) await entries.read(entry('t', '1'), String(key));
    expect(await headerOf(entries, entry('t', '1'), '0')).toBe(first);
    await entries.read(entry('t', '1'), '5000');
    expect(await headerOf(entries, entry('t', '1'), '0')).not.toBe(first);
  });

  it('is remembered without its payload', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { entries } = entriesOf();
    const read = async (key: number): Promise<void> => {
      const text = Buffer.from(entry('t', 'x'.repeat(500_000))).toString();
      expect(await entries.read(text, String(key))).toBeDefined();
    };
    await read(0);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let key = 1; key <= 100; key++) await read(key);
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  });
});
