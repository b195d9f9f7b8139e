import { EngineBench, Gate, isOpen, settled } from '../../support/engine-bench.js';

describe('put', () => {
  it('stores what was computed, and drops what is below its path', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'old');
    await at.get('posts:1:de', () => 'alt');
    expect((await at.put('posts:1', () => 'new')).value).toBe('new');
    expect(await at.stored('posts:1')).toBe('new');
    expect(await at.stored('posts:1:de')).toBeUndefined();
  });

  it('always computes', async () => {
    const at = EngineBench.inMemory();
    await at.put('posts:1', () => 1);
    expect((await at.put('posts:1', () => 2)).value).toBe(2);
  });

  it.each([
    ['its path', (at: EngineBench) => at.invalidate('posts:1')],
    ['a path above', (at: EngineBench) => at.invalidate('posts')],
    ['its entry', (at: EngineBench) => at.delete('posts:1')],
    ['its tag', (at: EngineBench) => at.invalidateTags('blog')],
    ['a tag of its result', (at: EngineBench) => at.invalidateTags('author:9')],
    ['a glob', (at: EngineBench) => at.invalidate('*:1')],
    ['everything', (at: EngineBench) => at.invalidate('')],
    ['another put', (at: EngineBench) => at.put('posts:1', () => 'theirs')],
  ])('stores nothing and leaves nothing when it was overtaken by an invalidation of %s', async (_what, overtake) => {
    for (const where of [(at: EngineBench) => at, (at: EngineBench) => at.neighbour()]) {
      const at = EngineBench.inMemory();
      const gate = new Gate();
      const options = { tags: ['blog'], lateTags: ['author:9'] };
      const putting = at.put('posts:1', gate.load, options);
      await gate.called();
      await overtake(where(at));
      gate.finish('overtaken');
      expect((await putting).value).toBe('overtaken');
      expect(await at.stored('posts:1', options)).toBeUndefined();
      expect(await at.stored('posts:1')).toBeUndefined();
    }
  });

  it('overtakes a load: what that stores is gone, and those who came during the put read again', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const first = at.get('posts:1', gate.load);
    await gate.called();
    await at.neighbour().put('posts:1', () => 'new');
    const late = at.get('posts:1', gate.load);
    expect(await late).toBe('new');
    gate.finish('old');
    expect(await first).toBe('old');
    expect(await at.stored('posts:1')).toBe('new');
  });

  it('overtakes a load that began while it computed', async () => {
    const at = EngineBench.inMemory();
    const [gate, reading] = [new Gate(), new Gate()];
    const putting = at.put('posts:1', gate.load);
    await gate.called();
    const read = at.get('posts:1', reading.load);
    expect(await isOpen(read)).toBe(true);
    expect(reading.calls).toBe(0);
    gate.finish('new');
    await putting;
    await at.clock.advance(25);
    expect(await read).toBe('new');
  });

  it('cuts off the loads of its process that read before it had written', async () => {
    const at = EngineBench.inMemory();
    const [old, gate] = [new Gate(), new Gate()];
    const first = at.get('posts:1:de', old.load);
    await old.called();
    const putting = at.put('posts:1', gate.load);
    await gate.called();
    gate.finish('new');
    await putting;
    const late = at.get('posts:1:de', () => 'neu');
    expect(await late).toBe('neu');
    old.finish('alt');
    expect(await first).toBe('alt');
    expect(await at.stored('posts:1:de')).toBe('neu');
  });

  it.each(['skip', 'refuse'] as const)('leaves nothing when its result is not to be stored: %s', async (kind) => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'old');
    await at.get('posts:1:de', () => 'alt');
    expect((await at.put('posts:1', () => 'new', { decision: { kind } })).value).toBe('new');
    expect(await at.stored('posts:1')).toBeUndefined();
    expect(await at.stored('posts:1:de')).toBeUndefined();
    expect(await at.get('posts:1', () => 'read')).toBe('read');
  });

  it('leaves nothing when its result cannot be stored', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'old');
    const { refusal } = await at.put('posts:1', () => Symbol('new'));
    expect(refusal).toMatchObject({ code: 'VALUE_NOT_SERIALIZABLE' });
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('leaves everything as it was when it throws, and others need not wait', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'old');
    await at.get('posts:1:de', () => 'alt');
    const error = new Error('conflict');
    await expect(at.put('posts:1', () => Promise.reject(error))).rejects.toBe(error);
    expect(await at.stored('posts:1')).toBe('old');
    expect(await at.stored('posts:1:de')).toBe('alt');
    await settled();
    const other = { tags: ['blog'] };
    expect(await isOpen(at.get('posts:1', () => 'new', other))).toBe(false);
    expect(await at.stored('posts:1', other)).toBe('new');
  });

  it('leaves nothing when what stands between the method and the store fails', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'old');
    const decide = () => {
      throw new Error('no tags');
    };
    const request = { ...requestOf(at), load: () => 'new', decide };
    await expect(at.engine.put(request)).rejects.toThrow('no tags');
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it.each([
    ['begin', 'before'],
    ['fill', 'before'],
    ['fill', 'after'],
  ] as const)('leaves nothing when its %s has no answer (lost %s the store)', async (verb, moment) => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'old');
    at.store.park(verb, moment).fail(new Error('no answer'));
    const { value, undelivered } = await at.put('posts:1', () => 'new');
    expect([value, undelivered]).toEqual(['new', undefined]);
    expect(await at.stored('posts:1')).toBeUndefined();
  });

  it('says that an older entry may be left when nothing could be delivered', async () => {
    const at = EngineBench.inMemory();
    const down = new Error('down');
    for (const verb of ['begin', 'fill', 'invalidate'] as const) at.store.alwaysFail(verb, down);
    const { value, undelivered } = await at.put('posts:1', () => 'new');
    expect([value, undelivered]).toEqual(['new', down]);
  });

  it('keeps its lease while it computes', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const putting = at.put('posts:1', gate.load);
    await gate.called();
    await at.clock.advance(9_000);
    gate.finish('new');
    await putting;
    expect(await at.stored('posts:1')).toBe('new');
  });

  it('invalidates before it stores, and after the method', async () => {
    const at = EngineBench.inMemory();
    await at.get('lists:1', () => 'old');
    const order: string[] = [];
    const request = { ...requestOf(at), load: () => order.push('method') };
    await at.engine.put(request, async () => {
      order.push('invalidate', String(await at.stored('posts:1')));
      await at.invalidate('lists');
    });
    expect(order).toEqual(['method', 'invalidate', 'undefined']);
    expect(await at.stored('posts:1')).toBe(1);
    expect(await at.stored('lists:1')).toBeUndefined();
  });
});

function requestOf(_at: EngineBench) {
  return {
    address: { path: 'posts:1', groups: ['~root', 'posts'] },
    shape: { form: 'value' as const },
    version: '',
    debug: false,
    hasLateTags: false,
    lifetime: 60_000,
    contextual: new Map<string, string>(),
    decide: () => ({ kind: 'store' as const, lifetime: 60_000, lateTags: [] }),
  };
}
