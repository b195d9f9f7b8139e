import type { CacheStore, Snapshot } from '../../../lib/stores/store.js';
import { EngineBench } from '../../support/engine-bench.js';

describe('an entry', () => {
  it('of another version is a miss, and is replaced', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'one', { version: '1' });
    expect(await at.stored('posts:1', { version: '2' })).toBeUndefined();
    const next = at.get('posts:1', () => 'two', { version: '2' });
    await at.clock.advance(25);
    expect(await next).toBe('two');
    expect(await at.stored('posts:1', { version: '2' })).toBe('two');
    expect(await at.stored('posts:1', { version: '1' })).toBeUndefined();
  });

  it('in the form of a response is a miss for a service, and not the other way round', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'sent', { form: 'wire' });
    expect(await at.stored('posts:1')).toBeUndefined();
    const next = at.get('posts:1', () => 'kept');
    await at.clock.advance(25);
    expect(await next).toBe('kept');
    expect(await at.stored('posts:1', { form: 'wire' })).toBe('kept');
  });

  it('is a miss for a reader with a tag that it does not know', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'one');
    await at.get('lists:1', () => 'list', { tags: ['blog'] });
    expect(await at.stored('posts:1', { tags: ['blog'] })).toBeUndefined();
    expect(await at.get('posts:1', () => 'two', { tags: ['blog'] })).toBe('two');
  });

  it('that is damaged is a miss, and is told of', async () => {
    const at = EngineBench.inMemory();
    await at.get('posts:1', () => 'one');
    const damaging = at.neighbour(damaged(at.store));
    expect(await damaging.outcome('posts:1', () => 'two')).toMatchObject({ status: 'miss', value: 'two' });
    expect(damaging.events).toContainEqual(expect.objectContaining({ kind: 'entry-damaged', key: 'test:v1:posts:1' }));
    expect(await at.stored('posts:1')).toBe('two');
  });
});

/** The same store, but for payloads of which one character was lost. */
function damaged(store: CacheStore): CacheStore {
  const cut = <E extends Snapshot['entry']>(entry: E): E => ({ ...entry, payload: entry.payload.slice(1) });
  return Object.assign(Object.create(store) as CacheStore, {
    read: async (address) => {
      const snapshot = await store.read(address);
      return snapshot && { ...snapshot, entry: cut(snapshot.entry) };
    },
    begin: async (request) => {
      const begun = await store.begin(request);
      return begun.kind === 'alive' ? { ...begun, entry: cut(begun.entry) } : begun;
    },
  } satisfies Partial<CacheStore>);
}
