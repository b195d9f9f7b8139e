import { isAlive } from '../../../lib/core/entry.js';
import { PathAddress } from '../../../lib/keys/groups.js';
import type { CacheStore } from '../../../lib/stores/store.js';
import { MemoryEntries } from '../../../lib/stores/memory-entries.js';
import { MemoryGenerations } from '../../../lib/stores/memory-generations.js';
import { MemoryStore, memoryStore } from '../../../lib/stores/memory.store.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { EngineBench, LIFETIME } from '../../support/engine-bench.js';
import { PLAIN_HEADER } from '../../support/entry-headers.js';

const MANY = { maxEntries: 1_000_000_000, maxBytes: 2 ** 40 };

function bench(limits: { maxEntries: number; maxBytes: number }): EngineBench<FakeClock> {
  const clock = new FakeClock();
  return new EngineBench(new MemoryStore(limits, clock), clock);
}

async function present(at: EngineBench, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(async (path) => ((await at.stored(path)) === undefined ? [] : [path])));
  return found.flat();
}

describe('the memory store', () => {
  it('keeps so many entries, and drops the least recently used', async () => {
    const at = bench({ ...MANY, maxEntries: 3 });
    for (const path of ['a', 'b', 'c']) await at.get(path, () => path);
    await at.get('a', () => 'never');
    await at.get('d', () => 'd');
    expect(await present(at, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
  });

  it('keeps so many bytes, of keys and values', async () => {
    const at = bench({ ...MANY, maxBytes: 22_000 });
    for (const path of ['a', 'b', 'c', 'd']) await at.get(path, () => path.repeat(3_000));
    expect(await present(at, ['a', 'b', 'c', 'd'])).toEqual(['b', 'c', 'd']);
    await at.get('k'.repeat(9_000), () => 1);
    expect(await present(at, ['b', 'c', 'd'])).toEqual([]);
    expect(await at.stored('k'.repeat(9_000))).toBe(1);
  });

  it('counts what it drops back in, however often entries are replaced', async () => {
    const at = bench({ ...MANY, maxBytes: 22_000 });
    for (let turn = 0; turn < 50; turn++) {
      await at.put('a', () => 'x'.repeat(turn * 100));
      if (turn % 2 === 0) await at.delete('a');
    }
    for (const path of ['b', 'c']) await at.get(path, () => path.repeat(3_000));
    expect(await present(at, ['b', 'c'])).toEqual(['b', 'c']);
  });

  it('counts the values that it keeps for those who read them again', async () => {
    const at = bench({ ...MANY, maxBytes: 24_000 });
    for (const path of ['a', 'b', 'c']) await at.get(path, () => ({ text: path.repeat(3_000) }));
    for (let call = 0; call < 3; call++) await at.stored('a');
    expect(await present(at, ['a', 'b', 'c'])).toEqual(['a', 'c']);
  });

  it('hands out a value of its own to each reader', async () => {
    const at = bench(MANY);
    const values = [];
    for (let call = 0; call < 3; call++) {
      const value = (await at.get('a', () => ({ author: { name: 'Ann' } }))) as { author: { name: string } };
      values.push(value.author.name);
      value.author.name = 'changed';
    }
    expect(values).toEqual(['Ann', 'Ann', 'Ann']);
  });

  it('keeps so many groups closed, and everything when there are more', async () => {
    const at = bench(MANY);
    const names = Array.from({ length: 10_000 }, (_, number) => `posts:${number}`);
    await at.settle(1_000, ...names);
    await at.clock.advance(2_000);
    await at.settle(60_000, ...names);
    await at.get('users', () => 'stored');
    expect(await at.stored('users')).toBe('stored');
    await at.settle(1_000, 'posts:last');
    await at.clock.advance(59_000);
    await at.get('others', () => 'not stored');
    expect(await at.stored('others')).toBeUndefined();
    await at.clock.advance(1_000);
    await at.get('others', () => 'stored');
    expect(await at.stored('others')).toBe('stored');
  });

  it('does not keep what alone is over the limit, and serves it all the same', async () => {
    const at = bench({ ...MANY, maxBytes: 1_000 });
    expect(await at.get('a', () => 'x'.repeat(5_000))).toHaveLength(5_000);
    expect(await at.stored('a')).toBeUndefined();
  });

  it('keeps an entry for its lifetime by the clock that only moves forward', async () => {
    const at = bench(MANY);
    await at.get('a', () => 'a');
    at.clock.jump(-86_400_000);
    await at.clock.advance(LIFETIME - 1);
    expect(await at.stored('a')).toBe('a');
    at.clock.jump(2 * 86_400_000);
    expect(await at.stored('a')).toBe('a');
    await at.clock.advance(1);
    expect(await at.stored('a')).toBeUndefined();
  });

  it('has one timer for all entries, and none without any', async () => {
    const at = bench(MANY);
    expect(at.clock.pending).toBe(0);
    for (let index = 0; index < 5_000; index++) await at.get(`posts:${index}`, () => index);
    expect(at.clock.pending).toBe(1);
    await at.clock.advance(LIFETIME + 10_000);
    expect(at.clock.pending).toBe(0);
    await at.get('again', () => 1);
    expect(at.clock.pending).toBe(1);
    await at.store.close();
    expect(at.clock.pending).toBe(0);
  });

  it('hands out copies, and keeps a copy of what it was given', async () => {
    const at = bench(MANY);
    const given = { tags: ['a'] };
    const first = (await at.get('a', () => given)) as { tags: string[] };
    given.tags.push('changed by the loader');
    first.tags.push('changed by the caller');
    const second = (await at.get('a', () => undefined)) as { tags: string[] };
    expect(second).toEqual({ tags: ['a'] });
    second.tags.push('changed by a reader');
    expect(await at.get('a', () => undefined)).toEqual({ tags: ['a'] });
  });

  it('forgets everything on clear, and can be used on', async () => {
    const at = bench(MANY);
    await at.get('a', () => 'old');
    await at.engine.clear();
    expect(await at.get('a', () => 'new')).toBe('new');
  });

  it('is a miss for a reader who names another tag, or a path that the entry does not', async () => {
    const at = bench(MANY);
    await at.get('posts:1', () => 'one', { tags: ['blog'] });
    expect(await at.stored('posts:1', { tags: ['blog'] })).toBe('one');
    expect(await at.stored('posts:1')).toBe('one');
    expect(await at.stored('posts:1', { tags: ['news'] })).toBeUndefined();
    const store = new MemoryStore(MANY, new FakeClock());
    await fillOne(store, 1, ['~root']);
    const address = new PathAddress('posts:1:de', []);
    const { entry, generations, isAlive: isKnown } = (await store.read(address))!;
    expect([isKnown, isAlive(entry.header, address.groups, generations)]).toEqual([false, false]);
  });

  it('lets entries share what says under which generations they were built', async () => {
    const store = new MemoryStore(MANY, new FakeClock());
    const groupsOfEntry = async (index: number) => {
      await fillOne(store, index, ['~root', 'posts']);
      return (await store.read({ path: `posts:${index}:de`, groups: [] }))!.entry.header.groups;
    };
    const before = await groupsOfEntry(1);
    expect(await groupsOfEntry(2)).toBe(before);
    await store.invalidate({ groups: ['posts'], paths: [], globs: [] });
    const after = await groupsOfEntry(1);
    expect([after.get('~root') === before.get('~root'), after.get('posts') === before.get('posts')]).toEqual([
      true,
      false,
    ]);
  });

  it('refuses limits that are none', () => {
    expect(() => memoryStore({ maxEntries: 0 })).toThrow('maxEntries');
    expect(() => memoryStore({ maxBytes: -1 })).toThrow('maxBytes');
    expect(() => memoryStore({ maxEntrys: 1 } as object)).toThrow('maxEntrys');
    expect(() => memoryStore({ ttl: 5 as never })).toThrow('ttl');
  });
});

describe('the generations of a memory store', () => {
  function parts(limits = MANY) {
    const clock = new FakeClock();
    const generations = new MemoryGenerations();
    return { clock, generations, entries: new MemoryEntries(limits, generations, clock) };
  }

  it('are new whenever they are made again', () => {
    const { generations } = parts();
    const seen = new Set<string>();
    for (let turn = 0; turn < 100; turn++) {
      const generation = generations.hold('posts');
      expect(generations.get('posts')).toBe(generation.id);
      seen.add(generation.id);
      if (turn % 2 === 0) generations.delete('posts');
      generations.release(generation);
      expect(generations.get('posts')).toBeUndefined();
    }
    expect(seen.size).toBe(100);
  });

  it('live as long as somebody was built under them', () => {
    const { generations } = parts();
    const [one, other] = [generations.hold('posts'), generations.hold('posts')];
    expect(one).toBe(other);
    generations.release(one);
    expect(generations.isCurrent(other)).toBe(true);
    generations.release(other);
    expect(generations.isCurrent(other)).toBe(false);
  });

  it('are not ended by the end of what was built under an older one', () => {
    const { generations } = parts();
    const older = generations.hold('posts');
    generations.delete('posts');
    const newer = generations.hold('posts');
    generations.release(older);
    expect([generations.isCurrent(newer), generations.get('posts')]).toEqual([true, newer.id]);
    expect(generations.isCurrent(older)).toBe(false);
  });

  it('are not more than a bounded store can name, however many keys there were', async () => {
    const count = countGenerations();
    const store = new MemoryStore({ maxEntries: 1_000, maxBytes: 2 ** 26 }, new FakeClock());
    for (let index = 0; index < 100_000; index++) await fillOne(store, index);
    count.stop();
    // The root, "posts", and at most two groups more for each entry and the lease.
    expect(count.most).toBeGreaterThan(1_500);
    expect(count.most).toBeLessThanOrEqual(2_004);
  });

  it('are kept for the last ten thousand groups that others were built from', async () => {
    const generations = new MemoryGenerations();
    for (let index = 0; index < 10_010; index++) generations.linger(`a:${index}`);
    for (let index = 10; index < 20; index++) generations.linger(`a:${index}`);
    expect(generations.groups()).toHaveLength(10_000);
    generations.linger('b');
    expect([generations.get('a:9'), generations.get('a:20')]).toEqual([undefined, undefined]);
    expect(generations.get('a:10')).not.toBeUndefined();
  });

  it('of buckets are forgotten when no load could still need them', async () => {
    const count = countGenerations();
    const at = bench(MANY);
    for (let index = 0; index < 10; index++) await at.get(`posts:${index}`, () => index, { lateTags: ['author:7'] });
    count.stop();
    // The root, "posts" and the tag.
    expect([count.present, count.most > 256]).toEqual([3, true]);
  });

  it('are forgotten with what is too large to be kept', async () => {
    const count = countGenerations();
    await bench({ ...MANY, maxBytes: 1_000 }).get('posts:1', () => 'x'.repeat(5_000));
    count.stop();
    expect([count.present, count.most]).toEqual([0, 2]);
  });

  it('are forgotten with everything else on clear', async () => {
    const count = countGenerations();
    const at = bench(MANY);
    await at.get('posts:1', () => 'one');
    await at.engine.clear();
    count.stop();
    expect([count.present, count.most]).toEqual([0, 2]);
  });

  it('are forgotten soon after the only entry that still named them was invalidated', async () => {
    const count = countGenerations();
    const at = bench(MANY);
    await at.get('kept', () => 'kept');
    await at.get('posts:1', () => 'one', { tags: ['blog'] });
    await at.invalidate('posts');
    expect(count.present).toBe(2);
    await at.clock.advance(LIFETIME / 2);
    count.stop();
    // The root, for what is kept.
    expect(count.present).toBe(1);
  });
});

/** Counts how many groups have a generation, and how many had one at most. */
function countGenerations() {
  const { hold, release, delete: remove } = MemoryGenerations.prototype;
  const count = {
    present: 0,
    most: 0,
    stop: () => Object.assign(MemoryGenerations.prototype, { hold, release, delete: remove }),
  };
  Object.assign(MemoryGenerations.prototype, {
    hold(this: MemoryGenerations, group: string) {
      if (this.get(group) === undefined) count.most = Math.max(count.most, ++count.present);
      return hold.call(this, group);
    },
    release(this: MemoryGenerations, generation: Parameters<typeof release>[0]) {
      const wasCurrent = this.isCurrent(generation);
      release.call(this, generation);
      if (wasCurrent && !this.isCurrent(generation)) count.present--;
    },
    delete(this: MemoryGenerations, group: string) {
      if (this.get(group) !== undefined) count.present--;
      remove.call(this, group);
    },
  });
  return count;
}

/** A key with two groups of its own and a tag; every tenth is invalidated. */
async function fillOne(store: CacheStore, index: number, named?: readonly string[]): Promise<void> {
  const path = `posts:${index}:de`;
  const groups = named ?? ['~root', 'posts', `posts:${index}`, `~tag:author-${index}`];
  const header = { ...PLAIN_HEADER, createdAt: 0, expiresAt: 60_000 };
  const begun = await store.begin({
    address: { path, groups },
    token: `${index}`,
    mode: 'load',
    lateTags: false,
    generationLifetime: 600_000,
  });
  if (begun.kind !== 'leased') throw new Error('The key is new, and begin finds it taken.');
  const entry = { header, payload: '1', lifetime: 60_000, generationLifetime: 600_000, lateTags: [] };
  await store.fill({ lease: begun.lease, mode: 'load', entry });
  if (index % 10 === 0) await store.invalidate({ groups: [`posts:${index}`], paths: [], globs: [] });
}
