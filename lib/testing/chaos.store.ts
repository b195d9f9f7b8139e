import { sleep, systemClock } from '../core/clock.js';
import type { Address } from '../core/entry.js';
import type { CacheStore, Snapshot } from '../stores/store.js';

/** What a store can be asked. */
export type StoreVerb = Exclude<keyof CacheStore, 'kind' | 'placeOf'>;

/** One call that was held back. */
export interface ParkedCall {
  /** Resolves when a call has come this far: not sent yet, or answered but its caller not told. */
  readonly arrived: Promise<void>;
  /** Lets the call go on. After `fail`, a call that was not sent is sent now: a command that arrives late. */
  release(): void;
  /** Rejects the call. Parked before it was sent, it is not sent; parked after, it was carried out. */
  fail(error: unknown): void;
}

/** A store for tests that holds calls back, fails or delays them, and otherwise passes them on. */
export interface ChaosStore extends CacheStore {
  /** Holds back the next call of the verb that nobody holds yet; every other call passes. */
  park(verb: StoreVerb, moment: 'before' | 'after'): ParkedCall;
  /** Rejects every call of the verb without sending it, until `calm`. */
  alwaysFail(verb: StoreVerb, error: unknown): void;
  /** Sends every call of the verb so many milliseconds late, until `calm`. */
  alwaysDelay(verb: StoreVerb, delay: number): void;
  /** Ends every failure and delay; parked calls stay parked. */
  calm(): void;
  /** How many calls of the verb there were. */
  calls(verb: StoreVerb): number;
}

/**
 * A decorator around any store, so that a test decides when each command is sent and when its caller is told.
 *
 * @example
 * const fill = chaos.park('fill', 'before');
 * const reading = cache.getOrSet('posts', load);
 * await fill.arrived;
 * await cache.invalidate('posts');
 * fill.release();
 */
export function chaosStore(store: CacheStore): ChaosStore {
  const chaos = new Chaos();
  const through =
    <A extends unknown[], R>(verb: StoreVerb, send: (...values: A) => R | Promise<R>) =>
    (...values: A): Promise<R> =>
      chaos.pass(verb, async () => send(...values));
  return {
    kind: store.kind,
    connect: through('connect', () => store.connect()),
    read: through('read', async (address) => inItsTime(address, await store.read(address))),
    placeOf: (path) => store.placeOf(path),
    generations: through('generations', (path, groups) => store.generations(path, groups)),
    begin: through('begin', (request) => store.begin(request)),
    renew: through('renew', (lease) => store.renew(lease)),
    fill: through('fill', (request) => store.fill(request)),
    invalidate: through('invalidate', (invalidation) => store.invalidate(invalidation)),
    clear: through('clear', () => store.clear()),
    lock: through('lock', (name, token, lifetime) => store.lock(name, token, lifetime)),
    extendLock: through('extendLock', (name, token, lifetime) => store.extendLock(name, token, lifetime)),
    unlock: through('unlock', (name, token) => store.unlock(name, token)),
    close: through('close', () => store.close()),
    park: (verb, moment) => chaos.park(verb, moment),
    alwaysFail: (verb, error) => void chaos.failures.set(verb, { error }),
    alwaysDelay: (verb, delay) => void chaos.delays.set(verb, delay),
    calm: () => chaos.calm(),
    calls: (verb) => chaos.counts.get(verb) ?? 0,
  };
}

/** A snapshot as it is now, however late its reader gets it. */
function inItsTime({ groups }: Address, snapshot: Snapshot | undefined): Snapshot | undefined {
  if (!snapshot) return undefined;
  const { entry, generations } = snapshot;
  const names = [...groups, ...entry.header.groups.keys()];
  return { ...snapshot, generations: new Map(names.map((name) => [name, generations.get(name)])) };
}

/** What is to happen to which verb. */
class Chaos {
  readonly failures = new Map<StoreVerb, { readonly error: unknown }>();
  readonly delays = new Map<StoreVerb, number>();
  readonly counts = new Map<StoreVerb, number>();
  readonly #parkings = new Map<StoreVerb, Parking[]>();

  park(verb: StoreVerb, moment: 'before' | 'after'): ParkedCall {
    const parking = new Parking(moment);
    this.#parkings.set(verb, [...(this.#parkings.get(verb) ?? []), parking]);
    return parking;
  }

  calm(): void {
    this.failures.clear();
    this.delays.clear();
  }

  async pass<R>(verb: StoreVerb, send: () => Promise<R>): Promise<R> {
    this.counts.set(verb, (this.counts.get(verb) ?? 0) + 1);
    const parking = this.#parkings.get(verb)?.shift();
    const delay = this.delays.get(verb);
    if (delay !== undefined) await sleep(systemClock, delay);
    const failure = this.failures.get(verb);
    if (failure) throw failure.error;
    return parking ? parking.pass(send) : send();
  }
}

class Parking implements ParkedCall {
  readonly arrived: Promise<void>;
  readonly #released: Promise<void>;
  readonly #failed: Promise<never>;
  #arrive!: () => void;
  release!: () => void;
  fail!: (error: unknown) => void;

  constructor(private readonly moment: 'before' | 'after') {
    this.arrived = new Promise((resolve) => (this.#arrive = resolve));
    this.#released = new Promise((resolve) => (this.release = resolve));
    this.#failed = new Promise((_, reject) => (this.fail = reject));
    this.#failed.catch(() => {});
  }

  async pass<R>(send: () => Promise<R>): Promise<R> {
    const answer = this.moment === 'after' ? send() : undefined;
    await answer?.catch(() => {});
    this.#arrive();
    return Promise.race([this.#failed, this.#released.then(() => answer ?? send())]);
  }
}
