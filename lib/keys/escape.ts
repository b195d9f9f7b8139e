import { describeValue } from '../core/describe.js';
import { digest, DIGEST_LENGTH, UnsupportedValue } from '../core/digest.js';
import { CacheError } from '../core/errors.js';
import { escapeText, flawOf } from './characters.js';

/** Stands for "nobody is signed in" where an identity is asked for. */
export const ANONYMOUS: unique symbol = Symbol.for('nestash.anonymous');

/** The most characters of a path. */
export const LONGEST_PATH = 1024;
/** The most segments of a path. */
export const MOST_SEGMENTS = 32;
/** The most characters of a segment without a marker. */
export const LONGEST_SEGMENT = 128;

/** A path in which nothing can be wrong but its size, as most are. */
const PLAIN = /^[\w.-]+(?::[\w.-]+)*$/;

// At most one marker, with the literal text that a template has around its placeholder.
const MARKED = new RegExp(`^([^~]*)~(?:none|null|empty|anon|[\\w-]{${DIGEST_LENGTH}})([^~]*)$`);

/**
 * One value as one segment of a path. Scalars go in as text, so that `42` and `'42'` name the same thing; no other two
 * values share a segment. Objects become a hash, and nothing in a value can act as a separator or a wildcard.
 *
 * @param room How many characters the encoded text may have, 128 by default; a longer one is replaced by its hash.
 * @throws UnsupportedValue for functions, symbols, and whatever else `digest` refuses.
 */
export function encodeSegment(value: unknown, room = LONGEST_SEGMENT): string {
  switch (typeof value) {
    case 'string':
      return encodeText(value, room);
    case 'number':
    case 'bigint':
    case 'boolean':
      return encodeText(String(value), room);
    case 'undefined':
      return '~none';
    default:
      if (value === ANONYMOUS) return '~anon';
      return value === null ? '~null' : `~${digest(value)}`;
  }
}

/**
 * The path that a caller of `CacheService` names: a string is a path that is already encoded, the elements of an array
 * are encoded one by one.
 *
 * @param where What asks for it, for messages.
 * @throws CacheError `KEY_MALFORMED`
 */
export function pathOf(key: string | readonly unknown[], where?: string): string {
  if (Array.isArray(key)) return pathOfElements(key, where);
  if (typeof key !== 'string') throw noPath(key, where);
  if (key.length <= LONGEST_SEGMENT && PLAIN.test(key)) return checkedSize(key, where);
  for (const segment of key.split(':')) {
    const flaw = flawOfSegment(segment);
    if (flaw !== undefined) throw malformed(key, flaw, where);
  }
  return checkedSize(key, where);
}

/**
 * The path that a key function returned. In a string everything but `:` is encoded, for it may hold values; a value
 * with a `:` of its own belongs into an array.
 *
 * @param where What asks for it, for messages.
 * @throws CacheError `KEY_MALFORMED` for anything but a string or an array.
 */
export function pathOfFunctionResult(result: unknown, where?: string): string {
  if (Array.isArray(result)) return pathOfElements(result, where);
  if (typeof result === 'string') return pathOfElements(result.split(':'), where);
  throw noPath(result, where);
}

/**
 * A tag is a path like a key: `'author:7'` and `['author', 7]` are what the template `author:<<id>>` makes of 7. What a
 * function for tags returns goes through `pathOfFunctionResult`.
 *
 * @param where What asks for it, for messages.
 * @throws CacheError `KEY_MALFORMED`
 */
export function encodeTag(tag: string | number | readonly unknown[], where?: string): string {
  return pathOf(typeof tag === 'number' ? [tag] : tag, where);
}

/** The path itself, if it is within the limits. @throws CacheError `KEY_MALFORMED` */
export function checkedSize(path: string, where?: string): string {
  if (path.length > LONGEST_PATH) throw malformed(path, `is longer than ${LONGEST_PATH} characters`, where);
  if (path.length > 2 * MOST_SEGMENTS && path.split(':').length > MOST_SEGMENTS)
    throw malformed(path, `has more than ${MOST_SEGMENTS} segments`, where);
  return path;
}

/** Why a segment cannot be part of an encoded path, to be put after the name of the key; or undefined. */
export function flawOfSegment(segment: string): string | undefined {
  if (segment === '') return 'has an empty segment';
  const marked = MARKED.exec(segment);
  if (marked) return flawOf(marked[1] ?? '') ?? flawOf(marked[2] ?? '');
  const flaw = flawOf(segment);
  if (flaw === undefined && segment.length > LONGEST_SEGMENT) {
    return `has a segment of more than ${LONGEST_SEGMENT} characters, which only an array can name`;
  }
  return flaw;
}

/** A `KEY_MALFORMED` error, with a long key cut short. */
export function malformed(key: string, reason: string, where?: string): CacheError<'KEY_MALFORMED'> {
  return new CacheError('KEY_MALFORMED', { key: key.length > 200 ? `${key.slice(0, 200)}…` : key, reason, where });
}

function noPath(found: unknown, where: string | undefined): CacheError<'KEY_MALFORMED'> {
  return malformed('', `is ${describeValue(found)} instead of an array or a string`, where);
}

function encodeText(text: string, room: number): string {
  if (text === '') return '~empty';
  // Encoding only lengthens, so that a very long text need not be encoded to be found too long.
  const encoded = text.length > room ? text : escapeText(text);
  return encoded.length > room ? `~${digest(text)}` : encoded;
}

function pathOfElements(elements: readonly unknown[], where: string | undefined): string {
  if (elements.length === 0) throw malformed('', 'is an empty array', where);
  const segments: string[] = [];
  // Not map: it would leave holes out.
  for (const [position, element] of elements.entries()) {
    try {
      segments.push(encodeSegment(element));
    } catch (error) {
      if (!(error instanceof UnsupportedValue)) throw error;
      throw malformed(
        segments.join(':'),
        `goes on with ${error.found} at position ${position}, which cannot be part of a key`,
        where,
      );
    }
  }
  return checkedSize(segments.join(':'), where);
}
