import { EngineBench, Gate, isOpen, settled } from '../../support/engine-bench.js';

describe('a load that fails', () => {
  it('fails everybody who waited for it with the very same error, and is not cached', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const error = new Error('not found');
    const reads = [1, 2, 3].map(() => at.get('posts:1', gate.load));
    await gate.called();
    const late = at.get('posts:1', gate.load);
    await settled();
    gate.fail(error);
    for (const read of [...reads, late]) await expect(read).rejects.toBe(error);
    expect(gate.calls).toBe(1);
    expect(await at.get('posts:1', () => 'found')).toBe('found');
  });

  it('passes on what is thrown without a promise', async () => {
    const at = EngineBench.inMemory();
    const error = new Error('at once');
    const load = () => {
      throw error;
    };
    await expect(at.get('posts:1', load)).rejects.toBe(error);
  });

  it('gives the lease back, so that the next caller loads at once', async () => {
    const at = EngineBench.inMemory();
    await expect(at.get('posts:1', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await at.neighbour().get('posts:1', () => 'up')).toBe('up');
  });

  const author = { lateTags: ['author:9'] };
  it.each([
    ['an invalidation, made here', (at: EngineBench) => at.invalidate('posts'), {}],
    ['an invalidation, made by a neighbour', (at: EngineBench) => at.neighbour().invalidate('posts'), {}],
    [
      'the invalidation of a tag that the result would have had',
      (at: EngineBench) => at.invalidateTags('author:9'),
      author,
    ],
  ])('does not fail those who came after %s', async (_what, invalidate, options) => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const first = at.get('posts:1', gate.load, options);
    await gate.called();
    await invalidate(at);
    const late = at.get('posts:1', gate.load, options);
    await settled();
    gate.fail(new Error('not found yet'));
    await expect(first).rejects.toThrow('not found yet');
    await gate.called(2);
    gate.finish('found');
    expect(await late).toBe('found');
  });

  it('does not wait for the store before its caller hears of it', async () => {
    const at = EngineBench.inMemory();
    const fill = at.store.park('fill', 'before');
    await expect(at.get('posts:1', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    fill.release();
  });
});

describe('a load that its leader aborts', () => {
  const aborted = () => Object.assign(new Error('aborted'), { name: 'AbortError' });

  it('is the error of the leader alone; the next follower leads', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const reads = [1, 2, 3].map(() => at.get('posts:1', gate.load));
    await gate.called();
    gate.fail(aborted());
    await expect(reads[0]).rejects.toThrow('aborted');
    await gate.called(2);
    gate.finish('one');
    expect(await Promise.all(reads.slice(1))).toEqual(['one', 'one']);
    expect(gate.calls).toBe(2);
  });
});

describe('a load that never ends', () => {
  it('keeps followers for the time limit only, then each loads for itself and stores nothing', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    void at.get('posts:1', gate.load);
    await gate.called();
    const follower = at.get('posts:1', () => 'alone');
    await at.clock.advance(9_999);
    expect(await isOpen(follower)).toBe(true);
    await at.clock.advance(1);
    expect(await follower).toBe('alone');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('keeps the callers of other processes for the time limit only, by renewing its lease', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const leader = at.get('posts:1', gate.load);
    await gate.called();
    const neighbour = at.neighbour();
    const elsewhere = neighbour.get('posts:1', () => 'alone');
    await at.clock.advance(9_900);
    expect(await isOpen(elsewhere)).toBe(true);
    expect(at.store.calls('renew')).toBe(16);
    await at.clock.advance(200);
    expect(await elsewhere).toBe('alone');
    gate.finish('one');
    expect(await leader).toBe('one');
    expect(await neighbour.stored('posts:1')).toBe('one');
  });

  it('is replaced when its process dies', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const dead = at.neighbour();
    dead.store.alwaysFail('renew', new Error('killed'));
    dead.store.alwaysFail('fill', new Error('killed'));
    void dead.get('posts:1', gate.load);
    await gate.called();
    const next = at.get('posts:1', () => 'two');
    await at.clock.advance(1_950);
    expect(await isOpen(next)).toBe(true);
    await at.clock.advance(100);
    expect(await next).toBe('two');
    gate.finish('one');
    await settled();
    expect(await at.stored('posts:1')).toBe('two');
  });
});
