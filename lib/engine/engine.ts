import { isThenable } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import { within } from '../resilience/deadline.js';
import type { Flight, Landing } from '../resilience/single-flight.js';
import { SingleFlight } from '../resilience/single-flight.js';
import type { Invalidation } from '../stores/store.js';
import type { Frame } from './frames.js';
import { activeFrames, isLoadOf, outsideFrames } from './frames.js';
import { entryLifetime } from './freshness.js';
import { isFlightHit } from './invalidator.js';
import { Loader } from './loader.js';
import type { ReadRequest, Sight } from './looks.js';
import { Looks } from './looks.js';
import { Nesting, asPart } from './nesting.js';
import { Puts } from './puts.js';
import type { EngineContext, LoadRequest, Outcome, SharedValue } from './request.js';
import { copyOf, hitOf } from './result.js';
import { StaleValues, variantOf } from './stale.js';

export type { ReadRequest };

/** One call of a cached method while it is under way. */
interface Call {
  readonly request: LoadRequest;
  /** The loads in which it runs, innermost first. */
  readonly ancestors: readonly Frame[];
  /** When it began, and until when it waits for somebody else's load; on the clock's monotonic time. */
  readonly began: number;
  readonly deadline: number;
  /** Set once it has got its answer, while its load goes on. */
  isAnswered: boolean;
}

/**
 * The verbs of one cache. The order of one read is here: look, judge, serve, or load alone, lead, or follow.
 */
export class Engine {
  readonly #flights = new SingleFlight<SharedValue>();
  readonly #looks: Looks;
  readonly #nesting: Nesting;
  readonly #loader: Loader;
  readonly #puts: Puts;
  readonly #stale: StaleValues;

  constructor(readonly context: EngineContext) {
    this.#looks = new Looks(context);
    this.#nesting = new Nesting(context);
    this.#loader = new Loader(context, this.#flights, this.#nesting);
    this.#puts = new Puts(context, this.#nesting);
    this.#stale = new StaleValues(context, this.#flights, this.#loader);
  }

  /** The value under a key, or undefined for a miss. */
  async read(asked: ReadRequest): Promise<Outcome> {
    const request = asPart(asked, activeFrames());
    const { snapshot, verdict } = await this.#looks.look(request);
    const hit = snapshot && verdict === 'hit' ? hitOf(this.context, request, snapshot.entry) : undefined;
    this.#tell(hit ? 'hit' : 'miss', request);
    if (hit && request.address.isDependedOn) await this.#nesting.noteRead(request.address, snapshot!);
    return hit ?? { status: 'miss', value: undefined };
  }

  /**
   * The value under a key, loaded if there is none; a hit at once, where the store answers at once. The loader's error is
   * passed on as it is.
   */
  getOrSet(asked: LoadRequest): Outcome | Promise<Outcome> {
    const ancestors = activeFrames();
    const request = asPart(asked, ancestors);
    const { stores, name } = this.context;
    const own = ancestors.find((frame) => isLoadOf(frame, { stores, store: name, path: request.address.path }));
    if (own) return this.#recur(request, own);
    const looking = this.#looks.look(request);
    if (isThenable(looking)) return this.#getOrLoad(request, ancestors, looking);
    return this.#served(request, looking) ?? this.#getOrLoad(request, ancestors, looking);
  }

  /** Runs a method whose result replaces the entry; see `Puts.put`. */
  async put(request: LoadRequest, beforeFill: (value: unknown) => Promise<void> = async () => {}): Promise<Outcome> {
    const { path } = request.address;
    const flight = this.#flights.beginPut(path);
    const detachAll = async (value: unknown): Promise<void> => {
      await beforeFill(value);
      this.#detach({ groups: [path], paths: [path], globs: [] });
    };
    try {
      const [waiter] = flightsOf(activeFrames());
      return await waitingFor(flight, waiter, () => this.#puts.put(request, flight, detachAll));
    } catch (error) {
      this.#nesting.noteUnknown(request.address);
      throw error;
    } finally {
      this.#flights.endPut(flight);
    }
  }

  /** A put of what the caller has. Nobody is given it, so that a load which sets parts of its result depends on none. */
  set(request: LoadRequest): Promise<Outcome> {
    return outsideFrames(() => this.put(request));
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

  async #recur(request: LoadRequest, { kind }: Frame): Promise<Outcome> {
    if (kind !== 'load') return this.#loader.loadAlone(request);
    this.#nesting.noteUnknown(request.address);
    throw new CacheError('LOADER_RECURSION', { key: request.address.path, where: request.shape.where });
  }

  /** @param looking what the caller's first look sees, or has seen: then nothing that could be served */
  async #getOrLoad(
    request: LoadRequest,
    ancestors: readonly Frame[],
    looking: Sight | Promise<Sight>,
  ): Promise<Outcome> {
    const began = this.context.clock.monotonic();
    const call: Call = { request, ancestors, began, deadline: began + this.context.waitTimeout, isAnswered: false };
    let sight = isThenable(looking) ? await looking : looking;
    let served = isThenable(looking) ? this.#served(request, sight) : undefined;
    for (;;) {
      const outcome = (isThenable(served) ? await served : served) ?? (await this.#attempt(call, sight));
      if (outcome) return outcome;
      if (this.context.clock.monotonic() >= call.deadline) return this.#loader.loadAlone(request);
      sight = await this.#looks.look(request);
      served = this.#served(request, sight);
    }
  }

  /** What a caller gets without waiting for a load. */
  #served(request: LoadRequest, sight: Sight): Outcome | undefined | Promise<Outcome> {
    const served = this.#stale.serve(request, sight);
    this.#tell(served?.status ?? 'miss', request);
    return served && request.address.isDependedOn ? this.#servedAsPart(request, sight, served) : served;
  }

  /** What is built from a stale value is not kept. */
  async #servedAsPart({ address }: LoadRequest, { snapshot, verdict }: Sight, served: Outcome): Promise<Outcome> {
    if (verdict === 'hit') await this.#nesting.noteRead(address, snapshot!);
    else this.#nesting.noteUnknown(address);
    return served;
  }

  /** One load where a look saw nothing to be served; undefined when another look is due. */
  async #attempt(call: Call, sight: Sight): Promise<Outcome | undefined> {
    const { request } = call;
    const load = () => this.#load(call, sight);
    if (!this.#stale.isFallback(request, sight)) return load();
    const instead = await this.#stale.instead(call, load, async () => {
      const again = await this.#looks.look(request);
      return again.reachable ? again : sight;
    });
    // What is served in the place of a load may be past its lifetime.
    if (call.isAnswered) this.#nesting.noteUnknown(request.address);
    if (instead?.status === 'stale') this.#tell('stale', request);
    return instead;
  }

  async #load(call: Call, { snapshot, verdict, reachable }: Sight): Promise<Outcome | undefined> {
    const { request, ancestors } = call;
    const flights = flightsOf(ancestors);
    const { path, groups } = request.address;
    const role = this.#flights.join({ key: path, groups, variant: variantOf(request), reachable, ancestors: flights });
    if (role.kind === 'alone') return this.#loader.loadAlone(request);
    const ignore = verdict === 'dead' ? undefined : snapshot?.entry.header.token;
    if (role.kind === 'lead') {
      return waitingFor(role.flight, flights[0], () => this.#loader.lead(request, role.flight, { reachable, ignore }));
    }
    request.waits?.();
    const landing = await waitingFor(role.flight, flights[0], () => this.#follow(role.flight, call.deadline));
    return this.#take(call, landing, role.early);
  }

  async #take(
    { request, isAnswered }: Call,
    landing: Landing<SharedValue> | undefined,
    isEarly: boolean,
  ): Promise<Outcome | undefined> {
    const { address } = request;
    if (isAnswered && landing?.kind !== 'failed') return undefined;
    if (!landing || landing.kind === 'alone') return this.#loader.loadAlone(request);
    if (landing.kind === 'again' || !(isEarly || landing.confirmed)) return undefined;
    if (landing.kind === 'failed') {
      this.#nesting.noteUnknown(address);
      throw landing.error;
    }
    const copy = copyOf(this.context, request, landing.result.value);
    if (!copy) return this.#loader.loadAlone(request);
    if (address.isDependedOn) await this.#nesting.noteShared(address, landing.result, entryLifetime(request));
    return { status: 'miss', ...copy, isCollapsed: true };
  }

  /** Waits for somebody else's load, for a bounded time. */
  #follow(flight: Flight<SharedValue>, deadline: number): Promise<Landing<SharedValue> | undefined> {
    const { clock } = this.context;
    return within(flight.landed, deadline - clock.monotonic(), clock);
  }

  #detach(invalidation: Invalidation): void {
    this.#flights.detach((flight) => isFlightHit(flight, invalidation));
  }

  /** Of hits and misses nobody hears but the debug log. */
  #tell(kind: Outcome['status'], { address, debug }: ReadRequest): void {
    if (debug) this.context.tell({ kind, key: this.context.keyPrefix + address.path, debug });
  }
}

function flightsOf(frames: readonly Frame[]): Flight<unknown>[] {
  return frames.flatMap(({ flight }) => flight ?? []);
}

/** Lets others see that the load in which the caller runs waits for another one, which it may lead itself. */
async function waitingFor<T>(
  flight: Flight<SharedValue>,
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
