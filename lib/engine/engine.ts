import type { Address } from '../core/entry.js';
import { CacheError } from '../core/errors.js';
import type { Flight, Landing } from '../resilience/single-flight.js';
import { SingleFlight } from '../resilience/single-flight.js';
import type { EncodedValue } from '../serialization/codec.js';
import type { Invalidation, Snapshot } from '../stores/store.js';
import type { Frame } from './frames.js';
import { activeFrames } from './frames.js';
import type { Expectation } from './freshness.js';
import { judge } from './freshness.js';
import { isFlightHit } from './invalidator.js';
import { Loader } from './loader.js';
import type { EngineContext, LoadRequest, Outcome } from './request.js';
import { copyOf, hitOf } from './result.js';

/** What a reader without a loader asks for. */
export type ReadRequest = Pick<LoadRequest, 'address' | 'shape' | 'debug'> & Pick<Expectation, 'version'>;

/**
 * The verbs of one cache. The order of one read is here: look, judge, then load alone, lead, or follow.
 */
export class Engine {
  readonly #flights = new SingleFlight<EncodedValue>();
  readonly #loader: Loader;

  constructor(readonly context: EngineContext) {
    this.#loader = new Loader(context, this.#flights);
  }

  /** The value under a key, or undefined for a miss. */
  async read(request: ReadRequest): Promise<Outcome & { readonly expiresAt?: number }> {
    const { snapshot } = await this.#look(request.address);
    const isHit = snapshot && judge(snapshot, request) === 'hit';
    const hit = isHit ? hitOf(this.context, request, snapshot.entry) : undefined;
    this.#tell(hit ? 'hit' : 'miss', request);
    return hit ? { ...hit, expiresAt: snapshot!.entry.header.expiresAt } : { status: 'miss', value: undefined };
  }

  /** The value under a key, loaded if there is none. The loader's error is passed on as it is. */
  async getOrSet(request: LoadRequest): Promise<Outcome> {
    const ancestors = activeFrames();
    const own = ancestors.find(({ store, path }) => store === this.context.name && path === request.address.path);
    if (own?.kind === 'load') {
      throw new CacheError('LOADER_RECURSION', { key: request.address.path, where: request.shape.where });
    }
    if (own) return this.#loader.loadAlone(request);
    const deadline = this.context.clock.monotonic() + this.context.waitTimeout;
    for (;;) {
      const outcome = await this.#attempt(request, ancestors, deadline);
      if (outcome) return outcome;
      if (this.context.clock.monotonic() >= deadline) return this.#loader.loadAlone(request);
    }
  }

  /** Runs a method whose result replaces the entry; see `Loader.put`. */
  async put(request: LoadRequest, beforeFill: (value: unknown) => Promise<void> = async () => {}): Promise<Outcome> {
    const { path } = request.address;
    const flight = this.#flights.beginPut(path);
    const detachAll = async (value: unknown): Promise<void> => {
      await beforeFill(value);
      this.#detach({ groups: [path], paths: [path], globs: [] });
    };
    try {
      const [waiter] = flightsOf(activeFrames());
      return await waitingFor(flight, waiter, () => this.#loader.put(request, flight, detachAll));
    } finally {
      this.#flights.endPut(flight);
    }
  }

  /**
   * Makes everything that the invalidation names dead, for every reader that begins after this resolved.
   *
   * @throws CacheError `STORE_UNAVAILABLE` when the store did not confirm it.
   */
  async invalidate(invalidation: Invalidation): Promise<void> {
    this.#detach(invalidation);
    await this.context.store.invalidate(invalidation);
  }

  /** Empties the cache. */
  async clear(): Promise<void> {
    this.#flights.detach(() => true);
    await this.context.store.clear();
  }

  /** One round of looking and loading; undefined when another one is due. */
  async #attempt(request: LoadRequest, ancestors: readonly Frame[], deadline: number): Promise<Outcome | undefined> {
    const { address } = request;
    const { snapshot, reachable } = await this.#look(address);
    const verdict = judge(snapshot, request);
    const hit = verdict === 'hit' && snapshot ? hitOf(this.context, request, snapshot.entry) : undefined;
    this.#tell(hit ? 'hit' : 'miss', request);
    if (hit) return hit;
    const flights = flightsOf(ancestors);
    const { path, groups } = address;
    const variant = `${request.shape.form} ${request.version}`;
    const role = this.#flights.join({ key: path, groups, variant, reachable, ancestors: flights });
    if (role.kind === 'alone') return this.#loader.loadAlone(request);
    const ignore = verdict === 'dead' ? undefined : snapshot?.entry.header.token;
    if (role.kind === 'lead') {
      return waitingFor(role.flight, flights[0], () => this.#loader.lead(request, role.flight, ignore));
    }
    const landing = await waitingFor(role.flight, flights[0], () => this.#follow(role.flight, deadline));
    return this.#take(request, landing, role.early);
  }

  async #take(
    request: LoadRequest,
    landing: Landing<EncodedValue> | undefined,
    isEarly: boolean,
  ): Promise<Outcome | undefined> {
    if (!landing || landing.kind === 'alone') return this.#loader.loadAlone(request);
    if (landing.kind === 'again' || !(isEarly || landing.confirmed)) return undefined;
    if (landing.kind === 'failed') throw landing.error;
    const value = copyOf(this.context, request, landing.result);
    return value ? { status: 'miss', ...value } : this.#loader.loadAlone(request);
  }

  /** Waits for somebody else's load, for a bounded time. */
  async #follow(flight: Flight<EncodedValue>, deadline: number): Promise<Landing<EncodedValue> | undefined> {
    const { clock } = this.context;
    let cancel: (() => void) | undefined;
    const timeout = new Promise<undefined>((resolve) => {
      cancel = clock.after(Math.max(0, deadline - clock.monotonic()), () => resolve(undefined));
    });
    try {
      return await Promise.race([flight.landed, timeout]);
    } finally {
      cancel?.();
    }
  }

  /** A read that fails is a miss. */
  async #look(address: Address): Promise<{ snapshot: Snapshot | undefined; reachable: boolean }> {
    try {
      return { snapshot: await this.context.store.read(address), reachable: true };
    } catch (error) {
      this.context.tell({ kind: 'store-failed', store: this.context.name, operation: 'read', error });
      return { snapshot: undefined, reachable: false };
    }
  }

  #detach(invalidation: Invalidation): void {
    this.#flights.detach((flight) => isFlightHit(flight, invalidation));
  }

  #tell(kind: 'hit' | 'miss', { address, debug }: ReadRequest): void {
    this.context.tell({ kind, key: this.context.keyPrefix + address.path, debug });
  }
}

function flightsOf(frames: readonly Frame[]): Flight<unknown>[] {
  return frames.flatMap(({ flight }) => flight ?? []);
}

/** Lets others see that the load in which the caller runs waits for another one, which it may lead itself. */
async function waitingFor<T>(
  flight: Flight<EncodedValue>,
  waiter: Flight<unknown> | undefined,
  wait: () => Promise<T>,
): Promise<T> {
  waiter?.waitsFor.add(flight as Flight<unknown>);
  try {
    return await wait();
  } finally {
    waiter?.waitsFor.delete(flight as Flight<unknown>);
  }
}
