import type { CacheError } from '../core/errors.js';
import { within } from '../resilience/deadline.js';
import type { Flight, Landing, SingleFlight } from '../resilience/single-flight.js';
import type { Lease } from '../stores/store.js';
import type { Frame } from './frames.js';
import { entryLifetime } from './freshness.js';
import type { Filled } from './lease-holder.js';
import { LONGEST_LOAD, LeaseHolder } from './lease-holder.js';
import { frameOf, runInside } from './load.js';
import type { Nesting } from './nesting.js';
import type { EngineContext, LoadRequest, Outcome, SharedValue } from './request.js';
import type { Result } from './result.js';
import { conclude, hitOf, outcomeOf } from './result.js';

/** A load for a flight, from its begin to its landing. */
interface Leg {
  readonly flight: Flight<SharedValue>;
  readonly frame: Frame;
  lease: Lease | undefined;
  landing: Landing<SharedValue>;
}

/** What came of a load in the background. */
export interface Refreshed {
  /** Whether there is a newer entry, of whomever. */
  readonly isRenewed: boolean;
  /** Why the value could not be cached although it should have been. */
  readonly refusal?: CacheError | undefined;
}

/** Carries a miss through the protocol: begin, load, fill. */
export class Loader {
  readonly #leases: LeaseHolder;

  constructor(
    private readonly context: EngineContext,
    private readonly flights: SingleFlight<SharedValue>,
    private readonly nesting: Nesting,
  ) {
    this.#leases = new LeaseHolder(context);
  }

  /** Loads for everybody who joins the flight. Whatever happens, the flight lands. */
  async lead(
    request: LoadRequest,
    flight: Flight<SharedValue>,
    { reachable, ignore }: { readonly reachable: boolean; readonly ignore: string | undefined },
  ): Promise<Outcome> {
    return this.#fly(request, flight, async (leg) => {
      await this.#waitForPredecessor(request, flight);
      // A store that has just failed to be read would cost its caller another timeout.
      const begun = reachable ? await this.#leases.begin(request, ignore) : undefined;
      const hit = begun?.kind === 'alive' ? hitOf(this.context, request, begun.entry) : undefined;
      if (hit && begun?.kind === 'alive') {
        this.nesting.noteFound(request.address, begun.entry.header, begun.own);
        return hit;
      }
      leg.lease = begun?.kind === 'leased' ? begun.lease : undefined;
      this.nesting.noteLease(request.address, leg.lease);
      return (await this.#loadAndFill(request, leg)).outcome;
    });
  }

  /** Loads anew what can still be served, unless somebody else does; the loader's error is thrown. */
  async refresh(request: LoadRequest, flight: Flight<SharedValue>, ignore: string): Promise<Refreshed> {
    return this.#fly(request, flight, async (leg) => {
      const begun = await this.#leases.beginAtOnce(request, ignore);
      if (begun?.kind !== 'leased') return { isRenewed: begun !== undefined };
      leg.lease = begun.lease;
      const { outcome, isStored } = await this.#loadAndFill(request, leg);
      return { isRenewed: isStored, refusal: outcome.refusal };
    });
  }

  /** Loads for one caller, and neither stores nor shares what comes of it. */
  async loadAlone(request: LoadRequest): Promise<Outcome> {
    this.nesting.noteUnknown(request.address);
    const frame = frameOf(this.context, request, { kind: 'load', flight: undefined });
    const result = await runInside(frame, request, (value) => conclude(this.context, request, value, frame));
    return outcomeOf(this.context, request, result);
  }

  async #fly<T>(request: LoadRequest, flight: Flight<SharedValue>, work: (leg: Leg) => Promise<T>): Promise<T> {
    const frame = frameOf(this.context, request, { kind: 'load', flight });
    const leg: Leg = { flight, frame, lease: undefined, landing: { kind: 'again' } };
    let landing: Promise<Landing<SharedValue>> | undefined;
    try {
      return await work(leg);
    } catch (error) {
      landing = this.#failureOf(request, leg, error);
      throw error;
    } finally {
      this.flights.close(flight);
      flight.land(landing ?? leg.landing);
    }
  }

  async #loadAndFill(request: LoadRequest, leg: Leg): Promise<{ outcome: Outcome; isStored: boolean }> {
    const { flight, frame, lease } = leg;
    const { clock } = this.context;
    flight.hasBegun = true;
    // A load that never ends must not keep everybody else waiting for ever.
    const stopWatching = clock.after(LONGEST_LOAD, () => this.flights.close(flight));
    const result = await this.#leases
      .keepDuring(lease, async (): Promise<Result> => {
        const begin = clock.monotonic();
        return runInside(frame, request, (value) => {
          const loadTime = Math.ceil(clock.monotonic() - begin);
          return { ...conclude(this.context, request, value, frame), loadTime };
        });
      })
      .finally(stopWatching);
    this.flights.close(flight);
    let filled: Filled | undefined;
    if (lease && flight.isDetached) void this.#leases.drop(lease, frame.dependencies);
    else if (lease) filled = await this.#leases.fill(request, lease, result, 'load');
    const isStored = filled?.isStored === true;
    const outcome = outcomeOf(this.context, request, result, isStored);
    const isShared = result.encoded !== undefined && result.decision.kind !== 'refuse';
    // What is not stored says nothing about the tags that it would have had.
    const confirmed = filled?.isConfirmed === true && (isStored || !request.hasLateTags);
    const { basis, token } = this.#groundsOf(request, leg, filled);
    leg.landing = isShared
      ? { kind: 'loaded', result: { value: result.encoded, basis, token }, confirmed }
      : { kind: 'alone' };
    await this.#noteLoaded(request, { filled, token });
    return { outcome, isStored };
  }

  /** What others who get the result build on. */
  #groundsOf(request: LoadRequest, { frame, lease }: Leg, filled: Filled | undefined): Omit<SharedValue, 'value'> {
    const token = filled?.isStored ? lease?.token : undefined;
    const own = lease && !request.hasLateTags ? this.nesting.basisOfLease(lease, filled?.expiresAt) : undefined;
    return { token, basis: own && frame.dependencies.asBasis(own) };
  }

  /** What the loads around this one have to know besides its lease. */
  async #noteLoaded(
    request: LoadRequest,
    { filled, token }: { readonly filled: Filled | undefined; readonly token: string | undefined },
  ): Promise<void> {
    const { address, hasLateTags } = request;
    if (!address.isDependedOn) return;
    if (filled) this.nesting.noteLifetime(address, filled.expiresAt);
    if (!hasLateTags) return;
    // Which generations its tags have, only its entry says.
    if (token) await this.nesting.noteWritten(address, token, entryLifetime(request));
    else this.nesting.noteUnknown(address);
  }

  /** A failure may be as old as a value: a post that was not there yet. Dropping the lease shows whether it is. */
  async #failureOf(request: LoadRequest, { frame, lease }: Leg, error: unknown): Promise<Landing<SharedValue>> {
    if (request.hasLateTags) this.nesting.noteUnknown(request.address);
    const isUnchanged = lease !== undefined && (await this.#leases.drop(lease, frame.dependencies));
    // A message may name the person whose data was used, as a value would.
    if (frame.taint !== undefined) return { kind: 'alone' };
    if (isAbort(error)) return { kind: 'again' };
    return { kind: 'failed', error, confirmed: isUnchanged && !request.hasLateTags };
  }

  async #waitForPredecessor(request: LoadRequest, flight: Flight<SharedValue>): Promise<void> {
    if (!flight.after) return;
    request.waits?.();
    const { clock, waitTimeout } = this.context;
    await within(flight.after.landed, waitTimeout, clock);
    flight.goOn();
  }
}

/** The caller gave up; that says nothing about what another caller would get. */
function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'AbortError';
}
