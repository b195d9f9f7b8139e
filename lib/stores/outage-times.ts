import { CacheError } from '../core/errors.js';
import { RECOVERY_TIME } from '../resilience/attempts.js';
import type { Outage } from '../resilience/circuit-breaker.js';

/** How long after a store began to fail a write waits for its end, in milliseconds. */
const GRACE = 500;
/** How long a write waits later on for its own invalidation: a server that works again answers within this. */
export const ANSWER_TIME = 50;
/**
 * An outage that took no longer lost no invalidation, in milliseconds: the pauses between attempts are short at first, so
 * every process has made one while its writes still wait.
 */
export const BLIP = 200;

/**
 * Until when a write waits that was asked for at a time. Where only a part of the store fails other processes go on with
 * the rest of it, and may be the first to find that part back: there each write has a time of its own.
 *
 * @param error why the write was not carried out, which may be another reason than that of the outage.
 */
export function graceEnd(outage: Outage, asked: number, error: unknown = outage.error): number {
  return (isPartial(error) || isPartial(outage.error) ? asked : outage.failingSince) + GRACE;
}

/**
 * For how long a store must work before it is read again. One process is connected again before another one is, and
 * would go on with what that one was told to invalidate: by then each has delivered what waited.
 */
export function recoveryAfter(outage: Outage, length: number): number {
  return isPartial(outage.error) || length <= BLIP ? 0 : RECOVERY_TIME;
}

function isPartial(error: unknown): boolean {
  return CacheError.is(error, 'STORE_UNAVAILABLE') && error.details.isPartial === true;
}
