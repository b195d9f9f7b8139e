import { within } from '../resilience/deadline.js';
import type { SingleFlight } from '../resilience/single-flight.js';
import { outsideFrames } from './frames.js';
import { isDueEarly, isWithin } from './freshness.js';
import { LONGEST_LOAD } from './lease-holder.js';
import type { Loader } from './loader.js';
import type { Sight } from './looks.js';
import { Pauses } from './pauses.js';
import type { EngineContext, LoadRequest, Outcome, SharedValue } from './request.js';
import { hitOf } from './result.js';

/** A caller that may be answered before its load ends. */
interface Waiter {
  readonly request: LoadRequest;
  /** On the clock's monotonic time. */
  readonly began: number;
  isAnswered: boolean;
}

/** How long nobody in this process tries to renew an entry after an attempt that came to nothing, in milliseconds. */
const PAUSE = 1_000;

/**
 * Serves entries whose lifetime is over, and has them renewed. Only callers whose own read found the entry alive get it:
 * what was invalidated is never served, however long it may be kept.
 */
export class StaleValues {
  readonly #pauses: Pauses;
  /** Of which keys a failure was told a moment ago: everybody who waited for one load gets the same. */
  readonly #told: Pauses;

  constructor(
    private readonly context: EngineContext,
    private readonly flights: SingleFlight<SharedValue>,
    private readonly loader: Loader,
  ) {
    this.#pauses = new Pauses(context.clock);
    this.#told = new Pauses(context.clock);
  }

  /** What a caller gets without waiting: a hit, or a stale value that is renewed meanwhile. */
  serve(request: LoadRequest, { snapshot, verdict }: Sight): Outcome | undefined {
    if (!snapshot || (verdict !== 'hit' && !this.#isServedAtOnce(request, { snapshot, verdict }))) return undefined;
    const { entry } = snapshot;
    const hit = hitOf(this.context, request, entry);
    if (!hit) return undefined;
    if (this.#isToBeRenewed(request, { snapshot, verdict })) this.#renew(request, entry.header.token);
    return verdict === 'hit' ? hit : { ...hit, status: 'stale' };
  }

  /** Whether a stale value may take the place of a load that fails or is slow. */
  isFallback({ stale }: LoadRequest, { snapshot, verdict }: Sight): boolean {
    if (!snapshot || !stale || verdict !== 'stale') return false;
    return isWithin(snapshot.entry.header, stale.ifError, this.context.clock.now());
  }

  /**
   * What comes of the load, or the stale value where it fails or is slow and another look finds that alive. A slow load
   * goes on, and nobody waits for it any more.
   */
  async instead(
    waiter: Waiter,
    load: () => Promise<Outcome | undefined>,
    lookAgain: () => Promise<Sight>,
  ): Promise<Outcome | undefined> {
    const { request } = waiter;
    const loading = load();
    const isLate = await this.#isLate(waiter, loading);
    const failure = isLate ? undefined : await failureOf(loading);
    if (!isLate && (!failure || !request.stale!.isFailure(failure.error))) return loading;
    const value = this.#fallback(request, await lookAgain());
    if (!value) return loading;
    waiter.isAnswered = true;
    if (isLate) this.#pauses.set(keyOf(request), LONGEST_LOAD);
    void failureOf(loading).then((late) => this.#ended(request, late));
    return value;
  }

  #isServedAtOnce(request: LoadRequest, sight: Pick<Sight, 'snapshot' | 'verdict'>): boolean {
    const { stale } = request;
    if (!stale || !sight.snapshot || sight.verdict !== 'stale') return false;
    const { header } = sight.snapshot.entry;
    const now = this.context.clock.now();
    if (isWithin(header, stale.whileRevalidate, now)) return true;
    return isWithin(header, stale.ifError, now) && this.#pauses.has(keyOf(request));
  }

  /** What is served after its lifetime, and early what many ask for. */
  #isToBeRenewed({ stale }: LoadRequest, { snapshot, verdict }: Pick<Sight, 'snapshot' | 'verdict'>): boolean {
    if (!stale?.whileRevalidate || !snapshot) return false;
    const { clock, chance } = this.context;
    return verdict === 'stale' || isDueEarly(snapshot.entry.header, clock.now(), chance.next());
  }

  #fallback(request: LoadRequest, sight: Sight): Outcome | undefined {
    const { snapshot, verdict } = sight;
    if (!snapshot || !(verdict === 'hit' || this.isFallback(request, sight))) return undefined;
    const hit = hitOf(this.context, request, snapshot.entry);
    return hit && { ...hit, status: verdict === 'hit' ? 'hit' : 'stale' };
  }

  /** Not a child of the load that the caller may be in: it outlives it, and nothing that it reads goes into it. */
  #renew(request: LoadRequest, token: string): void {
    if (this.#pauses.has(keyOf(request))) return;
    void outsideFrames(() => this.#refresh(request, token));
  }

  async #refresh(request: LoadRequest, token: string): Promise<void> {
    try {
      await request.answered?.();
      const { path, groups } = request.address;
      const role = this.flights.join({
        key: path,
        groups,
        variant: variantOf(request),
        reachable: true,
        ancestors: [],
      });
      if (role.kind !== 'lead') return;
      const { isRenewed, refusal } = await this.loader.refresh(request, role.flight, token);
      if (refusal) this.#ended(request, { error: refusal });
      else if (isRenewed) this.#ended(request, undefined);
      else this.#pauses.set(keyOf(request), PAUSE);
    } catch (error) {
      this.#ended(request, { error });
    }
  }

  /** A load of which nobody got the outcome. */
  #ended(request: LoadRequest, failure: Failure | undefined): void {
    const key = keyOf(request);
    if (!failure) return this.#pauses.end(key);
    this.#pauses.set(key, PAUSE);
    if (this.#told.has(key)) return;
    this.#told.set(key, PAUSE);
    const { error } = failure;
    this.context.tell({ kind: 'refresh-failed', key: this.context.keyPrefix + request.address.path, error });
  }

  async #isLate({ request, began }: Waiter, loading: Promise<unknown>): Promise<boolean> {
    const { clock } = this.context;
    const ended = failureOf(loading).then(() => false);
    const { softTimeout } = request.stale!;
    if (softTimeout === undefined) return ended;
    return (await within(ended, began + softTimeout - clock.monotonic(), clock)) ?? true;
  }
}

interface Failure {
  readonly error: unknown;
}

/** How a promise failed, or undefined when it did not. */
async function failureOf(promise: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Only callers who want a value in the same shape may share a load. */
export function variantOf({ shape, version }: LoadRequest): string {
  return `${shape.form} ${version}`;
}

function keyOf(request: LoadRequest): string {
  return `${request.address.path}\n${variantOf(request)}`;
}
