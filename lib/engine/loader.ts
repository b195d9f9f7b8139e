import type { Flight, Landing, SingleFlight } from '../resilience/single-flight.js';
import { sleep } from '../core/clock.js';
import type { EncodedValue } from '../serialization/codec.js';
import type { Lease } from '../stores/store.js';
import type { Frame } from './frames.js';
import { activeFrames, insideFrame } from './frames.js';
import { LONGEST_LOAD, LeaseHolder } from './lease-holder.js';
import type { EngineContext, LoadRequest, Outcome } from './request.js';
import type { Result } from './result.js';
import { conclude, hitOf, outcomeOf } from './result.js';

/** Carries a miss through the protocol: begin, load, fill. */
export class Loader {
  readonly #leases: LeaseHolder;

  constructor(
    private readonly context: EngineContext,
    private readonly flights: SingleFlight<EncodedValue>,
  ) {
    this.#leases = new LeaseHolder(context);
  }

  /** Loads for everybody who joins the flight. Whatever happens, the flight lands. */
  async lead(request: LoadRequest, flight: Flight<EncodedValue>, ignore: string | undefined): Promise<Outcome> {
    let landing: Landing<EncodedValue> | Promise<Landing<EncodedValue>> = { kind: 'again' };
    let lease: Lease | undefined;
    const frame = this.#frame(request, 'load', flight);
    try {
      await this.#waitForPredecessor(flight);
      const begun = await this.#leases.begin(request, ignore);
      const hit = begun?.kind === 'alive' ? hitOf(this.context, request, begun.entry) : undefined;
      if (hit) return hit;
      lease = begun?.kind === 'leased' ? begun.lease : undefined;
      const loaded = await this.#loadAndFill(request, frame, { flight, lease });
      landing = loaded.landing;
      return loaded.outcome;
    } catch (error) {
      this.flights.close(flight);
      landing = this.#failureOf(request, frame, lease, error);
      throw error;
    } finally {
      this.flights.close(flight);
      flight.land(landing);
    }
  }

  /** Loads for one caller, and neither stores nor shares what comes of it. */
  async loadAlone(request: LoadRequest): Promise<Outcome> {
    const frame = this.#frame(request, 'load', undefined);
    const value = await insideFrame(frame, () => request.load());
    return outcomeOf(this.context, request, conclude(this.context, request, value, frame));
  }

  /**
   * Runs a method whose result replaces the entry and everything below it. Whatever keeps it from being stored leaves
   * the invalidation. `beforeFill` runs when the method has succeeded and nothing has been stored yet.
   */
  async put(
    request: LoadRequest,
    flight: Flight<EncodedValue>,
    beforeFill: (value: unknown) => Promise<void>,
  ): Promise<Outcome> {
    const lease = await this.#leases.seize(request);
    const frame = this.#frame(request, 'put', flight);
    let value: unknown;
    try {
      value = await this.#leases.keepDuring(lease, () => insideFrame(frame, () => request.load()));
    } catch (error) {
      if (lease) void this.#leases.drop(lease);
      throw error;
    }
    let result: Result;
    try {
      await beforeFill(value);
      result = conclude(this.context, request, value, frame);
    } catch (error) {
      await this.#invalidate(request.address.path);
      throw error;
    }
    const isStorable = result.encoded !== undefined && result.decision.kind === 'store';
    const isStored = isStorable && lease !== undefined && (await this.#leases.fill(request, lease, result, 'put'));
    const undelivered = isStored ? undefined : await this.#invalidate(request.address.path);
    return { ...outcomeOf(this.context, request, result), undelivered };
  }

  async #loadAndFill(
    request: LoadRequest,
    frame: Frame,
    { flight, lease }: { flight: Flight<EncodedValue>; lease: Lease | undefined },
  ): Promise<{ outcome: Outcome; landing: Landing<EncodedValue> }> {
    flight.hasBegun = true;
    // A load that never ends must not keep everybody else waiting for ever.
    const stopWatching = this.context.clock.after(LONGEST_LOAD, () => this.flights.close(flight));
    const result = await this.#leases
      .keepDuring(lease, async () => {
        const value = await insideFrame(frame, () => request.load());
        return conclude(this.context, request, value, frame);
      })
      .finally(stopWatching);
    this.flights.close(flight);
    let isConfirmed = false;
    if (lease && flight.isDetached) void this.#leases.drop(lease);
    else if (lease) isConfirmed = await this.#leases.fill(request, lease, result, 'load');
    const outcome = outcomeOf(this.context, request, result);
    const isShared = result.encoded !== undefined && result.decision.kind !== 'refuse';
    if (!isShared) return { outcome, landing: { kind: 'alone' } };
    // What is not stored says nothing about the tags that it would have had.
    const confirmed = isConfirmed && (result.decision.kind === 'store' || !request.hasLateTags);
    return { outcome, landing: { kind: 'loaded', result: result.encoded, confirmed } };
  }

  /** A failure may be as old as a value: a post that was not there yet. Dropping the lease shows whether it is. */
  async #failureOf(
    request: LoadRequest,
    frame: Frame,
    lease: Lease | undefined,
    error: unknown,
  ): Promise<Landing<EncodedValue>> {
    const isUnchanged = lease !== undefined && (await this.#leases.drop(lease));
    // A message may name the person whose data was used, as a value would.
    if (frame.taintedBy !== undefined) return { kind: 'alone' };
    if (isAbort(error)) return { kind: 'again' };
    return { kind: 'failed', error, confirmed: isUnchanged && !request.hasLateTags };
  }

  async #waitForPredecessor(flight: Flight<EncodedValue>): Promise<void> {
    if (!flight.after) return;
    await Promise.race([flight.after.landed, sleep(this.context.clock, this.context.waitTimeout)]);
    flight.goOn();
  }

  async #invalidate(path: string): Promise<Error | undefined> {
    try {
      await this.context.store.invalidate({ groups: [path], paths: [path], globs: [] });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #frame(request: LoadRequest, kind: 'load' | 'put', flight: Flight<EncodedValue> | undefined): Frame {
    return {
      store: this.context.name,
      path: request.address.path,
      kind,
      flight: flight as Flight<unknown> | undefined,
      parent: activeFrames()[0],
      contextual: request.contextual,
      isActive: true,
      taintedBy: undefined,
    };
  }
}

/** The caller gave up; that says nothing about what another caller would get. */
function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'AbortError';
}
