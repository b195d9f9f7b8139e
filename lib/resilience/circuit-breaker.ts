import type { Chance } from '../core/chance.js';
import { systemChance } from '../core/chance.js';
import type { Clock } from '../core/clock.js';

/** What a breaker is at: `closed` lets calls through, `open` refuses them, `half-open` waits for what its probe finds. */
export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly outage: Outage }
  /** `isOpenedAgain`: something failed while the probe was under way, which may have missed it. */
  | { readonly kind: 'half-open'; readonly outage: Outage; isOpenedAgain: boolean };

/** A time in which calls are refused. */
export interface Outage {
  /** The failure that began it. */
  readonly error: unknown;
  /** On the clock's monotonic time. */
  readonly since: number;
  /** Resolves when it is over. */
  readonly ended: Promise<void>;
  /** How many calls were refused so far. */
  refused: number;
  /** How many probes have failed so far. */
  probes: number;
}

export interface BreakerOptions {
  readonly clock: Clock;
  /** How many failures in a row open it. */
  readonly threshold: number;
  /** Asks whether what failed works again. */
  readonly probe: () => Promise<void>;
  readonly opened: (outage: Outage) => void;
  readonly closed: (outage: Outage) => void;
  /** So that processes do not probe together. */
  readonly chance?: Chance;
}

const FIRST_PROBE = 100;
const LAST_PROBE = 500;

/**
 * Stops asking what keeps failing (M. Nygard, "Release It!", the pattern of the same name). It probes by itself, after
 * 100 milliseconds and then up to 500 apart, so that no caller pays for finding out.
 */
export class CircuitBreaker {
  #state: BreakerState = { kind: 'closed', failures: 0 };
  #cancel: (() => void) | undefined;
  #end: (() => void) | undefined;
  #isStopped = false;
  #probing: Promise<void> | undefined;
  /** Whether the next probe was brought forward. */
  #isHurried = false;

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

  /** Opens at once, whatever the number of failures. */
  open(error: unknown): void {
    if (this.#state.kind === 'half-open') this.#state.isOpenedAgain = true;
    if (this.#state.kind !== 'closed') return;
    const ended = new Promise<void>((resolve) => (this.#end = resolve));
    const outage = { error, since: this.options.clock.monotonic(), ended, refused: 0, probes: 0 };
    this.#state = { kind: 'open', outage };
    this.options.opened(outage);
    this.#probeLater(outage);
  }

  /** Something was answered: the next probe comes soon. */
  hurry(): void {
    if (this.#state.kind !== 'open' || this.#isHurried) return;
    this.#cancel?.();
    this.#isHurried = true;
    this.#probeAfter(FIRST_PROBE, this.#state.outage);
  }

  /** Ends the probing, and waits for a probe under way; the state stays what it is. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#probing;
  }

  #probeLater(outage: Outage): void {
    this.#isHurried = false;
    this.#probeAfter(Math.min(FIRST_PROBE * 2 ** outage.probes, LAST_PROBE), outage);
  }

  #probeAfter(delay: number, outage: Outage): void {
    if (this.#isStopped) return;
    const { clock, chance = systemChance } = this.options;
    this.#cancel = clock.after(delay * (0.8 + 0.2 * chance.next()), () => {
      this.#probing = this.#probe(outage);
    });
  }

  async #probe(outage: Outage): Promise<void> {
    const probing = { kind: 'half-open' as const, outage, isOpenedAgain: false };
    this.#state = probing;
    try {
      do {
        probing.isOpenedAgain = false;
        await this.options.probe();
      } while (probing.isOpenedAgain);
      this.#state = { kind: 'closed', failures: 0 };
      this.#end?.();
      this.options.closed(outage);
    } catch {
      outage.probes++;
      this.#state = { kind: 'open', outage };
      this.#probeLater(outage);
    }
  }
}
