import { DEFAULT_STORE } from './settings.js';

/** The token under which the runtime of an application is provided. */
export const CACHE_RUNTIME = Symbol.for('nestash:runtime');

const CACHE = 'nestash:cache:';

/** The token of the service of a named cache. */
export function cacheToken(name: string = DEFAULT_STORE): symbol {
  return Symbol.for(CACHE + name);
}

/** The name of the cache that a token stands for, or undefined for any other token. */
export function cacheNameOf(token: unknown): string | undefined {
  const text = typeof token === 'symbol' ? Symbol.keyFor(token) : undefined;
  return text?.startsWith(CACHE) ? text.slice(CACHE.length) : undefined;
}
