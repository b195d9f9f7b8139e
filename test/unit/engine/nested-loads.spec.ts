import { CacheError } from '../../../lib/core/errors.js';
import { noteContextual } from '../../../lib/engine/frames.js';
import { EngineBench, Gate, isOpen, settled } from '../../support/engine-bench.js';

describe('a loader that asks for its own key', () => {
  it('gets an error at once', async () => {
    const at = EngineBench.inMemory();
    const outer = at.get('posts:1', () => at.get('posts:1', () => 'inner'));
    await expect(outer).rejects.toMatchObject({ code: 'LOADER_RECURSION', details: { key: 'posts:1' } });
  });

  it('gets an error when others stand between', async () => {
    const at = EngineBench.inMemory();
    const innermost = () => at.get('a', () => 'inner');
    const outer = at.get('a', () => at.get('b', () => at.get('c', innermost)));
    await expect(outer).rejects.toMatchObject({ code: 'LOADER_RECURSION', details: { key: 'a' } });
  });

  it('gets an error with other groups too', async () => {
    const at = EngineBench.inMemory();
    const outer = at.get('a', () => at.get('a', () => 'inner', { tags: ['x'] }));
    await expect(outer).rejects.toMatchObject({ code: 'LOADER_RECURSION' });
  });

  it('may ask another cache for the key', async () => {
    const at = EngineBench.inMemory();
    const elsewhere = new EngineBench(EngineBench.inMemory().store, at.clock, 'elsewhere', at.stores);
    expect(await at.get('a', () => elsewhere.get('a', () => 'inner'))).toBe('inner');
  });

  it('may ask another application of its process, whose entry is another one', async () => {
    const [at, theirs] = [EngineBench.inMemory(), EngineBench.inMemory()];
    let value = 1;
    const read = () => at.get('a', () => theirs.get('a', () => value));
    expect(await read()).toBe(1);
    value = 2;
    await theirs.delete('a');
    expect(await read()).toBe(2);
  });

  it('is no longer meant once the load has ended', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    let left: Promise<unknown> | undefined;
    const load = async () => {
      left = gate.load().then(() => at.get('a', () => 'again'));
      return 'one';
    };
    expect(await at.get('a', load)).toBe('one');
    await at.delete('a');
    gate.finish(undefined);
    expect(await left).toBe('again');
    expect(await at.stored('a')).toBe('again');
  });

  it('is run without storing inside a put of the key', async () => {
    const at = EngineBench.inMemory();
    const { value } = await at.put('a', async () => `put after ${String(await at.get('a', () => 'read'))}`);
    expect(value).toBe('put after read');
    expect(await at.stored('a')).toBe('put after read');
  });

  it('sees what a put of the key has written, and not the entry from before', async () => {
    const at = EngineBench.inMemory();
    await at.get('a', () => 'old');
    const { value } = await at.put('a', () => at.get('a', () => 'written'));
    expect(value).toBe('written');
    expect(await at.stored('a')).toBe('written');
  });

  it('gets a copy inside a put of the key as well', async () => {
    const at = EngineBench.inMemory();
    const made = { title: 'one' };
    const { value } = await at.put('a', async () => (await at.get('a', () => made)) === made);
    expect(value).toBe(false);
  });
});

describe('loaders that wait for each other', () => {
  it('do not wait for ever: two keys', async () => {
    const at = EngineBench.inMemory();
    const meet = barrier(2);
    const load = (own: string, other: string) => async () => {
      await meet();
      return `${own} with ${String(await at.get(other, () => other))}`;
    };
    const reads = [at.get('a', load('a', 'b')), at.get('b', load('b', 'a'))];
    const values = await Promise.race([Promise.all(reads), settled()]);
    expect(values).toEqual([expect.stringContaining('a with b'), expect.stringContaining('b with')]);
  });

  it('do not wait for ever: three keys', async () => {
    const at = EngineBench.inMemory();
    const meet = barrier(3);
    const load = (own: string, other: string) => async () => {
      await meet();
      return `${own} with ${String(await at.get(other, () => other))}`;
    };
    const reads = [at.get('a', load('a', 'b')), at.get('b', load('b', 'c')), at.get('c', load('c', 'a'))];
    expect(await isOpen(Promise.all(reads))).toBe(false);
    for (const value of await Promise.all(reads)) expect(value).toContain('with');
  });

  it('do not wait for ever where one of them leads a load of its own in between', async () => {
    const at = EngineBench.inMemory();
    const [inner, other] = [new Gate(), new Gate()];
    const outer = at.get('outer', () =>
      at.get('inner', async () => {
        await inner.load();
        return at.get('other', () => 'other, alone');
      }),
    );
    const elsewhere = at.get('other', async () => {
      await other.load();
      return at.get('outer', () => 'outer, alone');
    });
    await Promise.all([inner.called(), other.called()]);
    inner.finish(undefined);
    await settled();
    other.finish(undefined);
    expect(await isOpen(Promise.all([outer, elsewhere]))).toBe(false);
    expect(await elsewhere).toBe('outer, alone');
    // What the other load is built from was loaded alone, so nobody can say that it is not old.
    expect(await outer).toBe('other, alone');
  });

  it('do not wait for ever: a put, and a load that waits for the key of the put', async () => {
    for (const order of ['the load asks first', 'the put asks first']) {
      const at = EngineBench.inMemory();
      const [putting, listing] = [new Gate(), new Gate()];
      const put = at.put('a', async () => {
        await putting.load();
        return `put with ${String(await at.get('list', () => 'list, alone'))}`;
      });
      const list = at.get('list', async () => {
        await listing.load();
        return `list with ${String(await at.get('a', () => 'a, alone'))}`;
      });
      await Promise.all([putting.called(), listing.called()]);
      const gates = order === 'the load asks first' ? [listing, putting] : [putting, listing];
      for (const gate of gates) {
        gate.finish(undefined);
        await settled();
      }
      await at.clock.advance(100);
      expect(await isOpen(Promise.all([put, list]))).toBe(false);
      // What is built from something that was loaded alone is not stored, so such a put leaves the invalidation that it is.
      expect(await at.stored('a')).toBe(order === 'the load asks first' ? undefined : (await put).value);
    }
  });

  it('do not wait for ever: a put inside a load, and a load that waits for that', async () => {
    const at = EngineBench.inMemory();
    const [putting, other] = [new Gate(), new Gate()];
    const outer = at.get('outer', async () => {
      const { value } = await at.put('a', async () => {
        await putting.load();
        return at.get('other', () => 'other, alone');
      });
      return value;
    });
    const elsewhere = at.get('other', async () => {
      await other.load();
      return at.get('outer', () => 'outer, alone');
    });
    await Promise.all([putting.called(), other.called()]);
    putting.finish(undefined);
    await settled();
    other.finish(undefined);
    expect(await isOpen(Promise.all([outer, elsewhere]))).toBe(false);
  });

  it('wait where that is no circle', async () => {
    const at = EngineBench.inMemory();
    const gate = new Gate();
    const inner = at.get('b', gate.load);
    await gate.called();
    const outer = at.get('a', async () => `a with ${String(await at.get('b', () => 'alone'))}`);
    await settled();
    gate.finish('b');
    expect(await Promise.all([inner, outer])).toEqual(['b', 'a with b']);
  });
});

describe('a load that used something of the request that its key does not name', () => {
  const alice = new Map([['@user.id', 'alice']]);

  it('is neither stored nor shared, and told of', async () => {
    const at = EngineBench.inMemory();
    let loads = 0;
    const load = async () => {
      noteContextual(alice);
      return ++loads;
    };
    const values = await Promise.all([at.get('feed', load), at.get('feed', load)]);
    expect(new Set(values)).toEqual(new Set([1, 2]));
    expect(await at.stored('feed')).toBeUndefined();
    expect(at.events).toContainEqual(expect.objectContaining({ kind: 'tainted', source: '@user.id' }));
  });

  it('fails its own caller only', async () => {
    const at = EngineBench.inMemory();
    let loads = 0;
    const load = async () => {
      noteContextual(alice);
      throw new Error(`not for number ${++loads}`);
    };
    const reads = [at.get('feed', load), at.get('feed', load)];
    await expect(reads[0]).rejects.toThrow('not for number 1');
    await expect(reads[1]).rejects.toThrow('not for number 2');
  });

  it('is stored when its key was made of the same', async () => {
    const at = EngineBench.inMemory();
    const load = () => noteContextual(alice) ?? 'mine';
    await at.get('feed:alice', load, { contextual: alice });
    expect(await at.stored('feed:alice')).toBe('mine');
  });

  it('is not stored when its key was made of somebody else', async () => {
    const at = EngineBench.inMemory();
    const load = () => noteContextual(alice) ?? 'mine';
    await at.get('feed:bob', load, { contextual: new Map([['@user.id', 'bob']]) });
    expect(await at.stored('feed:bob')).toBeUndefined();
  });

  it('spoils every load around it, and none that has ended or stands beside it', async () => {
    const at = EngineBench.inMemory();
    await at.get('a', () =>
      at.get('b', async () => {
        await at.get('beside', () => 1);
        return at.get('c', () => noteContextual(alice) ?? 1);
      }),
    );
    const stored = await Promise.all(['a', 'b', 'c', 'beside'].map((key) => at.stored(key)));
    expect(stored).toEqual([undefined, undefined, undefined, 1]);
  });

  it('leaves of a put the invalidation only', async () => {
    const at = EngineBench.inMemory();
    await at.get('feed', () => 'old');
    const { value } = await at.put('feed', () => noteContextual(alice) ?? 'mine');
    expect(value).toBe('mine');
    expect(await at.stored('feed')).toBeUndefined();
  });
});

it('names the key in the error', () => {
  expect(new CacheError('LOADER_RECURSION', { key: 'posts:1' }).message).toContain('"posts:1"');
});

/** Lets everybody go on once so many have come. */
function barrier(size: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length >= size) for (const goOn of waiting.splice(0)) goOn();
    });
}
