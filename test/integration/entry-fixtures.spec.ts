import type { INestApplicationContext } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CacheModule, CacheService, redisStore } from '../../lib/index.js';
import { Serializer } from '../../lib/serialization/codec.js';
import { RedisEntries } from '../../lib/stores/redis-entries.js';
import type { EntryFixture } from '../support/entry-fixtures.js';
import { ENTRY_FIXTURES, FIXTURE_GROUPS, FIXTURE_KEY, fixtureFile, textOf } from '../support/entry-fixtures.js';

const PREFIX = 'test:fixtures';
const ENTRY = `${PREFIX}:v1:${FIXTURE_KEY}`;

function committed({ name }: EntryFixture): string {
  return readFileSync(join(import.meta.dirname, '../fixtures', fixtureFile(name)), 'utf8');
}

describe.each(ENTRY_FIXTURES)('an entry of this release: $name', (fixture) => {
  const text = committed(fixture);
  let context: INestApplicationContext;
  let cache: CacheService;
  let client: Redis;

  beforeAll(async () => {
    const store = redisStore(process.env['TEST_REDIS_URL']!, { commandTimeout: '5s' });
    class RootModule {}
    Module({ imports: [CacheModule.forRoot({ prefix: PREFIX, store })] })(RootModule);
    context = await NestFactory.createApplicationContext(RootModule, { logger: false, abortOnError: false });
    cache = context.get(CacheService);
    client = new Redis(process.env['TEST_REDIS_URL']!);
  });

  afterAll(async () => {
    await context?.close();
    await client?.quit();
  });

  /** Leaves it as it would stand on this server, the generations that it names included. */
  async function leave(entry: string): Promise<void> {
    const runId = /run_id:(\w+)/.exec(await client.info('server'))![1]!;
    const placed = entry.replace('~root=generation-0', `~root=${runId}`);
    for (const [index, group] of FIXTURE_GROUPS.entries()) {
      const id = `${index === 0 ? runId : `generation-${index}`}.1700000000`;
      await client.set(`${PREFIX}:~gen:${group}`, id, 'PX', 60_000);
    }
    await client.set(ENTRY, placed, 'PX', 60_000);
  }

  it('is what is written', async () => {
    const written = await textOf(fixture);
    const comparable = (whole: string) => (fixture.isCompressed ? whole.split('\n')[0] : whole);
    expect(comparable(written)).toBe(comparable(text));
  });

  it('is read, with everything that its header says', async () => {
    const entry = (await new RedisEntries({}).read(text))!;
    const { serializer, form, headers, etag, groups, version } = entry.header;
    expect({ form, headers, version }).toEqual({ form: fixture.form, headers: fixture.headers, version: 'two words' });
    expect(etag !== '').toBe(form === 'wire');
    expect([...groups.keys()]).toEqual(FIXTURE_GROUPS);
    expect(new Serializer().decode({ payload: entry.payload, serializer, form }, { form })).toEqual(fixture.value);
  });

  it('is a hit on Redis for a reader that takes its form', async () => {
    await leave(text);
    expect(await cache.get(FIXTURE_KEY)).toEqual(fixture.form === 'value' ? fixture.value : undefined);
  });

  it('is a miss in a format that is not known', async () => {
    await leave(text.replace(/^nestash1 /, 'nestash2 '));
    expect(await cache.get(FIXTURE_KEY)).toBeUndefined();
    expect(await cache.getOrSet(FIXTURE_KEY, () => 'loaded')).toBe('loaded');
    expect(await cache.get(FIXTURE_KEY)).toBe('loaded');
  });
});
