import assert from 'node:assert/strict';
import { BUCKETS, ROOT_GROUP, bucketGroup, bucketOf } from '../keys/groups.js';
import type { StoreBench, StoreRules } from './store-bench.js';

/** Nothing that was loaded before an invalidation is stored after it. */
export const fillRules: StoreRules = {
  'stores nothing after its root was invalidated': async (bench) => {
    await isRefused(bench, () => bench.invalidate({ groups: [ROOT_GROUP] }));
  },

  'stores nothing after a part of its path was invalidated': async (bench) => {
    for (const name of ['a', 'a:b']) await isRefused(bench, () => bench.invalidate({ groups: [bench.path(name)] }));
  },

  'stores nothing after one of its tags was invalidated': async (bench) => {
    await isRefused(bench, () => bench.invalidateTags(bench.tag('static')));
  },

  'stores nothing after its exact path was invalidated': async (bench) => {
    await isRefused(bench, () => bench.invalidate({ paths: [bench.path('a:b:c')] }));
  },

  'stores nothing after a glob that matches it': async (bench) => {
    const matches = (path: string) => path === bench.path('a:b:c');
    await isRefused(bench, () => bench.invalidate({ globs: [{ literal: bench.path('a'), matches }] }));
  },

  'stores nothing after everything was cleared': async (bench) => {
    await isRefused(bench, () => bench.store.clear());
  },

  'stores nothing after a tag of its result was invalidated': async (bench) => {
    const address = bench.address('list');
    const lease = await bench.lease(address, { lateTags: true });
    await bench.invalidateTags(bench.tag('late'));
    assert.equal(await bench.fill(lease, 'old', { lateTags: [bench.tag('other'), bench.tag('late')] }), false);
    assert.equal(await bench.payload(address), undefined);
    assert.equal((await bench.begin(address)).kind, 'leased');
  },

  'stores nothing after the bucket of a tag of its result was invalidated': async (bench) => {
    const late = bench.tag('late');
    const lease = await bench.lease(bench.address('list'), { lateTags: true });
    await bench.invalidate({ groups: [bucketGroup(bucketOf(late))] });
    assert.equal(await bench.fill(lease, 'old', { lateTags: [late] }), false);
  },

  'stores nothing after a bucket was invalidated and begun again by somebody else': async (bench) => {
    const late = bench.tag('late');
    const lease = await bench.lease(bench.address('list'), { lateTags: true });
    await bench.invalidateTags(late);
    await bench.load(bench.address('other'), 'x', { lateTags: [late] });
    assert.equal(await bench.fill(lease, 'old', { lateTags: [late] }), false);
  },

  'stores no result with tags when the buckets were not read': async (bench) => {
    const lease = await bench.lease(bench.address('list'));
    assert.equal(await bench.fill(lease, 'x', { lateTags: [bench.tag('late')] }), false);
  },

  'reads the generation of every bucket': async (bench) => {
    const { buckets } = await bench.lease(bench.address('list'), { lateTags: true });
    assert.equal(buckets.length, BUCKETS);
    for (const id of buckets) assert.match(id, /\S/);
  },

  'stores although other buckets were invalidated': async (bench) => {
    const address = bench.address('list');
    const [late, bucket] = [bench.tag('late'), bucketOf(bench.tag('late'))];
    const lease = await bench.lease(address, { lateTags: true });
    await bench.invalidate({ groups: [bucketGroup((bucket + 1) % BUCKETS), bucketGroup((bucket + 255) % BUCKETS)] });
    assert.equal(await bench.fill(lease, 'x', { lateTags: [late] }), true);
    assert.equal(await bench.payload(address), 'x');
  },

  'takes the tags of a result in any number': async (bench) => {
    const same = bench.tag('same');
    const tags = [same, same, ...Array.from({ length: 8_500 }, (_, index) => bench.tag(`late:${index}=,`))];
    const address = bench.address('list', same);
    await bench.load(address, 'x', { lateTags: tags });
    assert.deepEqual(
      [...((await bench.live(address))?.header.groups.keys() ?? [])].sort(),
      [...new Set([...address.groups, ...tags])].sort(),
    );
    await bench.invalidateTags(tags.at(-1)!);
    assert.equal(await bench.payload(address), undefined);
  },

  'lets entries share the tags of their results': async (bench) => {
    const late = bench.tag('late');
    for (const name of ['a', 'b']) await bench.load(bench.address(name), name, { lateTags: [late] });
    for (const name of ['a', 'b']) assert.equal(await bench.payload(bench.address(name)), name);
    await bench.invalidateTags(late);
    for (const name of ['a', 'b']) assert.equal(await bench.payload(bench.address(name)), undefined);
  },
};

/** Puts: an invalidation of a path, and what is there afterwards. */
export const putRules: StoreRules = {
  'lets a put take the key from its holder': async (bench) => {
    const address = bench.address('list');
    const holder = await bench.lease(address);
    const put = await bench.lease(address, { mode: 'put' });
    assert.equal(await bench.store.renew(holder), false);
    assert.equal(await bench.fill(holder, 'old'), false);
    assert.equal((await bench.begin(address)).kind, 'busy');
    assert.equal(await bench.fill(put, 'new', { mode: 'put' }), true);
    assert.equal(await bench.payload(address), 'new');
  },

  'begins a put although there is an entry': async (bench) => {
    const address = bench.address('list');
    await bench.load(address, 'old');
    const put = await bench.lease(address, { mode: 'put' });
    assert.equal(await bench.fill(put, 'new', { mode: 'put' }), true);
    assert.equal(await bench.payload(address), 'new');
  },

  'kills the variants of a path that was put, not those of one that was loaded': async (bench) => {
    const [address, variant] = [bench.address('post'), bench.address('post:en')];
    await bench.load(variant, 'variant');
    await bench.load(address, 'loaded');
    assert.equal(await bench.payload(variant), 'variant');
    const put = await bench.lease(address, { mode: 'put' });
    assert.equal(await bench.payload(variant), 'variant');
    assert.equal(await bench.fill(put, 'put', { mode: 'put' }), true);
    assert.equal(await bench.payload(variant), undefined);
    assert.equal(await bench.payload(address), 'put');
  },

  'refuses a put that was overtaken by an invalidation': async (bench) => {
    const address = bench.address('a:b');
    for (const what of [{ groups: [bench.path('a')] }, { paths: [address.path] }]) {
      const put = await bench.lease(address, { mode: 'put' });
      await bench.invalidate(what);
      assert.equal(await bench.fill(put, 'old', { mode: 'put' }), false);
      assert.equal(await bench.payload(address), undefined);
    }
  },

  'refuses a put that was overtaken by another': async (bench) => {
    const address = bench.address('list');
    const first = await bench.lease(address, { mode: 'put' });
    const second = await bench.lease(address, { mode: 'put' });
    assert.equal(await bench.fill(first, 'first', { mode: 'put' }), false);
    assert.equal(await bench.fill(second, 'second', { mode: 'put' }), true);
    assert.equal(await bench.fill(first, 'first', { mode: 'put' }), false);
    assert.equal(await bench.payload(address), 'second');
  },
};

/** Invalidates while a load runs, in three states of the key. */
async function isRefused(bench: StoreBench, invalidate: () => Promise<void>): Promise<void> {
  const address = bench.address('a:b:c', bench.tag('static'));
  const lease = await bench.lease(address);
  await invalidate();
  assert.equal(await bench.fill(lease, 'old'), false);
  assert.equal(await bench.payload(address), undefined);

  const overtaken = await bench.lease(address);
  await invalidate();
  await bench.load(address, 'new');
  assert.equal(await bench.fill(overtaken, 'old'), false);
  assert.equal(await bench.payload(address), 'new');
  await bench.invalidate({ paths: [address.path] });
}
