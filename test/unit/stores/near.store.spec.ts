import type { Address, Entry } from '../../../lib/core/entry.js';
import { ROOT_GROUP, entryGroup } from '../../../lib/keys/groups.js';
import { memoryStore } from '../../../lib/stores/memory.store.js';
import type { NearConsistency } from '../../../lib/stores/near.store.js';
import { NearStore, nearStore } from '../../../lib/stores/near.store.js';
import { redisStore } from '../../../lib/stores/redis.store.js';
import { StoreBench } from '../../../lib/testing/store-bench.js';
import { EngineBench } from '../../support/engine-bench.js';
import { FakeFarStore } from '../../support/far-store.js';
import { Gate } from '../../support/gate.js';

const MANY = { maxEntries: 1_000, maxBytes: 2 ** 30 };
const LARGE = 'x'.repeat(4_096);
const SMALL = 'x'.repeat(4_095);
const BOUND = 1_000;
const LONGEST_TRUST = 10_000;

/** A near store, and what it asks the far one. */
class NearBench extends StoreBench {
  /** Another process, which has no copies. */
  readonly others: StoreBench;

  private constructor(
    readonly far: FakeFarStore,
    readonly near: NearStore,
  ) {
    super(near);
    this.others = new StoreBench(far);
  }

  static of(consistency: NearConsistency, bounds = MANY): NearBench {
    const far = new FakeFarStore();
    return new NearBench(far, new NearStore(far, { bounds, consistency }, far.clock));
  }

  /** An address of which there is a copy. */
  async copied(name: string, payload = LARGE): Promise<Address> {
    const address = this.address(name);
    await this.load(address, payload);
    await this.read(address);
    return address;
  }

  async read(address: Address): Promise<Entry | undefined> {
    return this.live(address);
  }

  /** What one read of the address asks for. */
  async asks(address: Address): Promise<readonly string[]> {
    this.far.asked.length = 0;
    await this.read(address);
    return this.far.asked.splice(0);
  }

  announce(...names: string[]): void {
    this.far.channel.changes.note(names);
  }
}

describe('nearStore()', () => {
  const far = redisStore('redis://localhost');
  const make = nearStore as (options: unknown) => unknown;

  it('is a store like the one behind it', () => {
    expect(nearStore({ far: redisStore('redis://localhost', { ttl: '1m' }) })).toMatchObject({
      kind: 'redis',
      ttl: '1m',
    });
  });

  it.each([
    ['an unknown option', { far, size: 1 }, /"size"/],
    ['an unknown option of the copies', { far, near: { ttl: '1m' } }, /near: there is no option "ttl"/],
    ['a number of entries that is none', { far, near: { maxEntries: 0 } }, /"maxEntries"/],
    ['a number of bytes that is none', { far, near: { maxBytes: '1mb' } }, /"maxBytes"/],
    ['no far store', {}, /"far".*missing/],
    ['a memory store behind it', { far: memoryStore() }, /"far".*redisStore/],
    ['a near store behind it', { far: nearStore({ far }) }, /"far".*redisStore/],
    ['an unknown consistency', { far, consistency: 'strong' }, /"validated" or "eventual"/],
    [
      'an eventual cluster',
      { far: redisStore({ cluster: ['a:1'] }), consistency: 'eventual' },
      /"consistency".*cluster/,
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => make(options)).toThrow(message);
  });

  it('validates in front of a cluster', () => {
    expect(() => nearStore({ far: redisStore({ cluster: ['a:1'] }) })).not.toThrow();
  });
});

describe('a validated near store', () => {
  it('asks on each hit, and not for a large payload', async () => {
    const bench = NearBench.of('validated');
    const address = bench.address('list');
    await bench.load(address, LARGE);
    expect(await bench.asks(address)).toEqual(['read']);
    expect(await bench.asks(address)).toEqual(['validate']);
    expect(await bench.asks(address)).toEqual(['validate']);
  });

  it('reads a small entry as a whole, and hands out the copy', async () => {
    const bench = NearBench.of('validated');
    const address = await bench.copied('list', SMALL);
    const first = await bench.read(address);
    expect(await bench.asks(address)).toEqual(['read']);
    expect(await bench.read(address)).toBe(first);
  });

  it('hands out the very same entry while it is that of the same fill', async () => {
    const bench = NearBench.of('validated');
    const address = await bench.copied('list');
    const first = await bench.read(address);
    expect(await bench.read(address)).toBe(first);
    const lease = await bench.others.lease(address, { ignore: first!.header.token });
    await bench.others.fill(lease, LARGE);
    const second = await bench.read(address);
    expect(second).not.toBe(first);
    expect(await bench.read(address)).toBe(second);
  });

  it('lets the value of a copy be parsed once, and counts it', async () => {
    const bench = NearBench.of('validated', { ...MANY, maxBytes: 35_000 });
    const [a, b] = [await bench.copied('a'), await bench.copied('b')];
    const copy = await bench.read(b);
    expect(copy?.master).toBeNull();
    copy!.master = { value: LARGE, isFrozen: false };
    expect(await bench.asks(b)).toEqual(['validate']);
    const c = await bench.copied('c');
    expect(await bench.asks(c)).toEqual(['validate']);
    expect(await bench.asks(a)).toEqual(['read']);
  });

  it('sees what another process has invalidated or stored', async () => {
    const bench = NearBench.of('validated');
    const address = await bench.copied('list');
    await bench.others.invalidate({ paths: [address.path] });
    expect(await bench.read(address)).toBeUndefined();
    await bench.others.load(address, `${LARGE}2`);
    expect((await bench.read(address))?.payload).toBe(`${LARGE}2`);
  });

  it('keeps nothing that is dead', async () => {
    const bench = NearBench.of('validated');
    const address = await bench.copied('a:b');
    const { validate } = bench.far;
    bench.far.validate = async (_, entry) => ({ entry, generations: new Map([[ROOT_GROUP, null]]) });
    expect(await bench.read(address)).toBeUndefined();
    bench.far.validate = validate;
    expect(await bench.asks(address)).toEqual(['read']);
  });

  it('keeps so many entries, and drops the least recently used', async () => {
    const bench = NearBench.of('validated', { ...MANY, maxEntries: 2 });
    const [a, b] = [await bench.copied('a'), await bench.copied('b')];
    await bench.read(a);
    const c = await bench.copied('c');
    for (const kept of [a, c]) expect(await bench.asks(kept)).toEqual(['validate']);
    expect(await bench.asks(b)).toEqual(['read']);
  });

  it('keeps so many bytes', async () => {
    const bench = NearBench.of('validated', { ...MANY, maxBytes: 25_000 });
    const [a, b] = [await bench.copied('a'), await bench.copied('b')];
    for (const kept of [a, b]) expect(await bench.asks(kept)).toEqual(['validate']);
    const c = await bench.copied('c');
    for (const kept of [b, c]) expect(await bench.asks(kept)).toEqual(['validate']);
    expect(await bench.asks(a)).toEqual(['read']);
  });

  it('keeps nothing when it is closed', async () => {
    const bench = NearBench.of('validated');
    const address = await bench.copied('list');
    await bench.near.close();
    expect(await bench.asks(address)).toEqual(['read']);
  });
});

describe('an eventual near store', () => {
  it('asks for nothing that it has read', async () => {
    const bench = NearBench.of('eventual');
    for (const payload of [SMALL, LARGE]) {
      const address = await bench.copied(`list${payload.length}`, payload);
      expect(await bench.asks(address)).toEqual([]);
      expect((await bench.read(address))?.payload).toBe(payload);
    }
  });

  it('listens while it is open', async () => {
    const { near, far } = NearBench.of('eventual');
    await near.connect();
    expect(far.channel.isOpen).toBe(true);
    await near.close();
    expect(far.channel.isOpen).toBe(false);
  });

  it('asks when the entry or a group of it was announced, once', async () => {
    const bench = NearBench.of('eventual');
    const address = bench.address('a:b', bench.tag('posts'));
    const late = bench.tag('late');
    await bench.load(address, LARGE, { lateTags: [late] });
    await bench.read(address);
    for (const name of [address.path, ROOT_GROUP, bench.path('a'), bench.tag('posts'), late]) {
      expect(await bench.asks(address)).toEqual([]);
      bench.announce('something else');
      expect(await bench.asks(address)).toEqual([]);
      bench.announce('something else', name);
      expect(await bench.asks(address)).toEqual(['validate']);
    }
  });

  it('asks when everything was announced', async () => {
    const bench = NearBench.of('eventual');
    const address = await bench.copied('list');
    bench.far.channel.changes.noteEverything();
    expect(await bench.asks(address)).toEqual(['validate']);
    expect(await bench.asks(address)).toEqual([]);
  });

  it('asks when more was announced than it can tell apart', async () => {
    const bench = NearBench.of('eventual');
    const address = await bench.copied('list');
    for (let number = 0; number < 9_000; number++) bench.announce(`other:${number}`);
    expect(await bench.asks(address)).toEqual([]);
    for (let number = 9_000; number <= 10_000; number++) bench.announce(`other:${number}`);
    expect(await bench.asks(address)).toEqual(['validate']);
  });

  it('does not count on a value whose invalidation was announced between its read and its reply', async () => {
    const bench = NearBench.of('eventual');
    const address = bench.address('list');
    await bench.load(address, LARGE);
    const gate = (bench.far.answer = new Gate());
    const reading = bench.read(address);
    await gate.reached;
    bench.announce(address.path);
    gate.open();
    await reading;
    expect(await bench.asks(address)).toEqual(['validate']);
  });

  it.each([
    ['a path', (address: Address) => ({ paths: [address.path] })],
    ['a group', (address: Address) => ({ groups: [address.groups[1]!] })],
    ['a glob', () => ({ globs: [{ literal: '', matches: () => true }] })],
  ])('asks after an invalidation of its own, of %s, which was carried out after the read', async (_, change) => {
    const bench = NearBench.of('eventual');
    const address = bench.address('list');
    await bench.load(address, LARGE);
    const gate = (bench.far.deletion = new Gate());
    const invalidating = bench.invalidate(change(address));
    await gate.reached;
    expect((await bench.read(address))?.payload).toBe(LARGE);
    gate.open();
    await invalidating;
    expect(await bench.asks(address)).not.toEqual([]);
    expect(await bench.read(address)).toBeUndefined();
  });

  it('asks after an invalidation of its own for what was built from the entry, too', async () => {
    const bench = NearBench.of('eventual');
    const { changes } = bench.far.channel;
    const { moment } = changes;
    await bench.invalidate({ paths: [bench.path('inner')] });
    expect(changes.hasChanged(entryGroup(bench.path('inner')), moment)).toBe(true);
    expect(changes.hasChanged(entryGroup(bench.path('other')), moment)).toBe(false);
  });

  it('asks after an invalidation of its own that was not confirmed', async () => {
    const bench = NearBench.of('eventual');
    const address = await bench.copied('list');
    bench.far.invalidate = () => Promise.reject(new Error('no answer'));
    await expect(bench.invalidate({ paths: [address.path] })).rejects.toThrow('no answer');
    expect(await bench.asks(address)).toEqual(['validate']);
  });

  it('asks after a fill of its own, and after everything was cleared', async () => {
    const bench = NearBench.of('eventual');
    const address = await bench.copied('list');
    const { token } = (await bench.read(address))!.header;
    const lease = await bench.lease(address, { ignore: token });
    await bench.fill(lease, `${LARGE}2`);
    expect((await bench.read(address))?.payload).toBe(`${LARGE}2`);
    await bench.near.clear();
    expect(await bench.read(address)).toBeUndefined();
  });

  it('asks when it may have missed something for longer than the bound', async () => {
    const bench = NearBench.of('eventual');
    const address = await bench.copied('list');
    bench.far.channel.delay = BOUND;
    expect(await bench.asks(address)).toEqual([]);
    bench.far.channel.delay = BOUND + 1;
    expect(await bench.asks(address)).toEqual(['validate']);
    bench.far.channel.delay = Infinity;
    expect(await bench.asks(address)).toEqual(['validate']);
  });

  it('asks for what comes from another server than the one that it hears', async () => {
    const bench = NearBench.of('eventual');
    const address = await bench.copied('list');
    bench.far.channel.isOfServer = false;
    expect(await bench.asks(address)).toEqual(['validate']);
  });

  it('asks once in a while, whatever it hears', async () => {
    const bench = NearBench.of('eventual');
    const address = await bench.copied('list');
    await bench.far.clock.advance(LONGEST_TRUST);
    expect(await bench.asks(address)).toEqual([]);
    await bench.far.clock.advance(1);
    expect(await bench.asks(address)).toEqual(['validate']);
    expect(await bench.asks(address)).toEqual([]);
  });

  it('asks when the lifetime is over, which no server announces in time', async () => {
    const bench = NearBench.of('eventual');
    const address = bench.address('list');
    const now = bench.far.clock.now();
    await bench.load(address, LARGE, { header: { createdAt: now, expiresAt: now + 500, staleFor: 500 } });
    await bench.read(address);
    await bench.far.clock.advance(999);
    expect(await bench.asks(address)).toEqual([]);
    await bench.far.clock.advance(1);
    expect(await bench.asks(address)).toEqual(['validate']);
  });

  it('asks for a reader who names a group that the entry does not', async () => {
    const bench = NearBench.of('eventual');
    const { path, groups } = await bench.copied('list');
    expect(await bench.asks({ path, groups: [...groups, bench.tag('more')] })).toEqual(['validate']);
  });

  it('asks for what a load reads, because something is stored that is made of it', async () => {
    const far = new FakeFarStore();
    const at = new EngineBench(new NearStore(far, { bounds: MANY, consistency: 'eventual' }, far.clock), far.clock);
    const inner = () => at.get('inner', () => LARGE);
    for (let turn = 0; turn < 2; turn++) await inner();
    far.asked.length = 0;
    await inner();
    expect(far.asked).toEqual([]);
    await at.get('outer', inner);
    expect(far.asked).toEqual(['read', 'validate']);
    await at.put('other', inner);
    expect(far.asked).toEqual(['read', 'validate', 'validate']);
  });
});
