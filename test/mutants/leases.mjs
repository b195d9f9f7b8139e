/** Mistakes in the steps of a load: looking, taking and keeping the lease, filling, and being cut off. */
const engine = 'lib/engine/engine.ts';
const loader = 'lib/engine/loader.ts';
const leases = 'lib/engine/lease-holder.ts';
const failing = 'test/unit/engine/failing-loads.spec.ts';
const down = 'test/unit/engine/store-down.spec.ts';

export default [
  {
    mistake: 'a token that timed out is used',
    file: leases,
    find: `    try {
      return await this.context.store.begin({
        address: request.address,
        token: randomToken(),
        mode,
        lateTags: request.hasLateTags,
        generationLifetime: generationLifetime(entryLifetime(request)),
        ignore,
      });
    } catch (error) {
      this.#tellFailure('begin', error);
      return undefined;`,
    replace: `    const { address } = request;
    const token = randomToken();
    const begin = { address, token, mode, lateTags: request.hasLateTags, generationLifetime: 600_000, ignore };
    try {
      return await this.context.store.begin(begin);
    } catch {
      return { kind: 'leased', lease: { path: address.path, token, generations: new Map(), buckets: [] } };`,
    tests: down,
    only: 'a begin that is applied after it was given up',
  },
  {
    mistake: 'a lease is not renewed',
    file: leases,
    find: 'if (isHeld && !isStopped &&',
    replace: 'if (!isHeld &&',
    tests: failing,
    only: 'by renewing its lease',
  },
  {
    mistake: 'a renewal without an answer ends the renewing',
    file: leases,
    find: '.catch(() => true)',
    replace: '.catch(() => false)',
    tests: 'test/unit/engine/leases.spec.ts',
  },
  {
    mistake: 'a failed load keeps its lease',
    file: loader,
    find: 'const isUnchanged = lease !== undefined && (await this.#leases.drop(lease, frame.dependencies));',
    replace: 'const isUnchanged = lease !== undefined;',
    tests: failing,
    only: 'gives the lease back',
  },
  {
    mistake: 'the lease of another process is waited for without end',
    file: leases,
    find: 'if (waited >= waitTimeout) return undefined;',
    replace: '',
    tests: failing,
    only: 'keeps the callers of other processes for the time limit only',
  },
  {
    mistake: 'whoever waits for another process always asks again at once',
    file: leases,
    find: 'waited / 20',
    replace: '0',
    tests: 'test/unit/engine/leases.spec.ts',
    only: 'less often the longer',
  },
  {
    mistake: 'whoever waits for another process soon asks seldom',
    file: leases,
    find: 'waited / 20',
    replace: 'waited',
    tests: 'test/unit/engine/leases.spec.ts',
    only: 'less often the longer',
  },
  {
    mistake: 'a load that was cut off by an undelivered invalidation is stored',
    file: loader,
    find: 'if (lease && flight.isDetached)',
    replace: 'if (!lease)',
    tests: down,
    only: 'nothing is stored that was loaded before',
  },
  {
    mistake: 'an invalidation leaves the loads of its process joinable',
    file: engine,
    find: 'this.#detach(invalidation);\n    await this.context.store.invalidate(invalidation);',
    replace: 'await this.context.store.invalidate(invalidation);',
    tests: down,
    only: 'nobody gets what was loaded before an invalidation',
  },
  {
    mistake: 'the predecessor of a load is not cut off',
    file: 'lib/resilience/single-flight.ts',
    find: 'each; each = each.after)',
    replace: 'each; each = undefined)',
    tests: 'test/unit/resilience/single-flight.spec.ts',
  },
  {
    mistake: 'a load that never ends is joined for ever',
    file: 'lib/engine/loader.ts',
    find: 'const stopWatching = clock.after(LONGEST_LOAD, () => this.flights.close(flight));',
    replace: 'const stopWatching = () => {};',
    tests: 'test/unit/engine/hung-loads.spec.ts',
    only: 'after which they load once for all of them',
  },
  {
    mistake: 'the lease of a load that never ends is renewed for ever',
    file: leases,
    find: 'const end = clock.monotonic() + LONGEST_LOAD;',
    replace: 'const end = Infinity;',
    tests: 'test/unit/engine/hung-loads.spec.ts',
    only: 'does not keep another process waiting either',
  },
  {
    mistake: 'an entry of another version is a hit',
    file: 'lib/engine/freshness.ts',
    find: '(version === undefined || header.version === version) && ',
    replace: '',
    tests: 'test/unit/engine/entries.spec.ts',
  },
  {
    mistake: 'a service takes an entry in the form of a response',
    file: 'lib/engine/freshness.ts',
    find: ` && (header.form === 'value' || shape.form === 'wire')`,
    replace: '',
    tests: 'test/unit/engine/entries.spec.ts',
  },
  {
    mistake: 'a missing generation counts as never invalidated',
    file: 'lib/core/entry.ts',
    find: 'if (generations.get(group) !== recorded) return false;',
    replace: 'if ((generations.get(group) ?? recorded) !== recorded) return false;',
    tests: 'test/integration/stores/redis-contract-ioredis-5.spec.ts',
    only: 'kills an entry with each part of its path',
  },
  {
    mistake: 'an entry need not know the tags of its reader',
    file: 'lib/core/entry.ts',
    find: 'if (!header.groups.has(group)) return false;',
    replace: '',
    tests: 'test/unit/engine/entries.spec.ts',
  },
  {
    mistake: 'a damaged entry is never replaced',
    file: engine,
    find: "verdict === 'dead' ? undefined : snapshot?.entry.header.token",
    replace: 'undefined',
    tests: 'test/unit/engine/entries.spec.ts',
    only: 'that is damaged',
  },
  {
    mistake: 'an entry that appears while its reader waits, and is of no use to it, is asked for again and again',
    file: leases,
    find: 'ignored = header.token;',
    replace: '',
    tests: 'test/unit/engine/joining.spec.ts',
    only: 'load for themselves when they ask for another',
  },
  {
    mistake: 'a clearing that was not delivered lets running loads fill',
    file: engine,
    find: 'this.#flights.detach(() => true);',
    replace: '',
    tests: down,
    only: 'before a clearing',
  },
  {
    mistake: 'a fill without an answer keeps others waiting',
    file: leases,
    find: "this.#tellFailure('fill', error);\n      this.#letGo(lease);",
    replace: "this.#tellFailure('fill', error);",
    tests: 'test/unit/engine/leases.spec.ts',
    only: 'is given back at once',
  },
  {
    mistake: 'generations live no longer than what was built under them',
    file: 'lib/engine/freshness.ts',
    find: 'Math.max(2 * entryLifetime, 600_000)',
    replace: 'entryLifetime',
    tests: 'test/unit/engine/leases.spec.ts',
    only: 'asks for generations that outlive an entry',
  },
];
