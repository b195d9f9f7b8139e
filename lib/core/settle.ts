import type { Duration } from './duration.js';
import { parseDuration, writeDuration } from './duration.js';
import { invalidOption } from './options.js';

/** What a write says about the replicas of a database that loaders read from. */
export interface SettleOptions {
  /**
   * How far they lag, at most `'1m'`: for this long after the write nothing is stored of what it invalidates, and
   * everybody loads. Default: loaders see every write at once.
   */
  settle?: Duration;
}

/** A longer lag is an outage of the replica, and would keep everything that is written often out of the cache. */
const LONGEST = 60_000;

/**
 * The option `settle` in milliseconds; undefined where it is left out.
 *
 * @throws CacheError `DURATION_INVALID`; `OPTION_INVALID` for more than a minute.
 */
export function parseSettle(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined;
  const window = parseDuration(value, 'settle', where);
  if (window <= LONGEST) return window;
  throw invalidOption('settle', where, value, `at most '${writeDuration(LONGEST)}'`);
}

/**
 * Refuses `settle` for a pattern with wildcards: what it will match is not known, so it cannot be kept from being stored.
 *
 * @throws CacheError `OPTION_INVALID`
 */
export function refuseUnsettled(window: number | undefined, pattern: string, where: string): void {
  if (window === undefined) return;
  const expected = `left out for the pattern "${pattern}", or the pattern a path: its wildcards match keys that do not exist yet`;
  throw invalidOption('settle', where, writeDuration(window), expected);
}
