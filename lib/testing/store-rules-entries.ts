import assert from 'node:assert/strict';
import type { StoreRules } from './store-bench.js';
import { LATEST, eventually } from './store-bench.js';

const ODD = ['', '\n', 'a\nb', ' =,:*', 'naïve ☕ 𝕏', '\u0000\u001f', '"'.repeat(200_000)];

/** Entries go in and come out unchanged, and only for their time. */
export const entryRules: StoreRules = {
  'says what it is': async ({ store }) => {
    assert.match(store.kind, /^\w+$/);
  },

  'can be connected, and closed twice': async ({ store }) => {
    await store.connect();
    await store.close();
    await store.close();
  },

  'finds nothing where nothing was stored': async (bench) => {
    assert.equal(await bench.store.read(bench.address('list')), undefined);
  },

  'finds what was stored, with all that is known of it': async (bench) => {
    const address = bench.address('list:1', bench.tag('posts'));
    const header = {
      createdAt: 1_700_000_000_123,
      expiresAt: 1_900_000_000_456,
      staleFor: 3_600_000,
      loadTime: 1_234,
      serializer: 'tagged',
      form: 'wire',
      etag: 'x-Y_1',
      headers: '[["link", "</2>"]]',
      elsewhere: [{ store: 'static', path: 'a:1', groups: new Map([['~root', 'x.1']]) }],
    } as const;
    const lease = await bench.load(address, '{"id":1}', { header: { ...header, version: 'v 2' } });
    const entry = await bench.live(address);
    assert.equal(entry?.payload, '{"id":1}');
    assert.deepEqual(
      { ...entry?.header, groups: undefined },
      { ...header, version: 'v 2', token: lease.token, groups: undefined },
    );
    assert.deepEqual([...(entry?.header.groups ?? [])].sort(), [...lease.generations].sort());
  },

  'keeps every character of payloads and versions': async (bench) => {
    for (const [index, text] of ODD.entries()) {
      const address = bench.address(`odd:${index}`);
      await bench.load(address, text, { header: { version: text.slice(0, 100) } });
      const entry = await bench.live(address);
      assert.equal(entry?.payload, text);
      assert.equal(entry?.header.version, text.slice(0, 100));
    }
  },

  'tells paths apart': async (bench) => {
    const names = ['a', 'a:b', 'a:b:c', 'a%3Ab', 'A', 'a=b', 'a,b', 'b'];
    for (const name of names) await bench.load(bench.address(name), name);
    for (const name of names) assert.equal(await bench.payload(bench.address(name)), name);
  },

  'replaces an entry by what was filled last': async (bench) => {
    const address = bench.address('list');
    const { token } = await bench.load(address, 'old');
    const lease = await bench.lease(address, { ignore: token });
    assert.equal(await bench.fill(lease, 'new'), true);
    assert.equal(await bench.payload(address), 'new');
  },

  'forgets an entry when its lifetime is over': async (bench) => {
    const address = bench.address('list');
    await bench.load(address, 'short', { lifetime: 100 });
    await bench.load(bench.address('other'), 'long');
    await eventually(async () => (await bench.store.read(address)) === undefined, LATEST);
    assert.equal(await bench.payload(bench.address('other')), 'long');
  },

  'keeps an entry for its lifetime, whenever it stops being fresh': async (bench) => {
    const address = bench.address('list');
    await bench.load(address, 'stale', { header: { createdAt: 1, expiresAt: 2, staleFor: 60_000 } });
    assert.equal(await bench.payload(address), 'stale');
    const begun = await bench.begin(address);
    assert.equal(begun.kind === 'alive' && begun.entry.payload, 'stale');
  },

  'shows the present generation of every group of reader and entry': async (bench) => {
    const [late, other] = [bench.tag('late'), bench.tag('other')];
    const address = bench.address('a:b');
    await bench.load(address, 'x', { lateTags: [late] });
    const { generations: present } = await bench.lease(bench.address('a:b', other));
    for (const attempt of ['first', 'second']) {
      const snapshot = await bench.store.read(bench.address('a:b', other));
      const { entry, generations } = snapshot ?? assert.fail(`nothing was found at the ${attempt} attempt`);
      for (const group of [...address.groups, late])
        assert.equal(generations.get(group), entry.header.groups.get(group));
      assert.equal(generations.get(other), present.get(other));
    }
  },

  'keeps nothing that its callers can still change': async (bench) => {
    const address = bench.address('list');
    const lease = await bench.lease(address);
    const described = {
      serializer: 'json',
      form: 'value',
      version: 'one',
      etag: '',
      headers: '',
      elsewhere: [],
    } as const;
    const header = { createdAt: 1, expiresAt: 2, staleFor: 0, loadTime: 0, ...described };
    const changeable = { ...header, version: 'one' };
    const times = { lifetime: 60_000, generationLifetime: 600_000 };
    const filling = {
      lease,
      mode: 'load',
      entry: { header: changeable, payload: 'x', ...times, lateTags: [] },
    } as const;
    assert.equal(await bench.store.fill(filling), true);
    changeable.version = 'two';
    (lease.generations as Map<string, string>).clear();
    const first = await bench.store.read(address);
    if (first?.generations instanceof Map) first.generations.clear();
    const second = await bench.live(address);
    assert.equal(second?.header.version, 'one');
    assert.equal(second?.header.groups.size, address.groups.length);
  },
};
