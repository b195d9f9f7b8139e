const TICK_MS = 10;

/**
 * How long this process was held up since this was made, by a machine that is slow or stands still: what it measures
 * may take longer by that, and nothing is wrong.
 */
export class HeldUp {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();
  #late = 0;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** In milliseconds; ends the measuring. */
  stop(): number {
    clearInterval(this.#timer);
    this.#tick();
    return this.#late;
  }

  #tick(): void {
    const now = performance.now();
    this.#late += Math.max(0, now - this.#last - TICK_MS);
    this.#last = now;
  }
}
