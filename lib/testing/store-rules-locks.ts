import assert from 'node:assert/strict';
import { randomToken } from '../core/token.js';
import type { StoreRules } from './store-bench.js';
import { LATEST, eventually, promptly } from './store-bench.js';

/** Named locks: one holder, known by its token, for a time. */
export const lockRules: StoreRules = {
  'gives a lock to one caller at a time': async ({ store }) => {
    const name = randomToken();
    const tokens = Array.from({ length: 20 }, randomToken);
    const taken = await Promise.all(tokens.map((token) => store.lock(name, token, 60_000)));
    assert.equal(taken.filter(Boolean).length, 1);
    assert.equal(await store.lock(`${name}:other`, randomToken(), 60_000), true);
  },

  'gives a lock again when it was given back': async ({ store }) => {
    const [name, first, second] = [randomToken(), randomToken(), randomToken()];
    assert.equal(await store.lock(name, first, 60_000), true);
    await store.unlock(name, first);
    assert.equal(await store.lock(name, second, 60_000), true);
  },

  'takes a lock back from its holder only': async ({ store }) => {
    const [name, holder] = [randomToken(), randomToken()];
    assert.equal(await store.lock(name, holder, 60_000), true);
    for (const token of [randomToken(), holder.slice(0, -1), `${holder}x`]) {
      await store.unlock(name, token);
      assert.equal(await store.extendLock(name, token, 60_000), false);
    }
    assert.equal(await store.lock(name, randomToken(), 60_000), false);
    assert.equal(await store.extendLock(name, holder, 60_000), true);
  },

  'ends a lock when its lifetime is over': async ({ store }) => {
    const [name, holder] = [randomToken(), randomToken()];
    assert.equal(await store.lock(name, holder, 100), true);
    await eventually(() => store.lock(name, randomToken(), 60_000), LATEST);
    assert.equal(await store.extendLock(name, holder, 60_000), false);
    await store.unlock(name, holder);
    assert.equal(await store.lock(name, randomToken(), 60_000), false);
  },

  'lengthens a lock': async ({ store }) => {
    const [holder, brief] = [randomToken(), randomToken()];
    let name = '';
    await promptly(200, async () => {
      name = randomToken();
      assert.equal(await store.lock(name, holder, 200), true);
      assert.equal(await store.extendLock(name, holder, 60_000), true);
    });
    assert.equal(await store.lock(brief, holder, 250), true);
    await eventually(() => store.lock(brief, randomToken(), 60_000), LATEST);
    assert.equal(await store.lock(name, randomToken(), 60_000), false);
  },

  'takes back a lock that nobody holds': async ({ store }) => {
    await store.unlock(randomToken(), randomToken());
  },

  'keeps locks and entries apart': async (bench) => {
    const address = bench.address('list');
    assert.equal(await bench.store.lock(address.path, randomToken(), 60_000), true);
    await bench.load(address, 'x');
    await bench.store.clear();
    assert.equal(await bench.store.lock(address.path, randomToken(), 60_000), false);
  },
};
