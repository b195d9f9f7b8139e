import { EngineBench, Gate, isOpen, settled } from '../../support/engine-bench.js';
import { until } from '../../support/until.js';

const hang = (): Promise<never> => new Promise(() => {});

describe('a load that never ends', () => {
  it('keeps others waiting for a minute, after which they load once for all of them', async () => {
    const at = EngineBench.inMemory();
    void at.get('posts:1', hang);
    await settled();
    await at.clock.advance(60_000);
    await at.clock.advance(5_000);
    const gate = new Gate();
    const others = [at.get('posts:1', gate.load), at.get('posts:1', gate.load)];
    await at.clock.advance(5_000);
    await until(() => gate.calls > 0);
    gate.finish('loaded');
    expect(await Promise.all(others)).toEqual(['loaded', 'loaded']);
    expect(gate.calls).toBe(1);
    expect(await at.stored('posts:1')).toBe('loaded');
  });

  it('does not keep another process waiting either', async () => {
    const at = EngineBench.inMemory();
    void at.get('posts:1', hang);
    await settled();
    await at.clock.advance(65_000);
    const neighbour = at.neighbour().get('posts:1', () => 'loaded');
    await at.clock.advance(5_000);
    expect(await neighbour).toBe('loaded');
    expect(await at.stored('posts:1')).toBe('loaded');
  });

  it('answers its own caller if it ends after all, and stores nothing', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    await at.clock.advance(65_000);
    expect(await isOpen(first)).toBe(true);
    gate.finish('late');
    expect(await first).toBe('late');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('is none as long as a minute is not over', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    await at.clock.advance(55_000);
    gate.finish('slow');
    expect(await first).toBe('slow');
    expect(await at.stored('posts:1')).toBe('slow');
  });
});
