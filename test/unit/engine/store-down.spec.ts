import { EngineBench, Gate, isOpen, settled } from '../../support/engine-bench.js';

const DOWN = new Error('connection refused');

describe('while the store cannot be reached', () => {
  function bench() {
    const at = EngineBench.inMemory();
    for (const verb of ['read', 'begin', 'renew', 'fill', 'invalidate'] as const) at.store.alwaysFail(verb, DOWN);
    return { at, gate: new Gate() };
  }

  it('a read is a miss, is told of, and costs no second command', async () => {
    const { at } = bench();
    expect(await at.outcome('posts:1', () => 'loaded')).toMatchObject({ status: 'miss', value: 'loaded' });
    expect(at.events).toContainEqual({ kind: 'store-failed', store: 'default', operation: 'read', error: DOWN });
    expect(at.store.calls('begin')).toBe(0);
  });

  it('a read is a miss also where it fails at once', async () => {
    const { at } = bench();
    at.store.read = () => {
      throw DOWN;
    };
    expect(await at.outcome('posts:1', () => 'loaded')).toMatchObject({ status: 'miss', value: 'loaded' });
    expect(at.events).toContainEqual({ kind: 'store-failed', store: 'default', operation: 'read', error: DOWN });
  });

  it('an invalidation is an error', async () => {
    const { at } = bench();
    await expect(at.invalidate('posts')).rejects.toBe(DOWN);
  });

  it('at most one load of a key runs and one waits, whoever comes', async () => {
    const { at, gate } = bench();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    const second = Array.from({ length: 50 }, () => at.get('posts:1', gate.load));
    await settled();
    expect(gate.calls).toBe(1);
    gate.finish('one');
    expect(await first).toBe('one');
    await gate.called(2);
    const third = Array.from({ length: 50 }, () => at.get('posts:1', gate.load));
    await settled();
    expect(gate.calls).toBe(2);
    gate.finish('two');
    expect(new Set(await Promise.all(second))).toEqual(new Set(['two']));
    await gate.called(3);
    gate.finish('three');
    expect(new Set(await Promise.all(third))).toEqual(new Set(['three']));
    expect(gate.calls).toBe(3);
  });

  it('nobody gets what was loaded before an invalidation, delivered or not', async () => {
    const { at, gate } = bench();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    const before = at.get('posts:1', gate.load);
    await settled();
    await at.invalidate('posts').catch(() => undefined);
    const after = at.get('posts:1', () => 'new');
    expect(await after).toBe('new');
    gate.finish('old');
    expect(await first).toBe('old');
    await gate.called(2);
    gate.finish('newer');
    expect(await before).toBe('newer');
  });

  it('a load that waits for its predecessor does not wait for ever', async () => {
    const { at, gate } = bench();
    void at.get('posts:1', gate.load);
    await gate.called();
    const second = at.get('posts:1', () => 'two');
    await at.clock.advance(9_999);
    expect(await isOpen(second)).toBe(true);
    await at.clock.advance(1);
    expect(await second).toBe('two');
  });

  it('loaders that ask for each other do not wait for ever', async () => {
    const { at, gate } = bench();
    const first = at.get('a', async () => [await gate.load(), await at.get('b', () => 'b')]);
    await gate.called();
    const second = at.get('b', () => at.get('a', () => 'a'));
    await settled();
    gate.finish('go');
    expect(await isOpen(Promise.all([first, second]))).toBe(false);
  });
});

describe('while reads work and nothing can be stored', () => {
  it('those who came before the load began share it, and those who came during it do not', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    at.store.alwaysFail('begin', DOWN);
    const reads = [1, 2, 3].map(() => at.get('posts:1', gate.load));
    await gate.called();
    const late = [4, 5].map(() => at.get('posts:1', gate.load));
    await settled();
    gate.finish('one');
    expect(await Promise.all(reads)).toEqual(['one', 'one', 'one']);
    await gate.called(2);
    gate.finish('two');
    expect(await Promise.all(late)).toEqual(['two', 'two']);
  });

  it.each([
    ['an invalidation', 'invalidate', (at: EngineBench) => at.invalidate('posts')],
    ['a clearing', 'clear', (at: EngineBench) => at.engine.clear()],
  ] as const)('nothing is stored that was loaded before %s that was not delivered', async (_, verb, send) => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const read = at.get('posts:1', gate.load);
    await gate.called();
    at.store.park(verb, 'before').fail(DOWN);
    await expect(send(at)).rejects.toBe(DOWN);
    gate.finish('old');
    expect(await read).toBe('old');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('a begin that is applied after it was given up stores nothing that was read before', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const begin = at.store.park('begin', 'before');
    const read = at.get('posts:1', gate.load);
    await begin.arrived;
    begin.fail(new Error('no answer'));
    await gate.called();
    await at.neighbour().invalidate('posts');
    begin.release();
    await settled();
    gate.finish('old');
    expect(await read).toBe('old');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('a begin that is applied after it was given up leaves nothing behind', async () => {
    const at = EngineBench.inMemory();
    const begin = at.store.park('begin', 'before');
    const read = at.get('posts:1', () => 'one');
    await begin.arrived;
    begin.fail(new Error('no answer'));
    expect(await read).toBe('one');
    begin.release();
    const next = at.get('posts:1', () => 'two');
    await at.clock.advance(2_100);
    expect(await next).toBe('two');
    expect(await at.stored('posts:1')).toBe('two');
  });
});
