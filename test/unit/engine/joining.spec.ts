import { EngineBench, Gate, isOpen, settled } from '../../support/engine-bench.js';

describe('callers of one key in one process', () => {
  const bench = () => ({ ...{ gate: new Gate() }, at: EngineBench.inMemory() });

  it('share one load, and all get its value', async () => {
    const { at, gate } = bench();
    const reads = Array.from({ length: 500 }, () => at.get('posts:1', gate.load));
    await gate.called();
    gate.finish({ title: 'one' });
    expect(new Set((await Promise.all(reads)).map((value) => JSON.stringify(value)))).toEqual(
      new Set(['{"title":"one"}']),
    );
    expect(gate.calls).toBe(1);
  });

  it('get a value each of their own', async () => {
    const { at, gate } = bench();
    const reads = [at.get('posts:1', gate.load), at.get('posts:1', gate.load)];
    await gate.called();
    const made = { title: 'one' };
    gate.finish(made);
    const [first, second] = (await Promise.all(reads)) as { title: string }[];
    first!.title = 'changed';
    expect(made).toEqual({ title: 'one' });
    expect(second).toEqual({ title: 'one' });
    expect(await at.stored('posts:1')).toEqual({ title: 'one' });
  });

  it.each([
    ['version', { version: '1' }, { version: '2' }],
    ['form', { form: 'wire' }, { form: 'value' }],
  ] as const)('load for themselves when they ask for another %s, and store that', async (_, theirs, own) => {
    const { at, gate } = bench();
    const first = at.get('posts:1', gate.load, theirs);
    await gate.called();
    const other = at.get('posts:1', () => 'two', own);
    await settled();
    gate.finish('one');
    expect(await first).toBe('one');
    await at.clock.advance(100);
    expect(await at.stored('posts:1', own)).toBe('two');
    expect(await other).toBe('two');
  });

  it('take a confirmed value when they joined during the load', async () => {
    const { at, gate } = bench();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    const late = at.get('posts:1', gate.load);
    await settled();
    gate.finish('one');
    expect(await Promise.all([first, late])).toEqual(['one', 'one']);
    expect(gate.calls).toBe(1);
  });

  it('take the value unconfirmed when they joined before the load began', async () => {
    const { at, gate } = bench();
    const begin = at.store.park('begin', 'after');
    const first = at.get('posts:1', gate.load);
    await begin.arrived;
    const early = at.get('posts:1', gate.load);
    await settled();
    begin.release();
    await gate.called();
    await at.neighbour().invalidate('posts');
    gate.finish('one');
    expect(await Promise.all([first, early])).toEqual(['one', 'one']);
    expect(gate.calls).toBe(1);
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it.each([
    ['by a neighbour, its key', (at: EngineBench) => at.neighbour().invalidate('posts:1')],
    ['by a neighbour, a path above', (at: EngineBench) => at.neighbour().invalidate('posts')],
    ['by a neighbour, the entry', (at: EngineBench) => at.neighbour().delete('posts:1')],
    ['by a neighbour, everything', (at: EngineBench) => at.neighbour().invalidate('*')],
    ['by a neighbour, a glob', (at: EngineBench) => at.neighbour().invalidate('p*s:1')],
    ['by a neighbour, a tag', (at: EngineBench) => at.neighbour().invalidateTags('blog')],
    ['by a neighbour, a put', (at: EngineBench) => at.neighbour().put('posts:1', () => 'put')],
    ['by a neighbour, clear', (at: EngineBench) => at.neighbour().engine.clear()],
  ])('read again for themselves after a load that was overtaken: %s', async (_how, overtake) => {
    const { at, gate } = bench();
    const options = { tags: ['blog'] };
    const first = at.get('posts:1', gate.load, options);
    await gate.called();
    const late = at.get('posts:1', gate.load, options);
    await settled();
    await overtake(at);
    gate.finish('old');
    expect(await first).toBe('old');
    await settled();
    if (gate.calls === 2) gate.finish('new');
    expect(await late).not.toBe('old');
  });

  it('read again for themselves when the fill had no answer', async () => {
    const { at, gate } = bench();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    const late = at.get('posts:1', gate.load);
    await settled();
    at.store.park('fill', 'before').fail(new Error('no answer'));
    gate.finish('old');
    expect(await first).toBe('old');
    await at.clock.advance(2_100);
    await gate.called(2);
    gate.finish('new');
    expect(await late).toBe('new');
  });

  it('read again for themselves when a tag of the result was invalidated', async () => {
    const { at, gate } = bench();
    const options = { lateTags: ['author:9'] };
    const first = at.get('posts:1', gate.load, options);
    await gate.called();
    const late = at.get('posts:1', gate.load, options);
    await settled();
    await at.invalidateTags('author:9');
    gate.finish('old');
    await gate.called(2);
    gate.finish('new');
    expect(await Promise.all([first, late])).toEqual(['old', 'new']);
    expect(await at.stored('posts:1')).toBe('new');
  });

  it('read again for themselves when the result is not stored and might have had an invalidated tag', async () => {
    const { at, gate } = bench();
    const options = { lateTags: ['author:9'], decision: { kind: 'skip' } as const };
    const first = at.get('posts:1', gate.load, options);
    await gate.called();
    await at.invalidateTags('author:9');
    const late = at.get('posts:1', gate.load, options);
    await settled();
    gate.finish('old');
    await gate.called(2);
    gate.finish('new');
    expect(await Promise.all([first, late])).toEqual(['old', 'new']);
  });

  it('take a result that is not stored if nothing it depends on changed', async () => {
    const { at, gate } = bench();
    const options = { decision: { kind: 'skip' } as const };
    const first = at.get('posts:1', gate.load, options);
    await gate.called();
    const late = at.get('posts:1', gate.load, options);
    await settled();
    gate.finish('one');
    expect(await Promise.all([first, late])).toEqual(['one', 'one']);
    expect(gate.calls).toBe(1);
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('load for themselves when the result is for its caller only', async () => {
    const { at, gate } = bench();
    const options = { decision: { kind: 'refuse' } as const };
    const reads = [1, 2, 3].map(() => at.get('posts:1', gate.load, options));
    await gate.called();
    gate.finish('a');
    await gate.called(3);
    gate.finish('b');
    gate.finish('c');
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('load for themselves when the result cannot be stored', async () => {
    const { at } = bench();
    const values = [Symbol('a'), Symbol('b')];
    const outcomes = await Promise.all([0, 1].map((index) => at.outcome('posts:1', () => values[index])));
    expect(outcomes.map(({ value }) => value)).toEqual(values);
    expect(outcomes[0]!.refusal).toMatchObject({ code: 'VALUE_NOT_SERIALIZABLE' });
  });

  it.each([
    ['cannot join once the fill is on its way', 'before'],
    ['cannot join while the leader waits for the answer of a fill that was applied', 'after'],
  ] as const)('%s', async (_, moment) => {
    const { at, gate } = bench();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    const fill = at.store.park('fill', moment);
    gate.finish('old');
    await fill.arrived;
    await at.neighbour().invalidate('posts');
    const late = at.get('posts:1', gate.load);
    await gate.called(2);
    gate.finish('new');
    expect(await late).toBe('new');
    fill.release();
    expect(await first).toBe('old');
    expect(await at.stored('posts:1')).toBe('new');
  });

  it('never join a read', async () => {
    const { at, gate } = bench();
    await at.get('posts:1', () => 'old');
    const read = at.store.park('read', 'after');
    const first = at.get('posts:1', gate.load);
    await read.arrived;
    await at.neighbour().invalidate('posts');
    expect(await at.get('posts:1', () => 'new')).toBe('new');
    read.release();
    expect(await first).toBe('old');
  });

  it('do not share what the leader found by looking', async () => {
    const { at, gate } = bench();
    const neighbour = at.neighbour();
    const begin = at.store.park('begin', 'after');
    const elsewhere = neighbour.get('posts:1', () => 'old');
    await begin.arrived;
    const leader = at.get('posts:1', gate.load);
    await settled();
    begin.release();
    expect(await elsewhere).toBe('old');
    const polled = at.store.park('begin', 'after');
    await at.clock.advance(5);
    await polled.arrived;
    await neighbour.invalidate('posts');
    const follower = at.get('posts:1', gate.load);
    await settled();
    polled.release();
    expect(await leader).toBe('old');
    await gate.called();
    gate.finish('new');
    expect(await follower).toBe('new');
  });

  it('share a load only with the same groups', async () => {
    const { at, gate } = bench();
    const first = at.get('posts:1', gate.load, { tags: ['a'] });
    await gate.called();
    const other = at.get('posts:1', gate.load, { tags: ['b'] });
    await settled();
    gate.finish('a');
    expect(await first).toBe('a');
    expect(await isOpen(other)).toBe(true);
    await at.clock.advance(100);
    await gate.called(2);
    gate.finish('b');
    expect(await other).toBe('b');
  });
});
