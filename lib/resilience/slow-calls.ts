import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { withDeadline } from './deadline.js';

/** One slow call may have met a pause of whoever answers; three one after the other are its pace. */
const THRESHOLD = 3;
const SLOW = new Error('slow');

/**
 * Calls with a deadline, of which those that take more than half of it are slow (as with the slow call threshold of
 * resilience4j). Pauses of this process are no slowness.
 */
export class SlowCalls {
  #begun = 0;
  #inARow = 0;
  /** How many had begun when the last slow one ended: calls that were under way together count once. */
  #counted = 0;

  /** @param slow is called at the end of a slow call that is not the first ones in a row. */
  constructor(
    private readonly deadline: number,
    private readonly slow: () => void,
    private readonly clock: Clock = systemClock,
  ) {}

  /** How long a call may take without being slow, in milliseconds. */
  get limit(): number {
    return this.deadline / 2;
  }

  watch<T>(work: Promise<T>, lateError: () => Error): Promise<T> {
    const call = ++this.#begun;
    return withDeadline(work, this.limit, () => SLOW, this.clock).then(
      (answer) => {
        this.#inARow = 0;
        return answer;
      },
      (error: unknown) => {
        if (error !== SLOW) throw error;
        return this.#watchSlow(call, work, lateError);
      },
    );
  }

  async #watchSlow<T>(call: number, work: Promise<T>, lateError: () => Error): Promise<T> {
    const answer = await withDeadline(work, this.deadline - this.limit, lateError, this.clock);
    if (call > this.#counted) {
      this.#counted = this.#begun;
      this.#inARow++;
    }
    if (this.#inARow >= THRESHOLD) this.slow();
    return answer;
  }
}
