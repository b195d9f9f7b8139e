import { jest } from '@jest/globals';
import { EngineBench, Gate, LIFETIME, isOpen, settled } from '../../support/engine-bench.js';

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

  it('is asked for by another process less often the longer that waits', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const leader = at.get('posts:1', gate.load);
    await gate.called();
    const neighbour = at.neighbour();
    const elsewhere = neighbour.get('posts:1', () => 'two');
    await at.clock.advance(99);
    expect(neighbour.store.calls('begin')).toBe(20);
    await at.clock.advance(901);
    const before = neighbour.store.calls('begin');
    await at.clock.advance(1_000);
    expect(neighbour.store.calls('begin') - before).toBe(40);
    gate.finish('one');
    expect(await leader).toBe('one');
    await at.clock.advance(25);
    expect(await elsewhere).toBe('one');
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

  it('is given back at once when its fill has no answer', async () => {
    const at = EngineBench.inMemory();
    at.store.park('fill', 'before').fail(new Error('no answer'));
    expect(await at.get('posts:1', () => 'one')).toBe('one');
    await settled();
    expect(await isOpen(at.get('posts:1', () => 'two'))).toBe(false);
    expect(await at.stored('posts:1')).toBe('two');
  });

  it.each([
    [LIFETIME, 600_000],
    [3_600_000, 7_200_000],
  ])('asks for generations that outlive an entry of %i ms twice, and ten minutes', async (lifetime, expected) => {
    const at = EngineBench.inMemory();
    const [begin, fill] = [jest.spyOn(at.store, 'begin'), jest.spyOn(at.store, 'fill')];
    await at.get('posts:1', () => 'one', { lifetime });
    expect(begin.mock.lastCall?.[0].generationLifetime).toBe(expected);
    expect(fill.mock.lastCall?.[0].entry?.generationLifetime).toBe(expected);
  });
});
