import type { Fault } from './fault.js';

/** Until everything is as before and the hits were counted, in milliseconds. */
const REST = 5_000;

/** Faults in an order of chance, each before any comes again where there is time for it. */
export class Schedule {
  #left: readonly Fault[] = [];
  #lastFailover = -Infinity;
  readonly #missing: Set<Fault>;

  constructor(
    private readonly faults: readonly Fault[],
    private readonly random: () => number,
  ) {
    this.#missing = new Set(faults);
  }

  /** Whether everything has happened. */
  get isComplete(): boolean {
    return this.#missing.size === 0;
  }

  /** One that is over before the end; undefined for none. */
  next(end: number): Fault | undefined {
    const now = performance.now();
    if (this.#left.length === 0) this.#left = this.faults;
    const mayBegin = ({ duration, interval = 0 }: Fault) =>
      now + duration + REST < end && now >= this.#lastFailover + interval;
    const possible = this.#left.filter(mayBegin);
    const from = possible.length > 0 ? possible : this.faults.filter(mayBegin);
    const fault = from[Math.floor(this.random() * from.length)];
    if (!fault) return undefined;
    this.#left = this.#left.filter((each) => each !== fault);
    this.#missing.delete(fault);
    if (fault.interval) this.#lastFailover = now;
    return fault;
  }
}
