import type { Address } from '../core/entry.js';
import { formatDuration } from '../core/duration.js';
import { isThenable, messageOf } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { Clock } from '../core/clock.js';
import type { Tell } from '../core/events.js';
import { ROOT_GROUP } from '../keys/groups.js';
import type { Outage } from '../resilience/circuit-breaker.js';
import { CircuitBreaker } from '../resilience/circuit-breaker.js';
import { withDeadline } from '../resilience/deadline.js';
import { ANSWER_TIME, BLIP, GRACE, recoveryAfter } from './outage-times.js';
import type { BeginRequest, Begun, CacheStore, FillRequest, Invalidation, Lease } from './store.js';
import { Undelivered } from './undelivered.js';

export interface GuardSettings {
  /** The name of the cache, for messages. */
  readonly name: string;
  readonly clock: Clock;
  readonly tell: Tell;
}

/** A lone failure may be a pause of the server; three in a row are an outage. */
const THRESHOLD = 3;
/** A path that no key can have. */
const PROBE: Address = { path: '~probe', groups: [ROOT_GROUP] };
/** How many invalidations are sent during an outage while nothing answers. The last one invalidates everything. */
const MOST_UNANSWERED = 1_000;
const EVERYTHING: Invalidation = { groups: [ROOT_GROUP], paths: [], globs: [] };

/**
 * A store that is left alone while it keeps failing, and after an invalidation that it did not confirm: until every
 * such invalidation has been delivered, this process neither reads nor fills, for the entries may be older than the
 * write. After an outage it waits until other processes have had the time to deliver theirs. What it refuses is rejected
 * at once, and the engine goes on without the store.
 */
export class GuardedStore implements CacheStore {
  readonly kind: string;
  readonly #undelivered = new Undelivered();
  readonly #breaker: CircuitBreaker;
  /** How many invalidations were sent in a row, during outages, without an answer in time to any of them. */
  #unanswered = 0;
  /** Whether it answers what is sent during an outage, if late. */
  #isSlow = false;

  constructor(
    private readonly inner: CacheStore,
    private readonly settings: GuardSettings,
  ) {
    this.kind = inner.kind;
    const { name: store, clock, tell } = settings;
    this.#breaker = new CircuitBreaker({
      clock,
      threshold: THRESHOLD,
      probe: () => this.#recover(),
      recovery: recoveryAfter,
      opened: ({ error }) => tell({ kind: 'store-rests', store, error }),
      closed: (outage) => {
        this.#unanswered = 0;
        this.#isSlow = false;
        tell({ kind: 'store-works', store, refused: outage.refused, after: clock.monotonic() - outage.since });
      },
    });
  }

  async connect(): Promise<void> {
    try {
      await this.inner.connect();
    } catch (error) {
      if (CacheError.is(error, 'STORE_UNAVAILABLE')) this.#breaker.open(error);
      throw error;
    }
  }

  /** It can be reached again after so many milliseconds: what waits is delivered at once. */
  reconnected(absence: number): void {
    const reason = `it was not connected for ${formatDuration(Math.ceil(absence))}`;
    if (absence > BLIP) this.#breaker.open(this.#failure('connect', reason), absence);
    this.#breaker.probeNow();
  }

  /** It answers too late to be of use. */
  slow(error: unknown): void {
    this.#isSlow = true;
    this.#breaker.open(error);
  }

  /** What answers at once is never left alone: a failure costs its caller no time. */
  read(address: Address): ReturnType<CacheStore['read']> {
    if (this.#breaker.state.kind !== 'closed') return this.#guard('read', async () => this.inner.read(address));
    const answer = this.inner.read(address);
    return isThenable(answer) ? this.#guard('read', () => answer) : answer;
  }

  placeOf(path: string): string {
    return this.inner.placeOf(path);
  }

  generations(path: string, groups: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    return this.#guard('read', () => this.inner.generations(path, groups));
  }

  begin(request: BeginRequest): Promise<Begun> {
    return this.#guard('begin', () => this.inner.begin(request));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.#guard('renew', () => this.inner.renew(lease));
  }

  fill(request: FillRequest): Promise<boolean> {
    return this.#guard('fill', () => this.inner.fill(request));
  }

  lock(name: string, token: string, lifetime: number): Promise<boolean> {
    return this.#guard('lock', () => this.inner.lock(name, token, lifetime));
  }

  /** A lock that is held is worth an attempt at any time. */
  extendLock(name: string, token: string, lifetime: number): Promise<boolean> {
    return this.inner.extendLock(name, token, lifetime);
  }

  unlock(name: string, token: string): Promise<void> {
    return this.inner.unlock(name, token);
  }

  async invalidate(invalidation: Invalidation): Promise<void> {
    await this.#delivered('invalidate', invalidation, () => this.inner.invalidate(invalidation));
  }

  async clear(): Promise<void> {
    await this.#delivered('clear', EVERYTHING, () => this.inner.clear());
  }

  /** Tries once more to deliver what waits. */
  async close(): Promise<void> {
    await this.#breaker.stop();
    const { name: store, tell } = this.settings;
    try {
      if (!this.#undelivered.isEmpty) await this.#deliver();
    } catch (error) {
      tell({ kind: 'invalidations-lost', store, count: this.#undelivered.size, error });
    }
    await this.inner.close();
  }

  async #guard<T>(operation: string, send: () => Promise<T>): Promise<T> {
    const outage = this.#breaker.refusal();
    if (outage) throw this.#resting(operation, outage);
    try {
      const answer = await send();
      this.#breaker.succeeded();
      return answer;
    } catch (error) {
      // What can be read is of use although it takes nothing new, as a full server does.
      if (operation === 'read' && !isHarmless(error)) this.#breaker.failed(error);
      throw error;
    }
  }

  /**
   * What is not confirmed is queued before anybody can read again. A connection that breaks is soon there again, so the
   * first half second of an outage is waited for. During an outage invalidations are sent all the same: a server that
   * hangs carries them out as it wakes up, before it can answer other processes.
   */
  async #delivered(operation: string, invalidation: Invalidation, send: () => Promise<void>): Promise<void> {
    const outage = this.#breaker.refusal();
    try {
      await (outage ? this.#answered(send, operation, outage) : send());
    } catch (error) {
      this.#isSlow = false;
      this.#undelivered.add(invalidation);
      this.settings.tell({ kind: 'invalidation-queued', store: this.settings.name, waiting: this.#undelivered.size });
      this.#breaker.open(error);
      if (!(await this.#isDeliveredSoon())) throw error;
      return;
    }
    // Whoever is told that an invalidation was confirmed may rely on those before it.
    if (!outage || this.#undelivered.isDelivered || (await this.#isDeliveredSoon())) return;
    throw this.#resting(operation, outage);
  }

  /**
   * Waits for a moment: other processes may be at work again, and would go on with what was to be invalidated. A client
   * may keep what a server that hangs has not taken for as long as that goes on, so at some point no more is sent:
   * what is carried out last covers the rest.
   */
  async #answered(send: () => Promise<void>, operation: string, outage: Outage): Promise<void> {
    const { clock } = this.settings;
    if (this.#unanswered >= MOST_UNANSWERED) throw this.#resting(operation, outage);
    const now = clock.monotonic();
    const sent = ++this.#unanswered === MOST_UNANSWERED ? this.inner.invalidate(EVERYTHING) : send();
    void sent.then(
      () => (this.#unanswered = 0),
      // What is refused at once is left with nobody.
      () => clock.monotonic() - now < ANSWER_TIME && this.#unanswered > 0 && this.#unanswered--,
    );
    if (this.#isSlow || outage.worksSince !== undefined) return sent;
    const delay = Math.max(outage.failingSince + GRACE - now, ANSWER_TIME);
    return withDeadline(sent, delay, () => this.#resting(operation, outage), clock);
  }

  /** Whether everything that waits is delivered while a write waits for it. */
  async #isDeliveredSoon(): Promise<boolean> {
    const { clock } = this.settings;
    const { state } = this.#breaker;
    if (state.kind === 'closed') return true;
    const left = state.outage.failingSince + GRACE - clock.monotonic();
    if (left <= 0) return false;
    return new Promise((resolve) => {
      const cancel = clock.after(left, () => end(false));
      const forget = this.#undelivered.onceDelivered(() => end(true));
      const end = (isDelivered: boolean): void => {
        cancel();
        forget();
        resolve(isDelivered);
      };
    });
  }

  async #recover(): Promise<void> {
    if (this.#undelivered.isEmpty) await this.inner.read(PROBE);
    else await this.#deliver();
  }

  async #deliver(): Promise<void> {
    const count = await this.#undelivered.deliver((invalidation) => this.inner.invalidate(invalidation));
    this.settings.tell({ kind: 'invalidations-delivered', store: this.settings.name, count });
  }

  #resting(operation: string, { error, since }: Outage): CacheError<'STORE_UNAVAILABLE'> {
    const time = formatDuration(Math.ceil(this.settings.clock.monotonic() - since));
    const cause = CacheError.is(error, 'STORE_UNAVAILABLE') ? error.details.reason : messageOf(error);
    return this.#failure(operation, `it has been left alone for ${time} because it failed: ${cause}`, true);
  }

  #failure(operation: string, reason: string, isResting = false): CacheError<'STORE_UNAVAILABLE'> {
    return new CacheError('STORE_UNAVAILABLE', { store: this.settings.name, operation, reason, isResting });
  }
}

/** Whether a failure says nothing new about the store, or nothing about its other keys. */
function isHarmless(error: unknown): boolean {
  return CacheError.is(error, 'STORE_UNAVAILABLE') && (error.details.isPartial || error.details.isRepeated) === true;
}
