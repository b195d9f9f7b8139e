import type { Duration } from './duration.js';
import { parseDuration } from './duration.js';
import { invalidOption } from './options.js';

/** What is said about serving entries whose lifetime is over. */
export interface StaleOptions {
  /**
   * For this long after `ttl` an entry is still served, while one caller in all processes renews it in the background.
   * What many ask for is renewed a little before its `ttl` is over. Default: not at all.
   */
  readonly staleWhileRevalidate?: Duration;
  /**
   * For this long after `ttl` an entry is served if the loader fails, or takes longer than `softTimeout`. Nest's
   * `HttpException` with a status below 500 is an answer, not a failure. Default: not at all.
   */
  readonly staleIfError?: Duration;
  /**
   * How long callers wait for the loader where `staleIfError` has something to serve in its place; it goes on in the
   * background. Default: until it ends.
   */
  readonly softTimeout?: Duration;
}

/** The same in milliseconds; 0 for not at all. */
export interface StaleWindows {
  readonly whileRevalidate: number;
  readonly ifError: number;
  /** Undefined: however long it takes. */
  readonly softTimeout: number | undefined;
}

export const STALE_OPTIONS = ['staleWhileRevalidate', 'staleIfError', 'softTimeout'] as const;

/**
 * What the options say, or undefined where none is given.
 *
 * @throws CacheError `DURATION_INVALID`, and `OPTION_INVALID` where they contradict each other.
 */
export function parseStaleWindows(options: StaleOptions, where: string): StaleWindows | undefined {
  const { staleWhileRevalidate, staleIfError, softTimeout: timeout } = options;
  if (staleWhileRevalidate === undefined && staleIfError === undefined && timeout === undefined) return undefined;
  const [whileRevalidate, ifError, softTimeout] = STALE_OPTIONS.map((option) =>
    options[option] === undefined ? undefined : parseDuration(options[option], option, where),
  );
  if (softTimeout !== undefined && ifError === undefined) {
    const expected =
      'left out without "staleIfError", which says for how long a stale value may be served in its place';
    throw invalidOption('softTimeout', where, options.softTimeout, expected);
  }
  if (ifError !== undefined && whileRevalidate !== undefined && ifError <= whileRevalidate) {
    const expected = `longer than "staleWhileRevalidate", '${staleWhileRevalidate}', in which errors reach nobody anyway`;
    throw invalidOption('staleIfError', where, staleIfError, expected);
  }
  if (whileRevalidate === undefined && ifError === undefined) return undefined;
  return { whileRevalidate: whileRevalidate ?? 0, ifError: ifError ?? 0, softTimeout };
}
