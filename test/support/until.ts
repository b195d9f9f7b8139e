import { systemClock } from '../../lib/core/clock.js';

/**
 * Asks until the answer is true, for so many milliseconds at most.
 *
 * @param seen what there is instead, for whoever reads that it did not happen.
 */
export async function until(
  ask: () => boolean | Promise<boolean>,
  limit = 20_000,
  seen?: () => Promise<string>,
): Promise<void> {
  const deadline = systemClock.monotonic() + limit;
  while (!(await ask())) {
    if (systemClock.monotonic() > deadline) {
      const instead = seen ? `\n${await seen()}` : '';
      throw new Error(`It did not happen within ${limit} ms: ${ask.toString()}${instead}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
