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

/** What `work` comes to, or undefined once `delay` milliseconds have passed; no timer outlives the work. */
export async function within<T>(work: Promise<T>, delay: number, clock: Clock): Promise<T | undefined> {
  let cancel: (() => void) | undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(Math.max(0, delay), () => resolve(undefined));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel?.();
  }
}
