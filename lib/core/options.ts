import { describeValue } from './describe.js';
import { CacheError } from './errors.js';

/**
 * Refuses options that do not exist, so that a misspelt one is never silently ignored.
 *
 * @throws CacheError `OPTION_UNKNOWN`, or `OPTION_INVALID` when `options` is no object at all.
 */
export function checkOptionNames(options: unknown, available: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption('options', where, options, `an object with some of ${available.join(', ')}`);
  }
  for (const option of Object.keys(options)) {
    if (!available.includes(option)) throw new CacheError('OPTION_UNKNOWN', { option, where, available });
  }
}

/** An `OPTION_INVALID` that describes the value found. */
export function invalidOption(option: string, where: string, found: unknown, expected: string): CacheError {
  return new CacheError('OPTION_INVALID', {
    option,
    where,
    found: found === undefined ? 'missing' : describeValue(found),
    expected,
  });
}

/** A whole number of at least `least`, or the default where the option is left out. */
export function wholeNumber(
  value: unknown,
  { option, where, least, otherwise }: { option: string; where: string; least: number; otherwise: number },
): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw invalidOption(option, where, value, `a whole number of at least ${least}`);
}
