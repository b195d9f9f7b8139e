import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARD_TAGS, shardOf, slotOf } from '../../../lib/stores/redis-shards.js';

describe('the shards of a cluster', () => {
  it('are 64, with tags of two characters that are all different', () => {
    expect(SHARD_TAGS).toHaveLength(64);
    expect(new Set(SHARD_TAGS).size).toBe(64);
    for (const tag of SHARD_TAGS) expect(tag).toMatch(/^[a-z0-9]{2}$/);
  });

  it('are documented for other programs that invalidate', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/freshness.md'), 'utf8');
    expect(text.replaceAll('\n', ' ')).toContain(SHARD_TAGS.join(' '));
  });

  it('have slots that are evenly spaced', () => {
    const slots = SHARD_TAGS.map(slotOf).sort((one, other) => one - other);
    for (const masters of [3, 6, 12]) {
      const counts = Array.from({ length: masters }, () => 0);
      for (const slot of slots) counts[Math.floor((slot * masters) / 16_384)]!++;
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it('are found by the hash of Redis, whose test value is 31C3', () => {
    expect(slotOf('123456789')).toBe(0x31c3);
    expect(slotOf('foo')).toBe(12_182);
  });

  // Frozen: another shard for a path would leave its entries where no invalidation looks for them.
  it.each([
    ['', 'mm'],
    ['a', 'ax'],
    ['public:blog:list', 'v1'],
    ['public:blog:detail:42', 'c5'],
    ['user:7:feed', 'rg'],
    ['shop:articles:çà:日本', '0t'],
  ])('have the path "%s" in {%s}', (path, tag) => {
    expect(SHARD_TAGS[shardOf(path)]).toBe(tag);
  });

  it('get about as many paths each', () => {
    const counts = SHARD_TAGS.map(() => 0);
    for (let id = 0; id < 64_000; id++) counts[shardOf(`public:blog:detail:${id}`)]!++;
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1_100);
  });
});
