import type { Clock } from '../core/clock.js';

const MOST = 10_000;

/** Which keys were tried in vain a moment ago, so that not every caller tries again. */
export class Pauses {
  /** When each ends, on the clock's monotonic time. */
  readonly #ends = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** From now on, for so many milliseconds. */
  set(key: string, duration: number): void {
    this.#ends.delete(key);
    this.#ends.set(key, this.clock.monotonic() + duration);
    if (this.#ends.size > MOST) for (const oldest of this.#ends.keys()) return void this.#ends.delete(oldest);
  }

  end(key: string): void {
    this.#ends.delete(key);
  }

  has(key: string): boolean {
    const end = this.#ends.get(key);
    if (end === undefined) return false;
    if (this.clock.monotonic() < end) return true;
    this.#ends.delete(key);
    return false;
  }
}
