import type { FillRequest } from '../../../lib/stores/store.js';
import { noteContextual } from '../../../lib/engine/frames.js';
import type { FakeClock } from '../../../lib/testing/fake-clock.js';
import { ANSWER, EngineBench, Gate, LIFETIME, isOpen, settled } from '../../support/engine-bench.js';

const WINDOW = 10_000;
const whileRevalidate = { stale: { whileRevalidate: WINDOW } };
const ifError = { stale: { ifError: WINDOW } };
const slow = { stale: { ifError: WINDOW, softTimeout: 200 } };

describe('an entry whose lifetime is over', () => {
  let bench: EngineBench<FakeClock>;
  let gate: Gate;

  beforeEach(() => {
    bench = EngineBench.inMemory();
    gate = new Gate();
  });

  async function expired(options: object): Promise<void> {
    await bench.get('a', () => 'old', options);
    await bench.clock.advance(LIFETIME);
  }

  function failures(): unknown[] {
    return bench.events.flatMap((event) => (event.kind === 'refresh-failed' ? [event.error] : []));
  }

  describe('with staleWhileRevalidate', () => {
    it('is served at once, while one load renews it', async () => {
      await expired(whileRevalidate);
      const outcomes = await Promise.all([1, 2, 3].map(() => bench.outcome('a', gate.load, whileRevalidate)));
      expect(outcomes).toMatchObject(Array(3).fill({ status: 'stale', value: 'old' }));
      await gate.called();
      gate.finish('new');
      await settled();
      expect(await bench.outcome('a', gate.load, whileRevalidate)).toMatchObject({ status: 'hit', value: 'new' });
      expect(gate.calls).toBe(1);
    });

    it('is served while another process renews it, and not loaded here', async () => {
      await expired(whileRevalidate);
      const neighbour = bench.neighbour();
      await neighbour.get('a', gate.load, whileRevalidate);
      await gate.called();
      const second = new Gate();
      expect(await bench.outcome('a', second.load, whileRevalidate)).toMatchObject({ status: 'stale', value: 'old' });
      await settled();
      expect(second.calls).toBe(0);
      gate.finish('new');
      await settled();
      expect(await bench.stored('a')).toBe('new');
    });

    it('is a miss when the window is over', async () => {
      await expired(whileRevalidate);
      await bench.clock.advance(WINDOW);
      expect(await bench.outcome('a', () => 'new', whileRevalidate)).toMatchObject({ status: 'miss', value: 'new' });
    });

    it('is a miss for those who do not want it, and they replace it', async () => {
      await expired(whileRevalidate);
      expect(await bench.stored('a')).toBeUndefined();
      expect(await bench.outcome('a', () => 'new')).toMatchObject({ status: 'miss', value: 'new' });
      expect(await bench.stored('a')).toBe('new');
    });

    it('is served by the window of its reader, not by that of its writer', async () => {
      await expired({ stale: { whileRevalidate: 2 * WINDOW } });
      await bench.clock.advance(WINDOW);
      expect(await bench.get('a', () => 'new', whileRevalidate)).toBe('new');
    });

    it('is dead once it was invalidated', async () => {
      await expired(whileRevalidate);
      await bench.invalidate('a');
      expect(await bench.outcome('a', () => 'new', whileRevalidate)).toMatchObject({ status: 'miss', value: 'new' });
    });

    it('is dead once it was invalidated while it is being renewed, and so is what comes of that', async () => {
      await expired(whileRevalidate);
      await bench.get('a', gate.load, whileRevalidate);
      await gate.called();
      await bench.neighbour().invalidate('a');
      const reading = bench.outcome('a', gate.load, whileRevalidate);
      gate.finish('between');
      await gate.called(2);
      gate.finish('new');
      expect(await reading).toMatchObject({ status: 'miss', value: 'new' });
    });

    it('is still served after a load that failed, which is told and not tried again at once', async () => {
      await expired(whileRevalidate);
      const error = new Error('The database is down.');
      const load = (): Promise<never> => {
        calls++;
        throw error;
      };
      let calls = 0;
      for (let turn = 0; turn < 3; turn++) {
        expect(await bench.get('a', load, whileRevalidate)).toBe('old');
        await settled();
      }
      expect([calls, failures()]).toEqual([1, [error]]);
      await bench.clock.advance(1_000);
      expect(await bench.get('a', load, whileRevalidate)).toBe('old');
      await settled();
      expect([calls, failures()]).toEqual([2, [error, error]]);
    });

    it('tells of a new value that cannot be stored', async () => {
      await expired(whileRevalidate);
      expect(await bench.get('a', () => () => 1, whileRevalidate)).toBe('old');
      await settled();
      expect(failures()).toEqual([expect.objectContaining({ code: 'VALUE_NOT_SERIALIZABLE' })]);
      expect(await bench.get('a', gate.load, whileRevalidate)).toBe('old');
    });

    it('is not loaded where the store does not take what comes of it', async () => {
      await expired(whileRevalidate);
      bench.store.alwaysFail('begin', new Error('down'));
      expect(await bench.get('a', gate.load, whileRevalidate)).toBe('old');
      await settled();
      expect(gate.calls).toBe(0);
    });

    it('is not taken for what somebody else just filled, by a load of which its own read knew nothing', async () => {
      const read = bench.store.park('read', 'after');
      const reading = bench.outcome('b', () => 'new', whileRevalidate);
      await read.arrived;
      await bench.neighbour().get('b', () => 'old', whileRevalidate);
      await bench.clock.advance(LIFETIME);
      read.release();
      await bench.clock.advance(10);
      expect(await reading).toMatchObject({ status: 'miss', value: 'new' });
    });

    it('is kept so long in the store, and its generations live twice as long', async () => {
      const fills: FillRequest[] = [];
      const { store } = bench;
      const fill = store.fill.bind(store);
      store.fill = (request) => {
        fills.push(request);
        return fill(request);
      };
      await bench.get('b', () => 1, { stale: { whileRevalidate: 60 * LIFETIME } });
      expect(fills[0]?.entry).toMatchObject({ lifetime: 61 * LIFETIME, generationLifetime: 122 * LIFETIME });
    });

    it('is renewed when its caller has been answered', async () => {
      await expired(whileRevalidate);
      let answer = (): void => {};
      const answered = () => new Promise<void>((resolve) => (answer = resolve));
      expect(await bench.get('a', gate.load, { ...whileRevalidate, answered })).toBe('old');
      await settled();
      expect(gate.calls).toBe(0);
      answer();
      await gate.called();
    });

    it('is renewed outside of the load that asked for it', async () => {
      await expired(whileRevalidate);
      const outer = await bench.outcome('outer', () => bench.get('a', gate.load, whileRevalidate));
      expect(outer).toMatchObject({ status: 'miss', value: 'old' });
      await gate.called();
      const tainting = new Map([['@user.id', '7']]);
      const load = () => noteContextual(tainting);
      await bench.get('b', () => 'old', whileRevalidate);
      await bench.clock.advance(LIFETIME);
      const second = await bench.outcome('second', async () => {
        const value = await bench.get('b', load, whileRevalidate);
        await settled();
        return value;
      });
      expect(second).toMatchObject({ value: 'old', isRefused: false });
    });
  });

  describe('with staleIfError', () => {
    it('is served when the load fails, and the failure is told', async () => {
      await expired(ifError);
      const error = new Error('The database is down.');
      const outcome = await bench.outcome('a', () => Promise.reject(error), ifError);
      expect(outcome).toMatchObject({ status: 'stale', value: 'old' });
      await settled();
      expect(failures()).toEqual([error]);
    });

    it('is renewed when the load succeeds', async () => {
      await expired(ifError);
      expect(await bench.outcome('a', () => 'new', ifError)).toMatchObject({ status: 'miss', value: 'new' });
    });

    it('is not served in the place of an error that is an answer', async () => {
      await expired(ifError);
      await expect(bench.get('a', () => Promise.reject(ANSWER), ifError)).rejects.toBe(ANSWER);
    });

    it('is served without a load for a moment after one that failed', async () => {
      await expired(ifError);
      await bench.get('a', () => Promise.reject(new Error('down')), ifError);
      await settled();
      expect(await bench.outcome('a', gate.load, ifError)).toMatchObject({ status: 'stale', value: 'old' });
      await bench.clock.advance(1_000);
      expect(await bench.get('a', () => 'new', ifError)).toBe('new');
      expect(gate.calls).toBe(0);
    });

    it('is not served once it was invalidated while the load ran', async () => {
      await expired(ifError);
      const error = new Error('The database is down.');
      const reading = bench.get('a', gate.load, ifError);
      await gate.called();
      await bench.neighbour().invalidate('a');
      gate.fail(error);
      await expect(reading).rejects.toBe(error);
    });

    it('is not served once its window is over while the load ran', async () => {
      await expired(ifError);
      const reading = bench.get('a', gate.load, ifError);
      await gate.called();
      await bench.clock.advance(WINDOW);
      gate.fail(ANSWER);
      await expect(reading).rejects.toBe(ANSWER);
    });

    it('is served by what the first look found when the store is gone at the second', async () => {
      await expired(ifError);
      const reading = bench.outcome('a', gate.load, ifError);
      await gate.called();
      bench.store.alwaysFail('read', new Error('down'));
      gate.fail(new Error('down'));
      expect(await reading).toMatchObject({ status: 'stale', value: 'old' });
    });

    it('goes to everybody who waited and found it alive', async () => {
      await expired(ifError);
      const leader = bench.outcome('a', gate.load, ifError);
      await gate.called();
      const follower = bench.outcome('a', gate.load, ifError);
      await settled();
      gate.fail(new Error('The database is down.'));
      expect(await Promise.all([leader, follower])).toMatchObject(Array(2).fill({ status: 'stale', value: 'old' }));
      expect([gate.calls, failures().length]).toEqual([1, 1]);
    });

    it('is not served to those whose own second look found it dead', async () => {
      await expired(ifError);
      const error = new Error('The database is down.');
      const reading = bench.get('a', gate.load, ifError);
      await gate.called();
      const read = bench.store.read.bind(bench.store);
      bench.store.read = async (address) => {
        const snapshot = await read(address);
        return snapshot && { ...snapshot, isAlive: false, generations: new Map() };
      };
      gate.fail(error);
      await expect(reading).rejects.toBe(error);
    });

    it('is no value of the flight: who found nothing gets the error', async () => {
      const error = new Error('The database is down.');
      await expired(ifError);
      const leader = bench.outcome('a', gate.load, ifError);
      await gate.called();
      const other = bench.outcome('a', gate.load);
      await settled();
      gate.fail(error);
      expect(await leader).toMatchObject({ status: 'stale', value: 'old' });
      await expect(other).rejects.toBe(error);
    });
  });

  describe('with softTimeout', () => {
    it('is served when the load is slow, which goes on and is stored', async () => {
      await expired(slow);
      const reading = bench.outcome('a', gate.load, slow);
      await gate.called();
      await bench.clock.advance(199);
      expect(await isOpen(reading)).toBe(true);
      await bench.clock.advance(1);
      expect(await reading).toMatchObject({ status: 'stale', value: 'old' });
      gate.finish('new');
      await settled();
      expect(await bench.outcome('a', gate.load, slow)).toMatchObject({ status: 'hit', value: 'new' });
    });

    it('is served at once while the slow load goes on', async () => {
      await expired(slow);
      const reading = bench.outcome('a', gate.load, slow);
      await bench.clock.advance(200);
      await reading;
      await bench.clock.advance(5_000);
      expect(await bench.outcome('a', gate.load, slow)).toMatchObject({ status: 'stale', value: 'old' });
      expect(gate.calls).toBe(1);
    });

    it('tells of a slow load that fails in the end, to one who waited and to another', async () => {
      await expired(slow);
      const readings = [1, 2].map(() => bench.outcome('a', gate.load, slow));
      await bench.clock.advance(200);
      expect(await Promise.all(readings)).toMatchObject(Array(2).fill({ status: 'stale', value: 'old' }));
      const error = new Error('The database is down.');
      gate.fail(error);
      await settled();
      expect(failures()).toEqual([error]);
      expect(await bench.outcome('a', gate.load, slow)).toMatchObject({ status: 'stale', value: 'old' });
      expect(gate.calls).toBe(1);
    });

    it('makes nobody who was answered load by himself', async () => {
      await expired(slow);
      const readings = [1, 2].map(() => bench.outcome('a', gate.load, { ...slow, decision: { kind: 'refuse' } }));
      await bench.clock.advance(200);
      await Promise.all(readings);
      gate.finish('for one person');
      await settled();
      expect(gate.calls).toBe(1);
    });

    it('is not served once it was invalidated while the load is slow', async () => {
      await expired(slow);
      const reading = bench.outcome('a', gate.load, slow);
      await gate.called();
      await bench.neighbour().invalidate('a');
      await bench.clock.advance(200);
      expect(await isOpen(reading)).toBe(true);
      gate.finish('new');
      expect(await reading).toMatchObject({ status: 'miss', value: 'new' });
    });

    it('has nothing to do with a load that has nothing to take its place', async () => {
      const reading = bench.outcome('a', gate.load, slow);
      await bench.clock.advance(5_000);
      expect(await isOpen(reading)).toBe(true);
      gate.finish('new');
      expect(await reading).toMatchObject({ status: 'miss', value: 'new' });
    });
  });
});

describe('the time at which an entry is renewed', () => {
  let bench: EngineBench<FakeClock>;

  beforeEach(() => {
    bench = EngineBench.inMemory();
  });

  async function freshFor(random: number): Promise<number> {
    bench.random = random;
    await bench.get(`a:${random}`, () => 1);
    const { times } = await bench.engine.read({
      address: { path: `a:${random}`, groups: ['~root', 'a'] },
      shape: { form: 'value' },
      version: undefined,
      debug: false,
    });
    return times!.expiresAt - bench.clock.now();
  }

  it('is at random within the last tenth of its lifetime', async () => {
    expect([await freshFor(0), await freshFor(0.5), await freshFor(0.999_999)]).toEqual([
      LIFETIME,
      0.95 * LIFETIME,
      0.9 * LIFETIME + 1,
    ]);
  });

  describe('of an entry with staleWhileRevalidate', () => {
    const LOAD_TIME = 1_000;
    const gate = new Gate();

    /** What a caller gets with so much of its lifetime left, and how many loads that costs. */
    async function readAt(left: number, random: number, options: object): Promise<[string, number]> {
      const slowLoad = new Gate();
      const loading = bench.get('a', slowLoad.load, options);
      await slowLoad.called();
      await bench.clock.advance(LOAD_TIME);
      slowLoad.finish('old');
      await loading;
      await bench.clock.advance(LIFETIME - left);
      bench.random = random;
      const before = gate.calls;
      const { status } = await bench.outcome('a', gate.load, options);
      await settled();
      return [status, gate.calls - before];
    }

    it('is the earlier the longer its load takes, by chance', async () => {
      expect(await readAt(2_000, 0.9, whileRevalidate)).toEqual(['hit', 1]);
      bench = EngineBench.inMemory();
      expect(await readAt(2_500, 0.9, whileRevalidate)).toEqual(['hit', 0]);
    });

    it('is never in the first half of its lifetime', async () => {
      expect(await readAt(LIFETIME / 2, 1 - 1e-300, whileRevalidate)).toEqual(['hit', 0]);
      bench = EngineBench.inMemory();
      expect(await readAt(LIFETIME / 2 - 1, 1, whileRevalidate)).toEqual(['hit', 1]);
    });

    it('is never early without it', async () => {
      expect(await readAt(1, 1, ifError)).toEqual(['hit', 0]);
    });
  });
});
