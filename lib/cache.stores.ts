import type { CheckedOptions } from './cache.options.js';
import { parseDuration } from './core/duration.js';
import { DEFAULT_STORE } from './operations/settings.js';

/** What stands in front of every key of a store. */
export function storePrefix({ prefix }: CheckedOptions, name: string): string {
  return name === DEFAULT_STORE ? prefix : `${prefix}:~${name}`;
}

/** The lifetime of each store's entries where nothing else says so, in milliseconds. */
export function storeLifetimes({ stores, ttl }: CheckedOptions): Map<string, number> {
  return new Map(
    [...stores].map(([name, store]) => [name, store.ttl === undefined ? ttl : parseDuration(store.ttl, 'ttl', name)]),
  );
}

/** The stores that name a lifetime of their own. */
export function storesWithTtl({ stores }: CheckedOptions): Set<string> {
  return new Set([...stores].flatMap(([name, { ttl }]) => (ttl === undefined ? [] : name)));
}
