import type { Clock } from '../core/clock.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is moved.
 *
 * @example
 * const clock = new FakeClock();
 * const store = new MemoryStore(limits, clock);
 * await clock.advance(60_000);
 */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #elapsed = 0;
  #jumped = 0;

  /** @param start The wall-clock time at first, in milliseconds since the Unix epoch. */
  constructor(private readonly start = Date.UTC(2030, 0, 1)) {}

  now(): number {
    return this.start + this.#jumped + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delay: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + Math.max(0, delay), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many callbacks wait for their time. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves the wall-clock time alone, as somebody does who sets the clock. */
  jump(milliseconds: number): void {
    this.#jumped += milliseconds;
  }

  /** Lets time pass in which nothing runs, as in a process that is blocked. */
  stall(milliseconds: number): void {
    this.#elapsed += milliseconds;
  }

  /** Lets time pass. Each callback runs at its time, and what it leads to has happened before the next one runs. */
  async advance(milliseconds: number): Promise<void> {
    await settled();
    const end = this.#elapsed + milliseconds;
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#elapsed = timer.at;
      timer.callback();
      await settled();
    }
    this.#elapsed = end;
    await settled();
  }

  /** Of two with the same time the older one goes first. */
  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer;
    return next;
  }
}

/** Resolves when every promise that waits for no timer, server or disk has run its course. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
