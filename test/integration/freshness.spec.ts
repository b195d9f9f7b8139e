import { redisStore } from '../../lib/index.js';
import { MemoryStore } from '../../lib/stores/memory.store.js';
import type { StoreDefinition } from '../../lib/stores/store.js';
import { settled } from '../../lib/testing/fake-clock.js';
import { INVALIDATIONS } from '../support/post-invalidations.js';
import { Database, PostProcess } from '../support/post-process.js';

/** Two applications of one process share the maps, as two processes share a Redis. */
function sharedMemory(): StoreDefinition {
  const store = new MemoryStore({ maxEntries: 10_000, maxBytes: 2 ** 26 });
  return { kind: 'memory', create: () => store };
}

const STORES = [
  ['memory', sharedMemory],
  ['Redis', () => redisStore(process.env['TEST_REDIS_URL']!, { commandTimeout: '2s' })],
] as const;

let lastId = 0;

describe.each(STORES)('a post on %s', (_name, makeStore) => {
  const database = new Database();
  let here: PostProcess;
  let there: PostProcess;

  beforeAll(async () => {
    const store = makeStore();
    [here, there] = await Promise.all([PostProcess.start(store, database), PostProcess.start(store, database)]);
  });

  afterAll(() => Promise.all([here?.stop(), there?.stop()]));

  describe.each([
    ['here', () => here],
    ['in another process', () => there],
  ])('invalidated %s', (_where, writer) => {
    describe.each(INVALIDATIONS)('by %s', (how, invalidate) => {
      let id: number;

      beforeEach(() => {
        id = ++lastId;
        database.title = 'old';
      });

      async function write(): Promise<void> {
        database.title = 'new';
        await invalidate(writer().cache, id);
      }

      const everywhere = (): Promise<string[]> => Promise.all([here.title(id), there.title(id)]);

      it('while it is loaded', async () => {
        const load = here.posts.hold();
        const first = here.title(id);
        await load.arrived;
        const before = here.title(id);
        await write();
        const after = everywhere();
        load.release();
        expect(await after).toEqual(['new', 'new']);
        await Promise.all([first, before]);
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it('while it is loaded, with others of its process waiting for it', async () => {
        const load = here.posts.hold();
        const first = here.title(id);
        await load.arrived;
        await write();
        const read = here.store.park('read', 'after');
        const after = here.title(id);
        await read.arrived;
        read.release();
        await settled();
        load.release();
        expect(await after).toBe('new');
        expect(await first).toBe('old');
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it('while it is loaded, with nobody else asking', async () => {
        const load = here.posts.hold();
        const first = here.title(id);
        await load.arrived;
        await write();
        load.release();
        expect(await first).toBe('old');
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it.each(['before', 'after'] as const)('while the begin is held back %s the store', async (moment) => {
        const begin = here.store.park('begin', moment);
        const first = here.title(id);
        await begin.arrived;
        await write();
        const after = everywhere();
        begin.release();
        expect(await after).toEqual(['new', 'new']);
        await first;
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it.each(['before', 'after'] as const)('while the fill is held back %s the store', async (moment) => {
        const fill = here.store.park('fill', moment);
        const first = here.title(id);
        await fill.arrived;
        await write();
        const after = everywhere();
        fill.release();
        expect(await after).toEqual(['new', 'new']);
        expect(await first).toBe('old');
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it('before a fill that comes after others have filled', async () => {
        const fill = here.store.park('fill', 'before');
        const first = here.title(id);
        await fill.arrived;
        await write();
        // A lease does not name the buckets of tags, so others wait until it is given back.
        if (how !== 'a tag from its result') expect(await everywhere()).toEqual(['new', 'new']);
        fill.release();
        expect(await first).toBe('old');
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it('while a hit is on its way', async () => {
        await here.title(id);
        const read = here.store.park('read', 'after');
        const first = here.title(id);
        await read.arrived;
        await write();
        expect(await everywhere()).toEqual(['new', 'new']);
        read.release();
        await first;
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it('while a put is computed from what it was', async () => {
        await there.title(id);
        const load = here.posts.hold();
        const putting = here.posts.replace(id);
        await load.arrived;
        await write();
        const after = everywhere();
        load.release();
        expect(await after).toEqual(['new', 'new']);
        expect(await putting).toMatchObject({ title: 'old' });
        expect(await everywhere()).toEqual(['new', 'new']);
      });

      it.each(['before', 'after'] as const)('while the fill of a put is held back %s the store', async (moment) => {
        const fill = here.store.park('fill', moment);
        const putting = here.posts.replace(id);
        await fill.arrived;
        await write();
        const after = everywhere();
        fill.release();
        expect(await after).toEqual(['new', 'new']);
        expect(await putting).toMatchObject({ title: 'old' });
        expect(await everywhere()).toEqual(['new', 'new']);
      });
    });
  });
});
