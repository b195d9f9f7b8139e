import { CacheError } from '../core/errors.js';
import { invalidOption } from '../core/options.js';
import type { StaleOptions } from '../core/stale-windows.js';
import { STALE_OPTIONS, parseStaleWindows } from '../core/stale-windows.js';
import type { StaleRules } from '../engine/request.js';
import type { MethodFacts } from './method-facts.js';

/** What goes wrong while an application runs; every other error of the cache is a mistake in the program. */
const FAILURES = ['STORE_UNAVAILABLE', 'LOCK_NOT_ACQUIRED', 'LOCK_LOST'] as const;

/** Who gives options, the closest first. */
export type GivenStaleOptions = readonly StaleOptions[];

/**
 * When a method's entries are served although their lifetime is over; undefined for never.
 *
 * @throws CacheError `DURATION_INVALID`, and `OPTION_INVALID` for options that contradict each other or the method.
 */
export function planStale(given: GivenStaleOptions, { where, inputs, isHandler }: MethodFacts): StaleRules | undefined {
  const first = STALE_OPTIONS.find((option) => given.some((options) => options[option] !== undefined));
  if (!first) return undefined;
  const merged: StaleOptions = Object.fromEntries(
    STALE_OPTIONS.map((option) => [option, given.map((each) => each[option]).find((value) => value !== undefined)]),
  );
  if (isHandler && inputs.some(({ kind }) => kind === 'response')) {
    const expected = 'left out where a handler takes @Res(): it runs again, or fails, when something else is answered';
    throw invalidOption(first, where, merged[first], expected);
  }
  return staleRules(merged, where);
}

/** @throws CacheError `DURATION_INVALID`, and `OPTION_INVALID` for options that contradict each other. */
export function staleRules(options: StaleOptions, where: string): StaleRules | undefined {
  const windows = parseStaleWindows(options, where);
  return windows && { ...windows, isFailure };
}

/**
 * Whether an error says that the loader failed. A 404 is what it has to say.
 *
 * @see RFC 5861, section 4: the errors are those with which a server says that it failed
 */
function isFailure(error: unknown): boolean {
  if (CacheError.is(error)) return FAILURES.some((code) => code === error.code);
  const { getStatus } = (error ?? {}) as { getStatus?: unknown };
  if (typeof getStatus !== 'function') return true;
  const status: unknown = getStatus.call(error);
  return typeof status !== 'number' || status >= 500;
}
