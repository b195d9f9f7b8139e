import type { CacheEvent } from '../../../lib/core/events.js';
import { FLOOD_KEYS, FLOOD_WINDOW, KeyFloods } from '../../../lib/operations/key-floods.js';
import type { CachedOperation } from '../../../lib/operations/operation.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';

const search = { where: 'Search.find', key: { text: 'public:search:<<words>>' } } as CachedOperation;
const posts = { where: 'Posts.find', key: { text: 'public:posts:<<id>>' } } as CachedOperation;

describe('a flood of keys', () => {
  let clock: FakeClock;
  let events: CacheEvent[];
  let floods: KeyFloods;
  let last: number;

  beforeEach(() => {
    clock = new FakeClock();
    events = [];
    floods = new KeyFloods(clock, (event) => events.push(event));
    last = 0;
  });

  function store(count: number, operation = search): void {
    for (const end = last + count; last < end; last++) floods.note(operation, `public:search:${last}`);
  }

  it('is told of once, with the method and its template', () => {
    store(10 * FLOOD_KEYS);
    const { where, key } = { where: 'Search.find', key: 'public:search:<<words>>' };
    expect(events).toEqual([{ kind: 'keys-flood', where, key, count: FLOOD_KEYS, window: FLOOD_WINDOW }]);
  });

  it('begins at about ten thousand different keys', () => {
    store(FLOOD_KEYS * 0.95);
    expect(events).toEqual([]);
    store(FLOOD_KEYS * 0.1);
    expect(events).toHaveLength(1);
  });

  it('is none when few keys are stored often', () => {
    for (let round = 0; round < 100; round++) {
      last = 0;
      store(1_000);
    }
    expect(events).toEqual([]);
  });

  it('is none when many methods store some keys each', () => {
    store(FLOOD_KEYS * 0.8);
    store(FLOOD_KEYS * 0.8, posts);
    expect(events).toEqual([]);
  });

  it('is none when it takes its time, and is told of again when it goes on', async () => {
    for (let round = 0; round < 5; round++) {
      store(FLOOD_KEYS * 0.8);
      await clock.advance(FLOOD_WINDOW);
    }
    expect(events).toEqual([]);
    for (let round = 0; round < 2; round++) {
      store(2 * FLOOD_KEYS);
      await clock.advance(FLOOD_WINDOW);
    }
    expect(events).toHaveLength(2);
  });
});
