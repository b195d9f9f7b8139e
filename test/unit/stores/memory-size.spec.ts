import { MemoryGenerations } from '../../../lib/stores/memory-generations.js';
import { MemoryStore } from '../../../lib/stores/memory.store.js';
import type { BeginRequest, Lease } from '../../../lib/stores/store.js';
import { LEASE_LIFETIME } from '../../../lib/stores/store.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { EngineBench } from '../../support/engine-bench.js';

const tagged = (index: number): string[] => Array.from({ length: 100 }, (_, tag) => `tag-${index}-${tag}`);

describe('the size of a memory store', () => {
  it('counts the tags of entries, and takes it back with them', async () => {
    const clock = new FakeClock();
    const at = new EngineBench(new MemoryStore({ maxEntries: 1_000, maxBytes: 100_000 }, clock), clock);
    for (let index = 0; index < 50; index++) await at.get(`posts:${index}`, () => index, { tags: tagged(index) });
    const kept = [];
    for (let index = 0; index < 50; index++) {
      if ((await at.stored(`posts:${index}`, { tags: tagged(index) })) !== undefined) kept.push(index);
    }
    // Each takes a little more than 22,000 bytes.
    expect(kept).toEqual([46, 47, 48, 49]);
    for (const index of kept) await at.delete(`posts:${index}`);
    for (let index = 0; index < 100; index++) await at.get(`plain:${index}`, () => index);
    expect(await at.stored('plain:0')).toBe(0);
  });
});

describe('a lease that expired under its owner', () => {
  async function begin(store: MemoryStore, path: string, token: string): Promise<Lease> {
    const request = { address: { path, groups: ['~root', path] }, token, mode: 'load', lateTags: false } as const;
    const begun = await store.begin({ ...request, generationLifetime: 60_000 } satisfies BeginRequest);
    if (begun.kind !== 'leased') throw new Error(`The lease of ${path} is not to be had.`);
    return begun.lease;
  }

  it('is forgotten when the owner comes back, with the generations that it held', async () => {
    const held = new Set<string>();
    const { hold, release } = MemoryGenerations.prototype;
    MemoryGenerations.prototype.hold = function (group) {
      held.add(group);
      return hold.call(this, group);
    };
    MemoryGenerations.prototype.release = function (generation) {
      release.call(this, generation);
      if (generation.holders === 0) held.delete(generation.group);
    };
    const clock = new FakeClock();
    const store = new MemoryStore({ maxEntries: 10, maxBytes: 1_000_000 }, clock);
    for (let index = 0; index < 100; index++) {
      const lease = await begin(store, `posts:${index}`, `token ${index}`);
      await clock.advance(LEASE_LIFETIME + 1);
      expect(await store.fill({ lease, mode: 'load' })).toBe(false);
    }
    Object.assign(MemoryGenerations.prototype, { hold, release });
    expect(held.size).toBe(0);
  });

  it('is left alone where somebody else holds it by now', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ maxEntries: 10, maxBytes: 1_000_000 }, clock);
    const older = await begin(store, 'posts:1', 'older');
    await clock.advance(LEASE_LIFETIME + 1);
    const newer = await begin(store, 'posts:1', 'newer');
    expect(await store.fill({ lease: older, mode: 'load' })).toBe(false);
    expect(await store.renew(newer)).toBe(true);
  });
});
