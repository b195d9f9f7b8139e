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
  // After a pause of this process an answer that came in time may still be unread.
  return unlessLate(work, { delay, clock }, (_, reject) => setImmediate(() => reject(lateError())));
}

/** What `work` comes to, or undefined once `delay` milliseconds have passed. */
export function within<T>(work: Promise<T>, delay: number, clock: Clock): Promise<T | undefined> {
  return unlessLate<T | undefined>(work, { delay: Math.max(0, delay), clock }, (resolve) => resolve(undefined));
}

/** No timer outlives the work. */
function unlessLate<T>(
  work: Promise<T>,
  { delay, clock }: { readonly delay: number; readonly clock: Clock },
  late: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(delay, () => late(resolve, reject));
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
