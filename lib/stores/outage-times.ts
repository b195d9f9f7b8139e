import { RECOVERY_TIME } from '../resilience/attempts.js';

/** How long after a store began to fail a write waits for its end, in milliseconds. */
export const GRACE = 500;
/** How long a write waits later on for its own invalidation: a server that works again answers within this. */
export const ANSWER_TIME = 50;
/**
 * An outage that took no longer lost no invalidation, in milliseconds: the pauses between attempts are short at first, so
 * every process has made one while its writes still wait.
 */
export const BLIP = 200;

/**
 * For how long a store must work before it is read again after an outage of a length. One process is connected again
 * before another one is, and would go on with what that one was told to invalidate: by then each has delivered what waited.
 */
export function recoveryAfter(length: number): number {
  return length <= BLIP ? 0 : RECOVERY_TIME;
}
