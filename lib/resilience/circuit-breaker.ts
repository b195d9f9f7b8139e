import type { Chance } from '../core/chance.js';
import type { Clock } from '../core/clock.js';
import { FIRST_PAUSE, pauseAfter } from './attempts.js';

/** What a breaker is at: `closed` lets calls through, `open` refuses them, `half-open` waits for what its probe finds. */
export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly outage: Outage }
  /**
   * `isOpenedAgain`: something failed while the probe was under way, which may have missed it. `isOutdated`: it can be
   * reached again since the probe began, which may fail all the same.
   */
  | { readonly kind: 'half-open'; readonly outage: Outage; isOpenedAgain: boolean; isOutdated: boolean };

/** A time in which calls are refused. */
export interface Outage {
  /** The failure that began it. */
  readonly error: unknown;
  /** On the clock's monotonic time. */
  since: number;
  /** The same, unless it worked for a moment: then since when it fails again. */
  failingSince: number;
  /** How many calls were refused so far. */
  refused: number;
  /** How many probes have failed so far. */
  probes: number;
  /** Since when it works, as far as is known, on the same time; undefined while it does not. */
  worksSince?: number | undefined;
}

export interface BreakerOptions {
  readonly clock: Clock;
  /** How many failures in a row open it. */
  readonly threshold: number;
  /** Asks whether what failed works again. */
  readonly probe: () => Promise<void>;
  readonly opened: (outage: Outage) => void;
  readonly closed: (outage: Outage) => void;
  /** For how long it must work before an outage is over that was of a length, in milliseconds. Default 0. */
  readonly recovery?: (length: number) => number;
  /** So that processes do not probe together. */
  readonly chance?: Chance;
}

/**
 * Stops asking what keeps failing (M. Nygard, "Release It!", the pattern of the same name). It probes by itself, after
 * 100 milliseconds and then up to 250 apart, so that no caller pays for finding out.
 */
export class CircuitBreaker {
  #state: BreakerState = { kind: 'closed', failures: 0 };
  #cancel: (() => void) | undefined;
  #isStopped = false;
  #probing: Promise<void> | undefined;

  constructor(private readonly options: BreakerOptions) {}

  get state(): BreakerState {
    return this.#state;
  }

  /** The outage for which a call must be refused; it is counted. Undefined when the call may go on. */
  refusal(): Outage | undefined {
    if (this.#state.kind === 'closed') return undefined;
    this.#state.outage.refused++;
    return this.#state.outage;
  }

  succeeded(): void {
    if (this.#state.kind === 'closed' && this.#state.failures > 0) this.#state = { kind: 'closed', failures: 0 };
  }

  failed(error: unknown): void {
    if (this.#state.kind !== 'closed') return;
    const failures = this.#state.failures + 1;
    this.#state = { kind: 'closed', failures };
    if (failures >= this.options.threshold) this.open(error);
  }

  /** Opens at once, whatever the number of failures, because of what began `age` milliseconds ago. */
  open(error: unknown, age = 0): void {
    if (this.#state.kind === 'half-open') this.#state.isOpenedAgain = true;
    const since = this.options.clock.monotonic() - age;
    if (this.#state.kind !== 'closed') return this.#failsAgain(this.#state.outage, since);
    const outage = { error, since, failingSince: since, refused: 0, probes: 0 };
    this.#state = { kind: 'open', outage };
    this.options.opened(outage);
    this.#probeLater(outage);
  }

  /** What failed can be reached again. */
  probeNow(): void {
    if (this.#state.kind === 'open') this.#probeAfter(0, this.#state.outage);
    if (this.#state.kind === 'half-open') this.#state.isOutdated = true;
  }

  /** Ends the probing, and waits for a probe under way; the state stays what it is. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#probing;
  }

  /** @param took how long the probe before took, so that what counts are the pauses between two beginnings. */
  #probeLater(outage: Outage, took = 0): void {
    this.#probeAfter(Math.max(0, pauseAfter(outage.probes + 1, this.options.chance) - took), outage);
  }

  #probeAfter(delay: number, outage: Outage): void {
    if (this.#isStopped) return;
    this.#cancel?.();
    this.#cancel = this.options.clock.after(delay, () => {
      this.#probing = this.#probe(outage);
    });
  }

  async #probe(outage: Outage): Promise<void> {
    const probing = { kind: 'half-open' as const, outage, isOpenedAgain: false, isOutdated: false };
    this.#state = probing;
    const { clock } = this.options;
    const began = clock.monotonic();
    try {
      do {
        probing.isOpenedAgain = false;
        await this.options.probe();
      } while (probing.isOpenedAgain);
    } catch {
      outage.probes++;
      this.#failsAgain(outage);
      this.#state = { kind: 'open', outage };
      return probing.isOutdated ? this.#probeAfter(0, outage) : this.#probeLater(outage, clock.monotonic() - began);
    }
    this.#worked(outage);
  }

  /** @param since when it began to fail, as somebody finds out now. */
  #failsAgain(outage: Outage, since = Infinity): void {
    outage.since = Math.min(outage.since, since);
    if (outage.worksSince === undefined) return;
    outage.worksSince = undefined;
    outage.failingSince = this.options.clock.monotonic();
  }

  /** It closes after a success, unless it has to be seen for a while that it works. */
  #worked(outage: Outage): void {
    const { clock, recovery, closed } = this.options;
    const now = clock.monotonic();
    outage.worksSince ??= now;
    const left = (recovery?.(outage.worksSince - outage.since) ?? 0) - (now - outage.worksSince);
    if (left > 0) {
      this.#state = { kind: 'open', outage };
      return this.#probeAfter(Math.min(left, FIRST_PAUSE), outage);
    }
    this.#state = { kind: 'closed', failures: 0 };
    closed(outage);
  }
}
