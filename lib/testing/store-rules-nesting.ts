import assert from 'node:assert/strict';
import type { Address } from '../core/entry.js';
import { ROOT_GROUP, entryGroup } from '../keys/groups.js';
import type { Begun } from '../stores/store.js';
import type { StoreBench, StoreRules } from './store-bench.js';

/** What is built from entries dies with them. */
export const nestingRules: StoreRules = {
  'gives an entry a generation of its own when something is built from it': async (bench) => {
    const address = bench.address('posts:1');
    await bench.load(address, 'x');
    assert.equal(await ownOf(bench, address), null);
    const begun = await bench.begin(partOf(address));
    assert.equal(begun.kind, 'alive');
    assert.match(begun.own ?? '', /\S/);
    assert.equal(await ownOf(bench, address), begun.own);
    assert.equal((await again(bench, address)).own, begun.own);
  },

  'tells the generation of an entry alone to nobody else': async (bench) => {
    const address = bench.address('posts:1');
    await bench.load(address, 'x');
    await bench.begin(partOf(address));
    const snapshot = await bench.store.read(address);
    assert.equal(snapshot?.own, undefined);
    assert.equal((await bench.live(address))?.header.groups.has(entryGroup(address.path)), false);
    const { own } = await bench.lease(bench.address('posts:2'));
    assert.equal(own, undefined);
  },

  'gives a lease with the generation of the entry, before there is one': async (bench) => {
    const address = bench.address('posts:1', bench.tag('static'));
    const { own, generations, buckets } = await bench.lease(partOf(address), { lateTags: true });
    assert.match(own ?? '', /\S/);
    assert.deepEqual([...generations.keys()].sort(), [...address.groups].sort());
    assert.equal(buckets.length, 256);
    assert.equal(await present(bench, address.path), own);
  },

  'deletes the generation of an entry with whatever deletes the entry': async (bench) => {
    const address = bench.address('posts:1');
    const matches = (path: string): boolean => path === address.path;
    const deletions = [
      () => bench.invalidate({ paths: [address.path] }),
      () => bench.invalidate({ globs: [{ literal: bench.path('posts'), matches }] }),
      async () => bench.fill(await bench.lease(address, { mode: 'put' }), 'put', { mode: 'put' }),
    ];
    for (const hasEntry of [true, false]) {
      for (const deleteIt of deletions) {
        await bench.invalidate({ paths: [address.path] });
        if (hasEntry) await bench.load(address, 'x');
        const begun = await bench.begin(partOf(address));
        if (begun.kind === 'leased') await bench.store.fill({ lease: begun.lease, mode: 'load' });
        assert.match((await present(bench, address.path)) ?? '', /\S/);
        await deleteIt();
        assert.equal(await present(bench, address.path), null);
      }
    }
  },

  'keeps the generation of an entry when something beside it, below it or above it is deleted': async (bench) => {
    const address = bench.address('posts:1');
    await bench.load(address, 'x');
    const { own } = await bench.begin(partOf(address)).then(alive);
    const matches = (path: string): boolean => path !== address.path;
    const paths = [bench.path('posts:2'), bench.path('posts:1:en'), bench.path('posts')];
    await bench.invalidate({ paths, groups: [address.path], globs: [{ literal: bench.path('posts'), matches }] });
    assert.equal(await present(bench, address.path), own);
  },

  'stores what depends on other groups, and names them': async (bench) => {
    const inner = bench.address('posts:1', bench.tag('posts'));
    const outer = beside(bench, inner);
    const dependencies = await dependenciesOf(bench, inner);
    await build(bench, outer, dependencies);
    const { groups } = (await bench.live(outer))!.header;
    for (const [group, id] of dependencies) assert.equal(groups.get(group), id);
    const snapshot = await bench.store.read(outer);
    for (const [group, id] of dependencies) assert.equal(snapshot?.generations.get(group), id);
  },

  'kills what depends on a group with it': async (bench) => {
    const inner = bench.address('posts:1', bench.tag('posts'));
    const outer = beside(bench, inner);
    const invalidations = [
      () => bench.invalidate({ paths: [inner.path] }),
      () => bench.invalidate({ groups: [bench.path('posts')] }),
      () => bench.invalidateTags(bench.tag('posts')),
    ];
    for (const invalidate of invalidations) {
      await build(bench, outer, await dependenciesOf(bench, inner));
      assert.equal(await bench.payload(outer), 'built');
      await invalidate();
      assert.equal(await bench.payload(outer), undefined);
      assert.equal((await bench.begin(outer)).kind, 'leased');
      await bench.invalidate({ paths: [outer.path] });
    }
  },

  'stores and confirms nothing whose dependencies changed': async (bench) => {
    const inner = bench.address('posts:1');
    const outer = beside(bench, inner);
    for (const entry of [true, false]) {
      const dependencies = await dependenciesOf(bench, inner);
      const lease = await bench.lease(outer);
      await bench.invalidate({ paths: [inner.path] });
      await bench.begin(partOf(inner));
      const filled = entry
        ? await bench.fill(lease, 'old', { dependencies })
        : await bench.store.fill({ lease, mode: 'load', dependencies });
      assert.equal(filled, false);
      assert.equal(await bench.payload(outer), undefined);
      assert.equal((await bench.begin(outer)).kind, 'leased');
      await bench.invalidate({ paths: [outer.path, inner.path] });
    }
  },

  'keeps what a result depends on until it is stored, though nothing else is under it': async (bench) => {
    const inner = bench.address('posts:1', bench.tag('posts'));
    const lease = await bench.lease(partOf(inner));
    const dependencies = new Map([...lease.generations, [entryGroup(inner.path), lease.own!]]);
    assert.equal(await bench.store.fill({ lease, mode: 'load' }), true);
    const outer = beside(bench, inner);
    await build(bench, outer, dependencies);
    assert.equal(await bench.payload(outer), 'built');
  },

  'takes a thousand dependencies': async (bench) => {
    const inner = { path: bench.path('posts:1'), groups: [ROOT_GROUP, ...tagsOf(bench, 999)] };
    const outer = beside(bench, inner);
    await build(bench, outer, (await bench.lease(partOf(inner))).generations);
    assert.equal(await bench.payload(outer), 'built');
    await bench.invalidate({ groups: [bench.tag('998')] });
    assert.equal(await bench.payload(outer), undefined);
  },

  'tells the present generations of groups in the place of a path': async (bench) => {
    const { path, groups } = bench.address('posts:1');
    const { generations } = await bench.lease({ path, groups });
    const missing = bench.path('missing');
    const answer = await bench.store.generations(path, [...groups, missing]);
    assert.deepEqual(new Map(answer), new Map([...generations, [missing, null]]));
    await bench.invalidate({ groups: [bench.path('posts')] });
    assert.equal((await bench.store.generations(path, [bench.path('posts')])).get(bench.path('posts')), null);
    assert.equal(bench.store.placeOf(path), bench.store.placeOf(path));
  },
};

function partOf(address: Address): Address {
  return { ...address, isDependedOn: true };
}

function alive(begun: Begun): Extract<Begun, { kind: 'alive' }> {
  assert.equal(begun.kind, 'alive');
  return begun;
}

async function again(bench: StoreBench, address: Address) {
  return alive(await bench.begin(partOf(address)));
}

/** What a reader that builds on an entry is told about it. */
async function ownOf(bench: StoreBench, address: Address): Promise<string | null | undefined> {
  return (await bench.store.read(partOf(address)))?.own;
}

async function present(bench: StoreBench, path: string): Promise<string | null | undefined> {
  return (await bench.store.generations(path, [entryGroup(path)])).get(entryGroup(path));
}

/** An address whose groups have their generations where those of the other are. */
function beside(bench: StoreBench, { path }: Address): Address {
  const candidates = Array.from({ length: 10_000 }, (_, index) => `pages:home-${index}`);
  const found = candidates.find((name) => bench.store.placeOf(bench.path(name)) === bench.store.placeOf(path));
  assert.ok(found !== undefined);
  return bench.address(found);
}

/** What something depends on that is built from an entry. */
async function dependenciesOf(bench: StoreBench, inner: Address): Promise<ReadonlyMap<string, string>> {
  await bench.load(inner, 'part');
  const { entry, own } = await again(bench, inner);
  return new Map([...entry.header.groups, [entryGroup(inner.path), own!]]);
}

/** Stores something that has dependencies. */
async function build(bench: StoreBench, outer: Address, all: ReadonlyMap<string, string>): Promise<void> {
  const lease = await bench.lease(outer);
  const dependencies = new Map([...all].filter(([group]) => !lease.generations.has(group)));
  assert.equal(await bench.fill(lease, 'built', { dependencies }), true);
}

function tagsOf(bench: StoreBench, count: number): string[] {
  return Array.from({ length: count }, (_, index) => bench.tag(String(index)));
}
