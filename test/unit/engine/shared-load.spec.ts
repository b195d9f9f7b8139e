import { currentFrame, noteContextual } from '../../../lib/engine/frames.js';
import { SharedLoad } from '../../../lib/engine/shared-load.js';
import { groupsOf } from '../../../lib/keys/groups.js';
import type { CacheStore, Lease } from '../../../lib/stores/store.js';
import type { ManyLoad } from '../../support/engine-bench.js';
import { EngineBench, Gate, LIFETIME, isOpen, settled } from '../../support/engine-bench.js';
import { PLAIN_HEADER } from '../../support/entry-headers.js';

/** A load of letters that a test lets go on, and what it was asked for. */
function bench(keys: readonly string[]) {
  const gate = new Gate();
  const asked: string[][] = [];
  const shared = new SharedLoad(keys, async (wanted) => {
    asked.push([...wanted]);
    return (await gate.load()) as ReadonlyMap<string, unknown>;
  });
  return { gate, asked, shared };
}

describe('a load for several keys', () => {
  it('waits until something is known of every key, and asks for those that are wanted in their order', async () => {
    const { gate, asked, shared } = bench(['a', 'b', 'c', 'd']);
    const [c, a] = [shared.get('c'), shared.get('a')];
    shared.decided('b');
    await settled();
    expect(asked).toEqual([]);
    shared.decided('d');
    await gate.called();
    expect(asked).toEqual([['a', 'c']]);
    gate.finish(new Map([['a', 1]]));
    expect(await Promise.all([a, c])).toEqual([1, undefined]);
  });

  it('does not run for nothing', async () => {
    const { asked, shared } = bench(['a']);
    shared.decided('a');
    await settled();
    expect(asked).toEqual([]);
  });

  it('runs again for keys that have to be loaded after all, all of one moment together', async () => {
    const { gate, asked, shared } = bench(['a', 'b', 'c']);
    const a = shared.get('a');
    shared.decided('b');
    shared.decided('c');
    await gate.called();
    const late = [shared.get('c'), shared.get('b')];
    await gate.called(2);
    expect(asked).toEqual([['a'], ['b', 'c']]);
    gate.finish(new Map([['a', 1]]));
    gate.finish(
      new Map([
        ['b', 2],
        ['c', 3],
      ]),
    );
    expect(await Promise.all([a, ...late])).toEqual([1, 3, 2]);
  });

  it('fails for each of its keys with the very error', async () => {
    const { gate, shared } = bench(['a', 'b']);
    const outcomes = Promise.allSettled([shared.get('a'), shared.get('b')]);
    await gate.called();
    const error = new Error('broken');
    gate.fail(error);
    for (const outcome of await outcomes) expect(outcome).toEqual({ status: 'rejected', reason: error });
  });
});

/** A loader of letters that remembers what it was asked for. */
function letters() {
  const asked: string[][] = [];
  const load = async (paths: readonly string[]): Promise<ReadonlyMap<string, unknown>> => {
    asked.push([...paths]);
    return new Map(paths.map((path) => [path, path.toUpperCase()]));
  };
  return { asked, load };
}

/** Takes the lease of a key, as another process does. */
async function leaseOf(store: CacheStore, path: string): Promise<Lease> {
  const address = { path, groups: groupsOf(path) };
  const rest = { token: 'other', mode: 'load', lateTags: false, generationLifetime: 600_000 } as const;
  const begun = await store.begin({ address, ...rest });
  if (begun.kind !== 'leased') throw new Error(begun.kind);
  return begun.lease;
}

describe('a call for several keys', () => {
  it('loads and stores its own before it waits for what another process loads', async () => {
    const at = EngineBench.inMemory();
    const { asked, load } = letters();
    const lease = await leaseOf(at.store, 'b');
    const values = at.many(['a', 'b', 'c'], load);
    await at.clock.advance(20);
    expect(asked).toEqual([['a', 'c']]);
    expect([await at.stored('a'), await at.stored('c')]).toEqual(['A', 'C']);
    expect(await isOpen(values)).toBe(true);
    await fill(at.store, lease, '"theirs"');
    await at.clock.advance(100);
    expect(await values).toEqual(['A', 'theirs', 'C']);
    expect(asked.length).toBe(1);
  });

  it('loads in the end what a process that is gone was loading', async () => {
    const at = EngineBench.inMemory();
    const { asked, load } = letters();
    for (const path of ['b', 'c']) await leaseOf(at.store, path);
    const values = at.many(['a', 'b', 'c'], load);
    await at.clock.advance(3_000);
    expect(await values).toEqual(['A', 'B', 'C']);
    expect(asked[0]).toEqual(['a']);
    expect(asked.slice(1).flat()).toEqual(['b', 'c']);
  });

  it('waits for nobody who waits for it: two processes with keys in opposite orders', async () => {
    const at = EngineBench.inMemory();
    const other = at.neighbour();
    const [first, second] = [letters(), letters()];
    const calls = [at.many(['a', 'b'], first.load), other.many(['b', 'a'], second.load)];
    await at.clock.advance(100);
    expect(await Promise.all(calls)).toEqual([
      ['A', 'B'],
      ['B', 'A'],
    ]);
    expect([...first.asked, ...second.asked].flat().sort()).toEqual(['a', 'b']);
  });

  it('waits for no load that waits for one of its keys, whichever that is', async () => {
    for (const key of ['a', 'b', 'c']) {
      const at = EngineBench.inMemory();
      const [many, single] = [new Gate(), new Gate()];
      const all = at.many(['a', 'b', 'c'], async (paths) => {
        await many.load();
        const inner = String(await at.get('x', () => 'x, alone'));
        return new Map(paths.map((path) => [path, `${path} with ${inner}`]));
      });
      const x = at.get('x', async () => {
        await single.load();
        return `x with ${String(await at.get(key, () => `${key}, alone`))}`;
      });
      await Promise.all([many.called(), single.called()]);
      many.finish(undefined);
      await settled();
      single.finish(undefined);
      expect(await isOpen(Promise.all([all, x]))).toBe(false);
      expect(await x).toBe(`x with ${key}, alone`);
    }
  });

  it('stores nothing of what was loaded with something that the keys do not hold', async () => {
    const at = EngineBench.inMemory();
    const values = await at.many(['a', 'b', 'c'], async (paths) => {
      noteContextual(new Map([['@user.id', '7']]));
      return new Map(paths.map((path) => [path, 'of 7']));
    });
    expect(values).toEqual(['of 7', 'of 7', 'of 7']);
    for (const path of ['a', 'b', 'c']) expect(await at.stored(path)).toBeUndefined();
  });

  it('goes on for each of its keys when it was run once more inside for one of them', async () => {
    const at = EngineBench.inMemory();
    const load: ManyLoad = async (paths) => {
      await new SharedLoad(['a'], async () => new Map()).get('a', currentFrame());
      const part = await at.get('part', () => 1);
      return new Map(paths.map((path) => [path, part]));
    };
    expect(await at.many(['a', 'b'], load)).toEqual([1, 1]);
    await at.delete('part');
    expect(await Promise.all([at.stored('a'), at.stored('b')])).toEqual([undefined, undefined]);
  });

  it('leaves a key to itself that is invalidated while it loads', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const values = at.many(['a', 'b'], gate.load as ManyLoad);
    await gate.called();
    await at.invalidate('a');
    gate.finish(new Map(['a', 'b'].map((path) => [path, 'old'])));
    expect(await values).toEqual(['old', 'old']);
    expect([await at.stored('a'), await at.stored('b')]).toEqual([undefined, 'old']);
  });

  it('serves what is stale at once, and renews it with one load', async () => {
    const at = EngineBench.inMemory();
    const { asked, load } = letters();
    const options = { stale: { whileRevalidate: LIFETIME } };
    await at.many(['a', 'b'], load, options);
    await at.clock.advance(LIFETIME + 1);
    expect(await at.many(['a', 'b'], load, options)).toEqual(['A', 'B']);
    await settled();
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});

async function fill(store: CacheStore, lease: Lease, payload: string): Promise<void> {
  const createdAt = Date.UTC(2030, 0, 1);
  const header = { ...PLAIN_HEADER, createdAt, expiresAt: createdAt + LIFETIME };
  const entry = { header, payload, lifetime: LIFETIME, generationLifetime: 600_000, lateTags: [] };
  expect(await store.fill({ lease, mode: 'load', entry })).toBe(true);
}
