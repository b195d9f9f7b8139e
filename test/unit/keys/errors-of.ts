import { CacheError } from '../../../lib/core/errors.js';

/** The error that a call throws, which has to be ours. */
export function errorOf(call: () => unknown): CacheError {
  try {
    call();
  } catch (error) {
    if (CacheError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Why a key is refused; undefined where it is not, and any other error as a text. */
export function reasonOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return CacheError.is(error, 'KEY_MALFORMED') ? error.details.reason : String(error);
  }
}
