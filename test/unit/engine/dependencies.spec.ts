import type { Decision } from '../../../lib/engine/request.js';
import type { LoadOptions } from '../../support/engine-bench.js';
import { EngineBench, Gate, LIFETIME, settled } from '../../support/engine-bench.js';

const STALE = { whileRevalidate: LIFETIME, ifError: LIFETIME };

let at: EngineBench<ReturnType<typeof EngineBench.inMemory>['clock']>;
/** The data behind the key `inner`. */
let version: number;

beforeEach(() => {
  at = EngineBench.inMemory();
  version = 1;
});

const inner = (options: LoadOptions = {}, path = 'posts:detail:1') => at.get(path, () => `v${version}`, options);
const outer = (load: () => unknown = inner, options: LoadOptions = {}) =>
  at.get('pages:home', async () => `page of ${String(await load())}`, options);
const stored = () => at.stored('pages:home');

describe('what is built from an entry', () => {
  it.each([
    ['its path', () => at.invalidate('posts:detail:1')],
    ['what it is below', () => at.invalidate('posts')],
    ['a tag', () => at.invalidateTags('author')],
    ['a pattern that is searched for', () => at.invalidate('posts:*:1')],
    ['a deletion of exactly the entry', () => at.delete('posts:detail:1')],
    ['a put', () => at.put('posts:detail:1', () => 'put')],
    ['a put that is not stored', () => at.put('posts:detail:1', () => 'put', { decision: { kind: 'skip' } })],
    ['clearing everything', () => at.engine.clear()],
  ])('dies with it by %s', async (_, invalidate) => {
    for (const state of ['cold', 'stored', 'stored and built from'] as const) {
      at = EngineBench.inMemory();
      version = 1;
      if (state !== 'cold') await inner({ tags: ['author'] });
      if (state === 'stored and built from') await at.get('other', () => inner({ tags: ['author'] }));
      expect(await outer(() => inner({ tags: ['author'] }))).toBe('page of v1');
      expect(await stored()).toBe('page of v1');
      version = 2;
      await invalidate();
      expect(await stored()).toBeUndefined();
    }
  });

  it('outlives an eviction of it, and dies with what is invalidated then', async () => {
    const tight = new EngineBench(at.store, at.clock);
    await outer();
    await tight.invalidate('posts:detail:2');
    expect(await stored()).toBe('page of v1');
    await at.invalidate('posts:*:1');
    expect(await stored()).toBeUndefined();
  });

  it('stays when something beside it or below it is invalidated', async () => {
    await outer();
    await at.invalidate('posts:detail:2', 'posts:detail:1:en', 'posts:list', 'posts:*:2');
    await at.delete('posts:detail:1:en', 'posts:detail', 'posts');
    expect(await stored()).toBe('page of v1');
  });

  it('leaves alone what is below an entry that is deleted alone', async () => {
    await inner({}, 'posts:detail:1:en');
    await outer();
    await at.delete('posts:detail:1');
    expect(await at.stored('posts:detail:1:en')).toBe('v1');
    expect(await stored()).toBeUndefined();
  });

  it('dies when it is several loads away', async () => {
    await outer(() => at.get('middle:1', () => at.get('middle:2', inner)));
    await at.invalidate('posts:detail:1');
    for (const path of ['pages:home', 'middle:1', 'middle:2']) expect(await at.stored(path)).toBeUndefined();
  });

  it('dies when it is several hits away', async () => {
    await at.get('middle:2', inner);
    await at.get('middle:1', () => at.get('middle:2', inner));
    await outer(() => at.get('middle:1', inner));
    await at.delete('posts:detail:1');
    for (const path of ['pages:home', 'middle:1', 'middle:2']) expect(await at.stored(path)).toBeUndefined();
  });

  it('dies with each of a hundred that were read at once', async () => {
    const paths = Array.from({ length: 100 }, (_, index) => `posts:detail:${index}`);
    await outer(() => Promise.all(paths.map((path) => inner({}, path))));
    expect(await stored()).toContain('v1');
    await at.delete('posts:detail:99');
    expect(await stored()).toBeUndefined();
  });

  it.each<[string, LoadOptions]>([
    ['that was not stored', { decision: { kind: 'skip' } }],
    ['that was for its caller only', { decision: { kind: 'refuse' } }],
    ['with tags from its result', { lateTags: ['author'] }],
  ])('dies with a value %s', async (_, options) => {
    await outer(() => inner(options));
    expect(await stored()).toBe('page of v1');
    await (options.lateTags ? at.invalidateTags('author') : at.delete('posts:detail:1'));
    expect(await stored()).toBeUndefined();
  });

  it('dies with an error that it was made of', async () => {
    const missing = () => at.get('posts:detail:1', () => Promise.reject(new Error('There is none.')));
    await outer(() => missing().catch(() => 'nothing'));
    expect(await stored()).toBe('page of nothing');
    await at.delete('posts:detail:1');
    expect(await stored()).toBeUndefined();
  });

  it('dies with what a reader without a loader found', async () => {
    await inner();
    await outer(() => at.stored('posts:detail:1'));
    expect(await stored()).toBe('page of v1');
    await at.delete('posts:detail:1');
    expect(await stored()).toBeUndefined();
  });

  it('dies with what a put returned, and does not die with the put itself', async () => {
    await inner();
    await outer(async () => (await at.put('posts:detail:1', () => 'put')).value);
    expect(await stored()).toBe('page of put');
    await at.delete('posts:detail:1');
    expect(await stored()).toBeUndefined();
  });

  it('does not depend on the parts that it sets', async () => {
    const request = { decision: { kind: 'store', lifetime: LIFETIME, lateTags: [] } as Decision };
    await at.get('list', async () => {
      await at.set('posts:detail:1', 'part', request);
      return 'list';
    });
    await at.delete('posts:detail:1');
    expect(await at.stored('list')).toBe('list');
  });

  it('lives no longer than what it is built from', async () => {
    await inner();
    await at.clock.advance(LIFETIME - 1_000);
    await outer();
    expect((await at.outcome('pages:home', inner)).times?.expiresAt).toBe(at.clock.now() + 1_000);
    await at.clock.advance(1_000);
    expect(await stored()).toBeUndefined();
  });

  it('lives no longer than what was loaded for it', async () => {
    await outer(() => inner({ lifetime: 5_000 }));
    await at.clock.advance(5_000);
    expect(await stored()).toBeUndefined();
  });

  it('is not stored where that is past its lifetime', async () => {
    await inner({ stale: STALE });
    await at.clock.advance(LIFETIME);
    expect(await outer(() => inner({ stale: STALE }))).toBe('page of v1');
    expect(await stored()).toBeUndefined();
  });

  it('is not stored where a value past its lifetime took the place of a failed load', async () => {
    const stale = { ifError: LIFETIME };
    await inner({ stale });
    await at.clock.advance(LIFETIME);
    const failing = () => at.get('posts:detail:1', () => Promise.reject(new Error('down')), { stale });
    expect(await outer(failing)).toBe('page of v1');
    expect(await stored()).toBeUndefined();
  });
});

describe('what is made of the entry that it replaces', () => {
  const again = (options: LoadOptions = {}) =>
    at.put('pages:home', async () => `${String(await at.stored('pages:home'))} again`, options);

  it.each([
    ['what that was built from', () => at.delete('posts:detail:1')],
    ['a tag that only that had', () => at.invalidateTags('home')],
  ])('dies with %s', async (_, invalidate) => {
    for (const times of [1, 2]) {
      at = EngineBench.inMemory();
      await outer(inner, { tags: ['home'] });
      for (let time = 0; time < times; time++) await again();
      expect(await stored()).toBe(`page of v1${' again'.repeat(times)}`);
      await invalidate();
      expect(await stored()).toBeUndefined();
    }
  });

  it('is not stored when that is invalidated meanwhile', async () => {
    await outer();
    await at.put('pages:home', async () => {
      const before = await stored();
      await at.delete('posts:detail:1');
      return before;
    });
    expect(await stored()).toBeUndefined();
  });

  it('begins a lifetime of its own', async () => {
    await outer();
    await at.clock.advance(LIFETIME - 1);
    await again();
    await at.clock.advance(LIFETIME - 1);
    expect(await stored()).toBe('page of v1 again');
  });
});

describe('while a load runs, what is built', () => {
  it.each([
    ['a hit', true],
    ['a load', false],
  ])('is not stored when what it has from %s is invalidated', async (_, isStored) => {
    if (isStored) await inner();
    const gate = new Gate();
    const building = outer(async () => [await inner(), await gate.load()]);
    await gate.called();
    version = 2;
    await at.delete('posts:detail:1');
    gate.finish('rest');
    expect(await building).toBe('page of v1,rest');
    expect(await stored()).toBeUndefined();
  });

  it('is not confirmed to those who joined after the invalidation', async () => {
    const gate = new Gate();
    const load = async () => [await inner(), await gate.load()].join();
    const first = at.get('pages:home', load);
    await gate.called();
    version = 2;
    await at.delete('posts:detail:1');
    const second = at.get('pages:home', load);
    await settled();
    gate.finish('first');
    await gate.called(2);
    gate.finish('second');
    expect(await first).toBe('v1,first');
    expect(await second).toBe('v2,second');
  });

  it('is not confirmed by an error either', async () => {
    const gate = new Gate();
    const load = async () => [await inner(), await gate.load()].join();
    const first = at.get('pages:home', load).catch(String);
    await gate.called();
    version = 2;
    await at.delete('posts:detail:1');
    const second = at.get('pages:home', load);
    await settled();
    gate.fail(new Error('none'));
    await gate.called(2);
    gate.finish('second');
    expect(await first).toBe('Error: none');
    expect(await second).toBe('v2,second');
  });

  it('is not stored when two parts of it saw two states of one group', async () => {
    await outer(async () => {
      const first = await inner({}, 'posts:detail:1');
      await at.invalidate('posts');
      return [first, await inner({}, 'posts:detail:2')];
    });
    expect(await stored()).toBeUndefined();
  });

  it('is not stored when its own group was invalidated before a part of it was read', async () => {
    await at.get('posts:page', async () => {
      await at.invalidate('posts');
      return inner();
    });
    expect(await at.stored('posts:page')).toBeUndefined();
  });

  it('depends on what a load of others shared with it', async () => {
    const gate = new Gate();
    const load = () => at.get('posts:detail:1', gate.load);
    const others = [load(), at.get('a', load), at.get('b', load)];
    await gate.called();
    gate.finish('v1');
    expect(await Promise.all(others)).toEqual(['v1', 'v1', 'v1']);
    expect(await Promise.all([at.stored('a'), at.stored('b')])).toEqual(['v1', 'v1']);
    await at.delete('posts:detail:1');
    expect(await Promise.all([at.stored('a'), at.stored('b')])).toEqual([undefined, undefined]);
  });

  it('depends on what was shared and not stored', async () => {
    const gate = new Gate();
    const load = () => at.get('posts:detail:1', gate.load, { decision: { kind: 'skip' } });
    const building = outer(() => Promise.all([load(), load()]));
    await gate.called();
    gate.finish('v1');
    expect(await building).toBe('page of v1,v1');
    expect(await stored()).toBe('page of v1,v1');
    await at.delete('posts:detail:1');
    expect(await stored()).toBeUndefined();
  });

  it('is not stored where what was shared with it was not stored, and began outside of loads', async () => {
    const gate = new Gate();
    const load = () => at.get('posts:detail:1', gate.load, { decision: { kind: 'skip' } });
    const shared = load();
    await gate.called();
    const building = outer(load);
    await settled();
    gate.finish('v1');
    expect(await Promise.all([shared, building])).toEqual(['v1', 'page of v1']);
    expect(await stored()).toBeUndefined();
  });

  it('is not stored when what it read is replaced before it is looked at again', async () => {
    await inner();
    const begin = at.store.park('begin', 'before');
    const second = at.store.park('begin', 'before');
    const building = outer();
    await begin.arrived;
    begin.release();
    await second.arrived;
    version = 2;
    const replacing = at.engine.invalidate({ groups: [], paths: ['posts:detail:1'], globs: [] }).then(() => inner());
    expect(await replacing).toBe('v2');
    second.release();
    expect(await building).toBe('page of v1');
    expect(await stored()).toBeUndefined();
  });

  it('does not depend on what is read when it has ended', async () => {
    const gate = new Gate();
    let left: Promise<unknown> | undefined;
    await outer(() => {
      left = gate.load().then(() => inner());
      return 'nothing';
    });
    gate.finish(undefined);
    expect(await left).toBe('v1');
    await at.invalidate('posts');
    expect(await stored()).toBe('page of nothing');
  });

  it('is not stored when a loader inside asks for its own key', async () => {
    const own = () => at.get('pages:home', () => 'own').catch(() => 'plain');
    await outer(() => at.get('middle', own));
    expect(await at.stored('middle')).toBeUndefined();
    expect(await stored()).toBe('page of plain');
  });

  it.each(['read', 'begin'] as const)('is not stored when the store fails to %s what is inside', async (verb) => {
    if (verb === 'read') await inner();
    await outer(async () => {
      at.store.alwaysFail(verb, new Error('down'));
      const value = await inner();
      at.store.calm();
      return value;
    });
    expect(await stored()).toBeUndefined();
  });

  it('is stored although the fill of what is inside failed', async () => {
    await outer(async () => {
      at.store.alwaysFail('fill', new Error('down'));
      const value = await inner();
      at.store.calm();
      return value;
    });
    expect(await stored()).toBe('page of v1');
    await at.delete('posts:detail:1');
    expect(await stored()).toBeUndefined();
  });

  it('is not stored with more than a thousand groups, and that is told', async () => {
    const load = (count: number) => () =>
      Promise.all(Array.from({ length: count }, (_, index) => inner({}, `posts:${index}`)));
    await outer(load(1_001));
    expect(await stored()).toBeUndefined();
    expect(at.events).toContainEqual({ kind: 'too-many-dependencies', where: 'test:v1:pages:home', most: 1_000 });
    await outer(load(990));
    expect(await stored()).toContain('v1');
  });
});

describe('outside of loads', () => {
  it('no entry gets a generation of its own', async () => {
    await inner();
    await inner();
    const { own } = (await at.store.read({ path: 'posts:detail:1', groups: ['~root'], isDependedOn: true }))!;
    expect(own).toBeNull();
  });

  it('a hit asks the store once', async () => {
    await inner();
    await inner();
    expect([at.store.calls('read'), at.store.calls('begin'), at.store.calls('generations')]).toEqual([2, 1, 0]);
  });
});

describe('what is built in one cache from another', () => {
  let other: typeof at;

  beforeEach(() => {
    const bench = EngineBench.inMemory();
    other = new EngineBench(bench.store, at.clock, 'other', at.stores);
  });

  const part = () => other.get('posts:detail:1', () => `v${version}`);

  it('dies with it', async () => {
    await outer(part);
    expect(await outer(part)).toBe('page of v1');
    version = 2;
    await other.delete('posts:detail:1');
    expect(await outer(part)).toBe('page of v2');
    expect(await stored()).toBe('page of v2');
  });

  it('does not die with the same key of its own cache', async () => {
    await outer(part);
    await at.invalidate('posts');
    expect(await stored()).toBe('page of v1');
  });

  it.each(['fails', 'is gone'])('is not served when that cache %s', async (how) => {
    await outer(part);
    if (how === 'fails') other.store.alwaysFail('generations', new Error('down'));
    else at.stores.delete('other');
    expect(await stored()).toBeUndefined();
  });

  it('is not confirmed when that is invalidated meanwhile', async () => {
    const gate = new Gate();
    const load = async () => [await part(), await gate.load()].join();
    const first = at.get('pages:home', load);
    await gate.called();
    version = 2;
    await other.delete('posts:detail:1');
    const second = at.get('pages:home', load);
    await settled();
    gate.finish('first');
    await gate.called(2);
    gate.finish('second');
    expect(await Promise.all([first, second])).toEqual(['v1,first', 'v2,second']);
    expect(await stored()).toBe('v2,second');
  });

  it('is not handed out by a begin either', async () => {
    await outer(part);
    version = 2;
    const read = at.store.park('read', 'after');
    const reading = outer(part);
    await read.arrived;
    await other.delete('posts:detail:1');
    read.fail(new Error('lost'));
    expect(await reading).toBe('page of v2');
  });

  it('does not know the caches of other applications', async () => {
    const stranger = new EngineBench(other.store, at.clock, 'other');
    await outer(() => stranger.get('posts:detail:1', () => 'v1'));
    expect(await stored()).toBeUndefined();
  });
});
