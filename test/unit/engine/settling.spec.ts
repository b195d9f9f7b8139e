import type { LoadOptions } from '../../support/engine-bench.js';
import { EngineBench, Gate, LIFETIME } from '../../support/engine-bench.js';

const WINDOW = 2_000;

describe('what settles', () => {
  it('is loaded by each caller, and stored by nobody, until the window is over', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'old');
    await at.settle(WINDOW, 'posts:1');
    for (const value of ['first', 'second']) {
      expect(await at.outcome('posts:1', () => value)).toMatchObject({ status: 'miss', value, isStored: false });
    }
    await at.clock.advance(WINDOW);
    await at.get('posts:1', () => 'third');
    expect(await at.stored('posts:1')).toBe('third');
  });

  it('is everything below a path, and nothing beside it', async () => {
    const at = EngineBench.inMemory();
    await at.settle(WINDOW, 'posts:1');
    for (const path of ['posts:1', 'posts:1:en', 'posts:1:en:short', 'posts', 'posts:2', 'posts:11']) {
      await at.get(path, () => path);
    }
    const stored = await Promise.all(['posts:1', 'posts:1:en', 'posts:1:en:short'].map((path) => at.stored(path)));
    expect(stored).toEqual([undefined, undefined, undefined]);
    for (const path of ['posts', 'posts:2', 'posts:11']) expect(await at.stored(path)).toBe(path);
  });

  it('stays so for any other invalidation, and for clearing', async () => {
    const at = EngineBench.inMemory();
    await at.settle(WINDOW, 'posts:1');
    for (const pattern of ['posts:1', 'posts', '*:1', '']) await at.invalidate(pattern);
    await at.engine.clear();
    await at.get('posts:1', () => 'old');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('is not what a load stores that began before', async () => {
    for (const where of [(at: EngineBench) => at, (at: EngineBench) => at.neighbour()]) {
      const at = EngineBench.inMemory();
      const gate = new Gate();
      const loading = at.get('posts:1:en', gate.load);
      await gate.called();
      await where(at).settle(WINDOW, 'posts:1');
      await at.clock.advance(WINDOW);
      gate.finish('old');
      expect(await loading).toBe('old');
      expect(await at.stored('posts:1:en')).toBeUndefined();
    }
  });

  it('is not what a load stores that ends when the window is over', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    await at.settle(WINDOW, 'posts:1');
    const loading = at.get('posts:1', gate.load);
    await gate.called();
    await at.clock.advance(WINDOW);
    gate.finish('old');
    await loading;
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('is waited for by no other process', async () => {
    const at = EngineBench.inMemory();
    await at.settle(WINDOW, 'posts:1');
    const gate = new Gate();
    const loading = [at.get('posts:1', gate.load), at.neighbour().get('posts:1', gate.load)];
    await gate.called(2);
    gate.finish('here');
    gate.finish('there');
    expect(await Promise.all(loading)).toEqual(['here', 'there']);
  });

  it('is shared by those who came before its load began, and by nobody else', async () => {
    const at = EngineBench.inMemory();
    await at.settle(WINDOW, 'posts:1');
    const gate = new Gate();
    const early = [at.get('posts:1', gate.load), at.get('posts:1', gate.load)];
    await gate.called();
    const late = [at.get('posts:1', gate.load), at.get('posts:1', gate.load)];
    gate.finish('first');
    expect(await Promise.all(early)).toEqual(['first', 'first']);
    await gate.called(2);
    gate.finish('second');
    expect(await Promise.all(late)).toEqual(['second', 'second']);
    expect(gate.calls).toBe(2);
  });

  it('is never served stale, nor when its loader fails', async () => {
    const at = EngineBench.inMemory();
    const options = { stale: { whileRevalidate: LIFETIME, ifError: LIFETIME } };
    await at.get('posts:1', () => 'old', options);
    await at.clock.advance(LIFETIME + 1);
    await at.settle(WINDOW, 'posts:1');
    expect(await at.outcome('posts:1', () => 'new', options)).toMatchObject({ status: 'miss', value: 'new' });
    const failing = at.get('posts:1', () => Promise.reject(new Error('no replica')), options);
    await expect(failing).rejects.toThrow('no replica');
  });
});

describe('a put that settles', () => {
  it('stores its result at once, and keeps what is loaded below it from being stored', async () => {
    const at = EngineBench.inMemory();
    await at.put('posts:1', () => 'new', { settle: WINDOW });
    expect(await at.get('posts:1', () => 'never')).toBe('new');
    await at.get('posts:1:en', () => 'old');
    expect(await at.stored('posts:1:en')).toBeUndefined();
    await at.clock.advance(WINDOW);
    await at.get('posts:1:en', () => 'new');
    expect(await at.stored('posts:1:en')).toBe('new');
    expect(await at.stored('posts:1')).toBe('new');
  });

  it('refuses what began below it before', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const loading = at.neighbour().get('posts:1:en', gate.load);
    await gate.called();
    await at.put('posts:1', () => 'new', { settle: WINDOW });
    gate.finish('old');
    await loading;
    expect(await at.stored('posts:1:en')).toBeUndefined();
  });

  it('keeps loads from taking the place of its entry', async () => {
    const at = EngineBench.inMemory();
    await at.put('posts:1', () => 'new', { settle: WINDOW });
    await at.delete('posts:1');
    await at.get('posts:1', () => 'old');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('stores nothing while its path settles already, and leaves nothing', async () => {
    const at = EngineBench.inMemory();
    await at.put('posts:1', () => 'first', { settle: WINDOW });
    expect((await at.put('posts:1', () => 'second', { settle: WINDOW })).value).toBe('second');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it.each<[string, (at: EngineBench) => LoadOptions]>([
    ['its result is not to be stored', () => ({ decision: { kind: 'skip' } })],
    ['it could not begin', (at) => (at.store.alwaysFail('begin', new Error('busy')), {})],
  ])('settles also when %s', async (_why, prepare) => {
    const at = EngineBench.inMemory();
    await at.put('posts:1', () => 'new', { settle: WINDOW, ...prepare(at) });
    at.store.calm();
    for (const path of ['posts:1', 'posts:1:en']) {
      await at.get(path, () => 'old');
      expect(await at.stored(path)).toBeUndefined();
    }
  });

  it('stores nothing when its path could not be closed, and says so', async () => {
    const at = EngineBench.inMemory();
    const down = new Error('no memory left');
    at.store.alwaysFail('invalidate', down);
    const outcome = await at.put('posts:1', () => 'new', { settle: WINDOW });
    expect(outcome).toMatchObject({ value: 'new', isStored: false, undelivered: down });
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('is not renewed before the window is over, and nobody tries at every call', async () => {
    const at = EngineBench.inMemory();
    const options = { lifetime: 500, stale: { whileRevalidate: LIFETIME } };
    await at.put('posts:1', () => 'new', { ...options, settle: WINDOW });
    await at.clock.advance(600);
    const before = at.store.calls('begin');
    for (let call = 0; call < 3; call++) {
      expect(await at.get('posts:1', () => 'old', options)).toBe('new');
      await at.clock.advance(0);
    }
    expect(at.store.calls('begin')).toBe(before + 1);
    await at.clock.advance(WINDOW);
    await at.get('posts:1', () => 'newer', options);
    await at.clock.advance(0);
    expect(await at.get('posts:1', () => 'never', options)).toBe('newer');
  });
});
