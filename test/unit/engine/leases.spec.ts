import { EngineBench, Gate } from '../../support/engine-bench.js';

describe('the lease of a load', () => {
  it('is renewed again after a renewal without an answer', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const read = at.get('posts:1', gate.load);
    await gate.called();
    at.store.park('renew', 'before').fail(new Error('no answer'));
    await at.clock.advance(5_000);
    gate.finish('one');
    expect(await read).toBe('one');
    expect(await at.stored('posts:1')).toBe('one');
  });

  it('is no longer renewed once it is lost', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const read = at.get('posts:1', gate.load);
    await gate.called();
    await at.neighbour().delete('posts:1');
    await at.clock.advance(5_000);
    expect(at.store.calls('renew')).toBe(1);
    gate.finish('one');
    expect(await read).toBe('one');
  });

  it('is renewed no more when the load has ended', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'one');
    await at.clock.advance(5_000);
    expect(at.store.calls('renew')).toBe(0);
  });
});
