import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';

/**
 * What `work` comes to, or a rejection with what `lateError` makes once `delay` milliseconds have passed. The work goes
 * on after that, and its outcome is ignored.
 */
export function withDeadline<T>(
  work: Promise<T>,
  delay: number,
  lateError: () => Error,
  clock: Clock = systemClock,
): Promise<T> {
  return new Promise((resolve, reject) => {
    // After a pause of this process an answer that came in time may still be unread.
    const cancel = clock.after(delay, () => setImmediate(() => reject(lateError())));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
