import assert from 'node:assert/strict';
import { systemClock } from '../core/clock.js';
import { randomToken } from '../core/token.js';
import { ROOT_GROUP } from '../keys/groups.js';
import type { Lease } from '../stores/store.js';
import { LEASE_LIFETIME, LEASE_RENEWAL } from '../stores/store.js';
import type { StoreBench, StoreRules } from './store-bench.js';
import { LATEST, eventually, pause } from './store-bench.js';

/** One caller at a time may fill a key, and nobody waits for one who cannot. */
export const leaseRules: StoreRules = {
  'gives a lease with the generation of every group': async (bench) => {
    const address = bench.address('a:b', bench.tag('static'));
    const { path, generations, buckets } = await bench.lease(address);
    assert.equal(path, address.path);
    assert.deepEqual([...generations.keys()].sort(), [...address.groups].sort());
    for (const id of generations.values()) assert.notEqual(id, '');
    assert.deepEqual(buckets, []);
  },

  'gives a key to one caller at a time': async (bench) => {
    const address = bench.address('list');
    const begun = await Promise.all(Array.from({ length: 20 }, () => bench.begin(address)));
    assert.equal(begun.filter(({ kind }) => kind === 'leased').length, 1);
    assert.equal(begun.filter(({ kind }) => kind === 'busy').length, 19);
    await bench.lease(bench.address('other'));
  },

  'hands out an entry that was filled meanwhile': async (bench) => {
    const address = bench.address('list');
    await bench.load(address, 'x');
    const begun = await bench.begin(address);
    assert.equal(begun.kind === 'alive' && begun.entry.payload, 'x');
  },

  'gives a lease when the entry is of no use to the caller': async (bench) => {
    const address = bench.address('list');
    const { token } = await bench.load(address, 'x');
    assert.equal((await bench.begin(address, { ignore: `${token}x` })).kind, 'alive');
    assert.equal((await bench.begin(address, { ignore: token })).kind, 'leased');
    assert.equal((await bench.begin(address, { ignore: token })).kind, 'busy');
  },

  'gives a lease when the entry lacks a group of the caller': async (bench) => {
    await bench.load(bench.address('list'), 'x');
    assert.equal((await bench.begin(bench.address('list', bench.tag('more')))).kind, 'leased');
  },

  'gives the key back when nothing is to be stored': async (bench) => {
    const address = bench.address('list');
    const lease = await bench.lease(address);
    assert.equal(await bench.store.fill({ lease, mode: 'load' }), true);
    assert.equal(await bench.payload(address), undefined);
    assert.equal((await bench.begin(address)).kind, 'leased');
  },

  'says that nothing was confirmed when a group changed, and gives the key back': async (bench) => {
    const address = bench.address('a:b');
    const lease = await bench.lease(address);
    await bench.invalidate({ groups: [bench.path('a')] });
    assert.equal(await bench.store.fill({ lease, mode: 'load' }), false);
    assert.equal((await bench.begin(address)).kind, 'leased');
  },

  'fills once per lease': async (bench) => {
    const address = bench.address('list');
    const lease = await bench.load(address, 'first');
    assert.equal(await bench.fill(lease, 'second'), false);
    assert.equal(await bench.payload(address), 'first');
    assert.equal(await bench.store.renew(lease), false);
  },

  'knows a lease by its whole token': async (bench) => {
    const address = bench.address('list');
    const lease = await bench.lease(address);
    for (const token of [lease.token.slice(0, -1), `${lease.token}x`, '']) {
      assert.equal(await bench.store.renew({ ...lease, token }), false);
      assert.equal(await bench.fill({ ...lease, token: token || '-' }, 'forged'), false);
    }
    assert.equal(await bench.store.renew(lease), true);
    assert.equal(await bench.fill(lease, 'own'), true);
    assert.equal(await bench.payload(address), 'own');
  },

  'takes the key from a holder whose groups changed': async (bench) => {
    const address = bench.address('a:b', bench.tag('static'));
    for (const groups of [[ROOT_GROUP], [bench.path('a')], [bench.tag('static')]]) {
      const doomed = await bench.lease(address);
      await bench.invalidate({ groups });
      const lease = await bench.lease(address);
      assert.equal(await bench.fill(doomed, 'old'), false);
      assert.equal(await bench.fill(lease, 'new'), true);
      assert.equal(await bench.payload(address), 'new');
      await bench.invalidate({ paths: [address.path] });
    }
  },

  'leaves the key to its holder when other groups change': async (bench) => {
    const address = bench.address('a:b');
    const lease = await bench.lease(address);
    await bench.invalidate({ groups: [address.path, bench.path('b'), bench.tag('a')], paths: [bench.path('a')] });
    assert.equal((await bench.begin(bench.address('a:b', bench.tag('more')))).kind, 'busy');
    assert.equal(await bench.fill(lease, 'x'), true);
  },

  'ends a lease that is not renewed': async (bench) => {
    const addresses = [bench.address('list'), bench.address('later')] as const;
    const leases = [await bench.lease(addresses[0]), await bench.lease(addresses[1])] as const;
    const started = systemClock.monotonic();
    // Nobody begins the first one meanwhile: it has to end by itself.
    await eventually(async () => (await bench.begin(addresses[1])).kind === 'leased', LEASE_LIFETIME + LATEST);
    assert.ok(systemClock.monotonic() - started > LEASE_LIFETIME / 2);
    for (const [index, lease] of leases.entries()) {
      assert.equal(await bench.store.renew(lease), false);
      assert.equal(await bench.fill(lease, 'late'), false);
      assert.equal(await bench.payload(addresses[index]!), undefined);
    }
  },

  'keeps a lease that is renewed': async (bench) => {
    let lease: Lease;
    do lease = await bench.lease(bench.address(randomToken()));
    while (!(await isRenewedInTime(bench, lease)));
    const groups = [...lease.generations.keys()];
    assert.equal((await bench.begin({ path: lease.path, groups })).kind, 'busy');
    assert.equal(await bench.fill(lease, 'x'), true);
  },
};

/** False when the machine stood still for so long that the lease may have ended rightly. */
async function isRenewedInTime(bench: StoreBench, lease: Lease): Promise<boolean> {
  let last = systemClock.monotonic();
  const end = last + LEASE_LIFETIME + LEASE_RENEWAL;
  while (last < end) {
    await pause(LEASE_RENEWAL);
    const asked = systemClock.monotonic();
    const isHeld = await bench.store.renew(lease);
    if (systemClock.monotonic() - last >= LEASE_LIFETIME) return false;
    assert.equal(isHeld, true);
    last = asked;
  }
  return true;
}
