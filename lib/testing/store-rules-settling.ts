import assert from 'node:assert/strict';
import type { Address } from '../core/entry.js';
import { BUCKETS, ROOT_GROUP, bucketGroup, bucketOf } from '../keys/groups.js';
import type { Lease } from '../stores/store.js';
import type { StoreBench, StoreRules } from './store-bench.js';
import { eventually, pause } from './store-bench.js';

/** Longer than a test runs; for what other tests meet as well, longer than a machine stalls; and short; in milliseconds. */
const LONG = 60_000;
const SHARED = 1_500;
const SHORT = 100;
const DEADLINE = 5_000;

/** While a group is closed nothing of it is stored, by nobody, and nobody waits. */
export const settlingRules: StoreRules = {
  'kills what is closed, and gives nobody a lease': async (bench) => {
    const address = bench.address('blog:list');
    await bench.load(address, 'x');
    await bench.invalidate({ groups: [bench.path('blog')], settle: LONG });
    assert.equal(await bench.payload(address), undefined);
    await isClosed(bench, 'blog:list', 'blog:detail:1');
  },

  'opens when the window is over': async (bench) => {
    const address = bench.address('blog:list');
    await bench.invalidate({ groups: [bench.path('blog'), address.path], settle: SHORT });
    await opens(bench, address);
    await bench.invalidate({ paths: [address.path] });
    await bench.load(address, 'x');
    assert.equal(await bench.payload(address), 'x');
  },

  'closes a path by the group of its name, and nothing beside it': async (bench) => {
    const { path } = bench.address('blog:detail:1');
    await bench.invalidate({ groups: [path], paths: [path], settle: LONG });
    await isClosed(bench, 'blog:detail:1', 'blog:detail:1:en');
    for (const name of ['blog:detail', 'blog:detail:2', 'blog:detail:11', 'blog'])
      await bench.lease(bench.address(name));
  },

  'closes everything with the root': async (bench) => {
    await bench.invalidate({ groups: [ROOT_GROUP], settle: SHARED });
    await isClosed(bench, 'blog', 'blog:list');
    await opens(bench, bench.address('blog'));
  },

  'closes what has a tag that is closed, whatever invalidates that tag meanwhile': async (bench) => {
    const [address, other] = [bench.address('a', bench.tag('static')), bench.address('b', bench.tag('other'))];
    await bench.load(address, 'x');
    await close(bench, bench.tag('static'), SHARED);
    assert.equal(await bench.payload(address), undefined);
    await bench.invalidateTags(bench.tag('static'));
    assert.equal((await bench.begin(address)).kind, 'closed');
    await bench.load(other, 'y');
    assert.equal(await bench.payload(other), 'y');
    await opens(bench, address);
  },

  'stores no result whose tag was closed when its load began': async (bench) => {
    const [late, other] = [bench.tag('late'), tagBeside(bench, bench.tag('late'))];
    await close(bench, late, SHARED);
    await bench.invalidateTags(late);
    const lease = await bench.lease(bench.address('a'), { lateTags: true });
    assert.equal(lease.buckets.length, BUCKETS);
    const beside = await bench.lease(bench.address('b'), { lateTags: true });
    await opens(bench, bench.address('c', late), lease, beside);
    assert.equal(await bench.fill(lease, 'old', { lateTags: [late] }), false);
    assert.equal(await bench.fill(beside, 'x', { lateTags: [other] }), true);
    await bench.load(bench.address('a'), 'new', { lateTags: [late] });
    assert.equal(await bench.payload(bench.address('a')), 'new');
  },

  'confirms nothing that began before': async (bench) => {
    const [address, variant] = [bench.address('post'), bench.address('post:en')];
    const leases = [await bench.lease(address), await bench.lease(variant)];
    await bench.invalidate({ groups: [address.path], paths: [address.path], settle: LONG });
    for (const lease of leases) assert.equal(await bench.fill(lease, 'old'), false);
    assert.equal((await bench.begin(variant)).kind, 'closed');
  },

  'opens for no other invalidation': async (bench) => {
    const [address, detail] = [bench.address('blog:list'), bench.path('blog:detail')];
    const groups = [bench.path('blog'), address.path];
    await bench.invalidate({ groups, settle: LONG });
    await bench.invalidate({ groups: [ROOT_GROUP, ...groups], paths: [address.path] });
    await bench.invalidate({ globs: [{ literal: bench.path('blog'), matches: (path) => path === detail }] });
    await bench.store.clear();
    await isClosed(bench, 'blog:list', 'blog:detail');
  },

  'stays closed for the longer of two windows': async (bench) => {
    for (const settle of [LONG, SHORT]) await bench.invalidate({ groups: [bench.path('long')], settle });
    for (const settle of [SHORT, LONG]) await bench.invalidate({ groups: [bench.path('short')], settle });
    await pause(2 * SHORT);
    await isClosed(bench, 'long:list', 'short:list');
  },

  'refuses puts as well, but for the one that closes its own path': async (bench) => {
    const address = bench.address('post');
    const put = await bench.lease(address, { mode: 'put' });
    await bench.invalidate({ groups: [address.path], settle: LONG });
    assert.equal(await bench.fill(put, 'put', { mode: 'put' }), true);
    assert.equal(await bench.payload(address), 'put');
    await isClosed(bench, 'post', 'post:en');
    assert.equal((await bench.begin(address, { mode: 'put' })).kind, 'closed');
    assert.equal(await bench.payload(address), 'put');
  },
};

async function isClosed(bench: StoreBench, ...names: string[]): Promise<void> {
  for (const name of names) {
    assert.equal((await bench.begin(bench.address(name))).kind, 'closed', name);
    assert.equal((await bench.begin(bench.address(name), { mode: 'put' })).kind, 'closed', name);
  }
}

/** Waits for a lease, and keeps the given ones meanwhile. */
async function opens(bench: StoreBench, address: Address, ...leases: Lease[]): Promise<void> {
  const ask = async (): Promise<boolean> => {
    for (const lease of leases) assert.equal(await bench.store.renew(lease), true);
    return (await bench.begin(address)).kind === 'leased';
  };
  await eventually(ask, DEADLINE);
}

async function close(bench: StoreBench, tag: string, settle: number): Promise<void> {
  await bench.invalidate({ groups: [bucketGroup(bucketOf(tag)), tag], settle });
}

/** A tag of another bucket. */
function tagBeside(bench: StoreBench, tag: string): string {
  const names = Array.from({ length: 100 }, (_, number) => bench.tag(`beside-${number}`));
  return names.find((name) => bucketOf(name) !== bucketOf(tag))!;
}
