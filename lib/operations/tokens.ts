import { DEFAULT_STORE } from './settings.js';

/** The token under which the runtime of an application is provided. */
export const CACHE_RUNTIME = Symbol.for('nestash:runtime');

/** The token of the service of a named cache. */
export function cacheToken(name: string = DEFAULT_STORE): symbol {
  return Symbol.for(`nestash:cache:${name}`);
}
