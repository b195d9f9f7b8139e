import type { CacheEvent } from '../../../lib/core/events.js';
import { CacheError } from '../../../lib/core/errors.js';
import { GuardedStore } from '../../../lib/stores/guarded.store.js';
import { MemoryStore } from '../../../lib/stores/memory.store.js';
import type { Invalidation } from '../../../lib/stores/store.js';
import type { ChaosStore } from '../../../lib/testing/chaos.store.js';
import { chaosStore } from '../../../lib/testing/chaos.store.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { StoreBench } from '../../../lib/testing/store-bench.js';

const down = new CacheError('STORE_UNAVAILABLE', { store: 'default', operation: 'read', reason: 'it is down' });
const address = { path: 'posts:42', groups: ['~root', 'posts'] };
const posts: Invalidation = { groups: ['posts'], paths: ['posts'], globs: [] };
const everything: Invalidation = { groups: ['~root'], paths: [], globs: [] };
const users: Invalidation = { groups: ['users'], paths: [], globs: [] };

function bench(clock = new FakeClock(), shared = new MemoryStore({ maxEntries: 100, maxBytes: 100_000 }, clock)) {
  const events: CacheEvent[] = [];
  const inner: ChaosStore = chaosStore(shared);
  const sent: Invalidation[] = [];
  const invalidate = inner.invalidate.bind(inner);
  inner.invalidate = async (invalidation) => {
    await invalidate(invalidation);
    sent.push(invalidation);
  };
  const store = new GuardedStore(inner, { name: 'default', clock, tell: (event) => events.push(event) });
  const kinds = () => events.map(({ kind }) => kind);
  /** The rejection of a call that may wait for the end of an outage. */
  const givenUp = async (call: Promise<unknown>) => {
    const error = rejection(call);
    await clock.advance(500);
    return error;
  };
  return { clock, events, kinds, inner, shared, sent, store, givenUp };
}

async function rejection(promise: Promise<unknown>): Promise<CacheError<'STORE_UNAVAILABLE'>> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!CacheError.is(error, 'STORE_UNAVAILABLE')) throw new Error(`It was rejected with ${String(error)}.`);
  return error;
}

describe('a guarded store', () => {
  it('asks the store while it works', async () => {
    const { store, inner, kinds } = bench();
    expect(await store.read(address)).toBeUndefined();
    expect(inner.calls('read')).toBe(1);
    expect(kinds()).toEqual([]);
  });

  it('asks no more after three failures in a row, and says so once', async () => {
    const { store, inner, kinds } = bench();
    inner.alwaysFail('read', down);
    for (let time = 0; time < 10; time++) await rejection(Promise.resolve(store.read(address)));
    expect(inner.calls('read')).toBe(3);
    expect(kinds()).toEqual(['store-rests']);
  });

  it('goes on when only a part of the store fails', async () => {
    const { store, inner, kinds } = bench();
    inner.alwaysFail('begin', new CacheError('STORE_UNAVAILABLE', { ...down.details, isPartial: true }));
    const request = { address, token: 'a', mode: 'load', lateTags: false, generationLifetime: 1_000 } as const;
    for (let time = 0; time < 10; time++) await rejection(store.begin(request));
    expect(inner.calls('begin')).toBe(10);
    expect(kinds()).toEqual([]);
  });

  it('says in its refusals why, and that the store was not asked', async () => {
    const { store, inner } = bench();
    inner.alwaysFail('read', down);
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(store.read(address)));
    const { details, message } = await rejection(store.fill({ lease: lease(), mode: 'load' }));
    expect(details).toMatchObject({ operation: 'fill', isResting: true });
    expect(message).toContain('it is down');
  });

  it('asks again when a read of its own was answered', async () => {
    const { store, inner, clock, events } = bench();
    inner.alwaysFail('read', down);
    for (let time = 0; time < 5; time++) await rejection(Promise.resolve(store.read(address)));
    inner.calm();
    await clock.advance(1_000);
    expect(await store.read(address)).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ kind: 'store-works', refused: 2 });
  });

  it('is left alone from the start when it cannot be reached then', async () => {
    const { store, inner } = bench();
    inner.alwaysFail('connect', down);
    await rejection(store.connect());
    await rejection(Promise.resolve(store.read(address)));
    expect(inner.calls('read')).toBe(0);
  });

  it('is read as before while it takes nothing new', async () => {
    const { store, inner, kinds } = bench();
    for (const verb of ['begin', 'fill'] as const) inner.alwaysFail(verb, down);
    for (let time = 0; time < 10; time++) await rejection(store.fill({ lease: lease(), mode: 'load' }));
    expect(await store.read(address)).toBeUndefined();
    expect(kinds()).toEqual([]);
  });

  it('lengthens and gives back locks also while it rests', async () => {
    const { store, inner } = bench();
    await store.lock('rebuild', 'token', 10_000);
    inner.alwaysFail('read', down);
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(store.read(address)));
    expect(await store.extendLock('rebuild', 'token', 10_000)).toBe(true);
    await store.unlock('rebuild', 'token');
    await rejection(store.lock('other', 'token', 10_000));
  });
});

describe('an invalidation that a store did not confirm', () => {
  it('is rejected, and nothing is read or filled until it was delivered', async () => {
    const { store, inner, clock, sent, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    await rejection(Promise.resolve(store.read(address)));
    await rejection(store.fill({ lease: lease(), mode: 'load' }));
    expect(inner.calls('read')).toBe(0);
    inner.calm();
    await clock.advance(1_000);
    expect(sent).toEqual([posts]);
    expect(await store.read(address)).toBeUndefined();
  });

  it('succeeds after all when it is delivered within half a second', async () => {
    const { store, inner, clock, sent } = bench();
    inner.alwaysFail('invalidate', down);
    const invalidating = store.invalidate(posts);
    await clock.advance(50);
    inner.calm();
    await clock.advance(400);
    await invalidating;
    expect(sent).toEqual([posts]);
  });

  it('is sent at once also during an outage, and waited for no longer than a moment', async () => {
    const { store, inner, clock, sent } = bench();
    inner.alwaysFail('read', down);
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(store.read(address)));
    await clock.advance(600);
    inner.alwaysDelay('invalidate', 10_000_000);
    const invalidating = rejection(store.invalidate(posts));
    await clock.advance(50);
    await invalidating;
    expect(inner.calls('invalidate')).toBe(1);
    expect(sent).toEqual([]);
  });

  it('waits no more when a store that was left alone confirms it', async () => {
    const { store, inner, clock, sent, kinds } = bench();
    inner.alwaysFail('read', down);
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(store.read(address)));
    await clock.advance(1_201);
    await store.invalidate(posts);
    expect(sent).toEqual([posts]);
    inner.calm();
    await clock.advance(750);
    expect(await store.read(address)).toBeUndefined();
    expect(kinds()).toEqual(['store-rests', 'store-works']);
  });

  it('is sent no more when a thousand had no answer, the last of which was of everything', async () => {
    const { store, inner, clock } = bench();
    inner.alwaysFail('read', down);
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(store.read(address)));
    inner.alwaysDelay('invalidate', 10_000_000);
    const asked: Invalidation[] = [];
    const invalidate = inner.invalidate.bind(inner);
    inner.invalidate = (invalidation) => {
      asked.push(invalidation);
      return invalidate(invalidation);
    };
    const writes = Array.from({ length: 1_200 }, () => rejection(store.invalidate(posts)));
    await clock.advance(500);
    await Promise.all(writes);
    expect(asked.slice(0, 1_000)).toEqual([...Array<Invalidation>(999).fill(posts), everything]);
    // What is delivered by the probes.
    expect(asked.slice(1_000).length).toBeLessThan(5);
  });

  it('is sent however many were refused at once', async () => {
    const { store, inner, clock, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    for (let time = 0; time < 1_200; time++) await rejection(store.invalidate(posts));
    const before = inner.calls('invalidate');
    await rejection(store.invalidate(posts));
    expect(inner.calls('invalidate')).toBe(before + 1);
    await clock.advance(0);
  });

  it('is delivered before one that came after it is confirmed', async () => {
    const { store, inner, clock, givenUp, sent } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    inner.calm();
    await rejection(store.invalidate(users));
    const parked = inner.park('invalidate', 'before');
    const waiting = clock.advance(500);
    await parked.arrived;
    await rejection(store.invalidate(users));
    parked.release();
    await waiting;
    await store.invalidate(users);
    expect(sent).toEqual([users, users, posts, users]);
  });

  it('keeps the store from being read also where it could be', async () => {
    const { store, inner, clock, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    await clock.advance(10_000);
    await rejection(Promise.resolve(store.read(address)));
    expect(inner.calls('read')).toBe(0);
  });

  it('is delivered together with those that came after it', async () => {
    const { store, inner, clock, sent, kinds, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    await givenUp(store.invalidate(users));
    inner.calm();
    await clock.advance(1_000);
    expect(sent).toEqual([{ groups: ['posts', 'users'], paths: ['posts'], globs: [] }]);
    expect(kinds()).toEqual([
      'invalidation-queued',
      'store-rests',
      'invalidation-queued',
      'invalidations-delivered',
      'store-works',
    ]);
  });

  it('is sent again when it comes once more while it is on its way', async () => {
    const { store, inner, clock, sent, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    inner.calm();
    const parked = inner.park('invalidate', 'after');
    const waiting = clock.advance(500);
    await parked.arrived;
    inner.alwaysFail('invalidate', down);
    await rejection(store.invalidate(posts));
    await rejection(Promise.resolve(store.read(address)));
    inner.calm();
    parked.release();
    await waiting;
    await clock.advance(500);
    // The delivery that was on its way, and the one after it.
    expect(sent).toEqual([posts, posts]);
    expect(await store.read(address)).toBeUndefined();
  });

  it('waits as the path in front of its wildcard', async () => {
    const { store, inner, clock, sent, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    const glob = { literal: 'public:blog', matches: () => true };
    await givenUp(store.invalidate({ groups: [], paths: [], globs: [glob] }));
    inner.calm();
    await clock.advance(1_000);
    expect(sent).toEqual([{ groups: ['public:blog'], paths: [], globs: [] }]);
  });

  it('closes what it names for its whole window when it is delivered, and nothing else', async () => {
    const { store, inner, clock, sent, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate({ ...posts, settle: 3_000 }));
    await givenUp(store.invalidate({ ...posts, settle: 2_000 }));
    await givenUp(store.invalidate(users));
    inner.calm();
    await clock.advance(1_000);
    expect(sent).toEqual([users, { ...posts, settle: 3_000 }]);
    await clock.advance(1_900);
    const begin = { address, token: 'a', mode: 'load', lateTags: false, generationLifetime: 1_000 } as const;
    expect(await store.begin(begin)).toEqual({ kind: 'closed' });
    await clock.advance(1_000);
    expect(await store.begin(begin)).toMatchObject({ kind: 'leased' });
  });

  it('closes everything when too many wait and any of them is to be closed', async () => {
    const { store, inner, clock, sent, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate({ ...posts, settle: 2_000 }));
    const groups = Array.from({ length: 10_001 }, (_, index) => `posts:${index}`);
    await givenUp(store.invalidate({ groups, paths: [], globs: [] }));
    inner.calm();
    await clock.advance(1_000);
    expect(sent).toEqual([{ groups: ['~root'], paths: [], globs: [], settle: 2_000 }]);
  });

  it('becomes one of everything when too many wait', async () => {
    const { store, inner, clock, sent, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    const groups = Array.from({ length: 10_001 }, (_, index) => `posts:${index}`);
    await givenUp(store.invalidate({ groups, paths: [], globs: [] }));
    inner.calm();
    await clock.advance(1_000);
    expect(sent).toEqual([{ groups: ['~root'], paths: [], globs: [] }]);
  });

  it('is tried once more when the application ends, and its loss is told', async () => {
    const { store, inner, events, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    await store.close();
    expect(events.at(-1)).toMatchObject({ kind: 'invalidations-lost', count: 2 });
    expect(inner.calls('close')).toBe(1);
  });

  it('is told as lost also where its delivery is under way as the application ends', async () => {
    const { store, inner, clock, events, givenUp } = bench();
    inner.alwaysFail('invalidate', down);
    await givenUp(store.invalidate(posts));
    inner.calm();
    const delivery = inner.park('invalidate', 'before');
    await clock.advance(500);
    await delivery.arrived;
    inner.alwaysFail('invalidate', down);
    const closing = store.close();
    delivery.fail(down);
    await closing;
    expect(events.at(-1)).toMatchObject({ kind: 'invalidations-lost', count: 2 });
    expect(inner.calls('close')).toBe(1);
  });

  it('is delivered as the application ends, if the store works by then', async () => {
    const { store, inner, sent, givenUp } = bench();
    for (const verb of ['clear', 'invalidate'] as const) inner.alwaysFail(verb, down);
    await givenUp(store.clear());
    inner.calm();
    await store.close();
    expect(sent).toEqual([{ groups: ['~root'], paths: [], globs: [] }]);
    expect(inner.calls('clear')).toBe(1);
  });
});

describe('a store that was away', () => {
  /** One that failed until now, for so many milliseconds. */
  async function after(length: number) {
    const made = bench();
    const { store, inner, clock } = made;
    inner.alwaysFail('read', down);
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(store.read(address)));
    await clock.advance(length);
    inner.calm();
    const isRead = async () => (await Promise.resolve(store.read(address)).catch(() => 'refused')) !== 'refused';
    return { ...made, isRead };
  }

  it('is neither read nor filled until other processes have had the time to deliver what waits there', async () => {
    const { store, clock, isRead } = await after(2_000);
    store.reconnected(2_000);
    await clock.advance(499);
    expect(await isRead()).toBe(false);
    await rejection(store.fill({ lease: lease(), mode: 'load' }));
    await clock.advance(1);
    expect(await isRead()).toBe(true);
  });

  it('shows nothing older than a write whose process is connected a quarter of a second later', async () => {
    const reader = bench();
    const { clock, shared } = reader;
    const writer = bench(clock, shared);
    const entries = new StoreBench(reader.store);
    const { path, groups } = entries.address('post');
    await entries.load({ path, groups }, 'old');
    for (const { inner } of [reader, writer]) {
      for (const verb of ['read', 'begin', 'invalidate'] as const) inner.alwaysFail(verb, down);
    }
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(reader.store.read({ path, groups })));
    await clock.advance(2_000);
    await writer.givenUp(writer.store.invalidate({ groups: [path], paths: [path], globs: [] }));
    reader.inner.calm();
    reader.store.reconnected(2_500);
    const seen: unknown[] = [];
    for (let step = 0; step < 60; step++) {
      await clock.advance(10);
      seen.push(await entries.payload({ path, groups }).catch(() => 'refused'));
      if (step === 25) {
        writer.inner.calm();
        writer.store.reconnected(2_750);
      }
    }
    expect(new Set(seen)).toEqual(new Set(['refused', undefined]));
  });

  it('is left alone for as long although it was noticed late', async () => {
    const { store, inner, clock } = bench();
    inner.alwaysFail('read', down);
    for (let time = 0; time < 3; time++) await rejection(Promise.resolve(store.read(address)));
    inner.calm();
    store.reconnected(3_000);
    await clock.advance(250);
    await rejection(Promise.resolve(store.read(address)));
    await clock.advance(500);
    expect(await store.read(address)).toBeUndefined();
  });

  it('is read at once if it was away for a moment', async () => {
    const { store, clock, isRead } = await after(150);
    store.reconnected(150);
    await clock.advance(0);
    expect(await isRead()).toBe(true);
  });

  it('takes what waits as soon as it is connected, and whoever wrote hears of that', async () => {
    const { store, inner, clock, sent, isRead } = await after(2_000);
    inner.alwaysFail('invalidate', down);
    await rejection(store.invalidate(posts));
    inner.calm();
    store.reconnected(2_000);
    await clock.advance(0);
    expect(sent).toEqual([posts]);
    await store.invalidate(users);
    expect(sent).toEqual([posts, users]);
    expect(await isRead()).toBe(false);
  });

  it('is waited for also where nobody asked for anything while it was away', async () => {
    const { store, clock, events } = bench();
    store.reconnected(3_000);
    await rejection(Promise.resolve(store.read(address)));
    await clock.advance(500);
    expect(await store.read(address)).toBeUndefined();
    expect(events).toMatchObject([{ kind: 'store-rests' }, { kind: 'store-works', after: 3_500, refused: 1 }]);
  });

  it('costs nothing where it was away for a moment and nobody noticed', async () => {
    const { store, kinds } = bench();
    store.reconnected(150);
    expect(await store.read(address)).toBeUndefined();
    expect(kinds()).toEqual([]);
  });

  it('has to work all the time until it is read', async () => {
    const { store, inner, clock, isRead } = await after(2_000);
    store.reconnected(2_000);
    await clock.advance(400);
    inner.alwaysFail('read', down);
    await clock.advance(300);
    inner.calm();
    store.reconnected(100);
    await clock.advance(499);
    expect(await isRead()).toBe(false);
    await clock.advance(1);
    expect(await isRead()).toBe(true);
  });

  it('is waited for by writes for half a second when it fails again before it is read', async () => {
    const { store, inner, clock, sent } = await after(2_000);
    store.reconnected(2_000);
    await clock.advance(300);
    inner.alwaysFail('invalidate', down);
    const writing = store.invalidate(posts);
    await clock.advance(400);
    inner.calm();
    store.reconnected(100);
    await clock.advance(0);
    await writing;
    expect(sent).toEqual([posts]);
  });

  it('may take its time for an invalidation once it works', async () => {
    const { store, inner, clock, sent, kinds } = await after(2_000);
    store.reconnected(2_000);
    await clock.advance(0);
    const parked = inner.park('invalidate', 'before');
    const writing = store.invalidate(posts);
    await parked.arrived;
    await clock.advance(200);
    parked.release();
    await writing;
    expect(sent).toEqual([posts]);
    expect(kinds()).not.toContain('invalidation-queued');
  });

  it('ends at once, also before it was read', async () => {
    const { store, clock } = await after(2_000);
    store.reconnected(2_000);
    await clock.advance(0);
    await store.close();
    expect(clock.pending).toBe(0);
  });

  it('is left alone for as long where only a part of it was away', async () => {
    const { store, inner, clock, givenUp } = bench();
    inner.alwaysFail('invalidate', new CacheError('STORE_UNAVAILABLE', { ...down.details, isPartial: true }));
    await givenUp(store.invalidate(posts));
    inner.calm();
    await clock.advance(250);
    await rejection(Promise.resolve(store.read(address)));
    await clock.advance(500);
    expect(await store.read(address)).toBeUndefined();
  });
});

describe('a store that is slow', () => {
  const late = new CacheError('STORE_UNAVAILABLE', { ...down.details, reason: 'it is slow' });

  it('is left alone as long as it says so', async () => {
    const { store, inner, clock, kinds } = bench();
    store.slow(late);
    await rejection(Promise.resolve(store.read(address)));
    expect(inner.calls('read')).toBe(0);
    const probe = inner.park('read', 'before');
    const waiting = clock.advance(100);
    await probe.arrived;
    store.slow(late);
    probe.release();
    await waiting;
    expect(inner.calls('read')).toBe(2);
    await clock.advance(100);
    expect(await store.read(address)).toBeUndefined();
    expect(kinds()).toEqual(['store-rests', 'store-works']);
  });

  it('is given its time for an invalidation', async () => {
    const { store, inner, clock, sent, kinds } = bench();
    store.slow(late);
    inner.alwaysFail('read', down);
    await clock.advance(2_000);
    const parked = inner.park('invalidate', 'before');
    const writing = store.invalidate(posts);
    await parked.arrived;
    await clock.advance(200);
    parked.release();
    await writing;
    expect(sent).toEqual([posts]);
    expect(kinds()).toEqual(['store-rests']);
  });

  it('is given it no more when it did not answer', async () => {
    const { store, inner, clock, givenUp } = bench();
    store.slow(late);
    inner.alwaysFail('read', down);
    inner.alwaysFail('invalidate', down);
    await clock.advance(2_000);
    await givenUp(store.invalidate(posts));
    inner.calm();
    inner.alwaysDelay('invalidate', 10_000_000);
    const writing = rejection(store.invalidate(posts));
    await clock.advance(50);
    await writing;
  });
});

function lease() {
  return { path: address.path, token: 'token', generations: new Map([['~root', 'id']]), buckets: [] };
}
