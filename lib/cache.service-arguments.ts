import type { Key } from './cache.service-options.js';
import { invalidOption } from './core/options.js';
import { isCatalogKey } from './keys/catalog.js';
import { malformed } from './keys/escape.js';

const TAGS = "an array of tags, such as ['posts', 'author:7']";

/**
 * Refuses what only callers without types pass: the key of a catalog for a single key, no object for options, one tag
 * for several. Whether a key is a path, and whether an option exists, is checked where they are used.
 *
 * @throws CacheError `KEY_MALFORMED`, `OPTION_INVALID`
 */
export function checkCall(key: Key, options: object, where: string): void {
  if (isCatalogKey(key)) throw malformed(key.template, 'is the key of a catalog, which only invalidate() takes', where);
  checkObject(options, 'options', where);
  const { tags } = options as { tags?: unknown };
  if (tags !== undefined) checkTags(tags, where);
}

/** @throws CacheError `OPTION_INVALID` for anything but an object. */
export function checkObject(value: unknown, name: string, where: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw invalidOption(name, where, value, 'an object');
}

/** @throws CacheError `OPTION_INVALID` for anything but an array. */
export function checkTags(tags: unknown, where: string): void {
  if (!Array.isArray(tags)) throw invalidOption('tags', where, tags, TAGS);
}

/** @throws CacheError `OPTION_INVALID` for anything but an array. */
export function checkKeys(keys: unknown, where: string): void {
  if (!Array.isArray(keys))
    throw invalidOption('keys', where, keys, "an array of keys, such as ['posts:1', 'posts:2']");
}

/** @throws CacheError `OPTION_INVALID` for anything but what yields pairs. */
export function pairsOf(entries: unknown, where: string): (readonly [key: Key, value: unknown])[] {
  const isIterable = typeof (entries as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === 'function';
  const pairs = isIterable && typeof entries === 'object' ? [...(entries as Iterable<unknown>)] : undefined;
  if (pairs?.every(Array.isArray)) return pairs as [Key, unknown][];
  throw invalidOption('entries', where, entries, 'a Map, or an array of pairs of a key and a value');
}

/** @throws CacheError `OPTION_INVALID` for anything but a function. */
export function checkFunction(value: unknown, name: string, where: string): void {
  if (typeof value !== 'function') throw invalidOption(name, where, value, 'a function');
}
