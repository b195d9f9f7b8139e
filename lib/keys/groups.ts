import { createHash } from 'node:crypto';
import type { Address } from '../core/entry.js';
import { UnsupportedValue } from '../core/digest.js';
import { CacheError, PARTITION } from '../core/errors.js';
import { checkedSize, encodeSegment, flawOfSegment, malformed, pathOf } from './escape.js';
import { covers, LONGEST_PATTERN, WILDCARD } from './glob.js';

/** What an invalidation means: a path with everything below it, or a pattern that is looked for. */
export type Pattern =
  | {
      readonly kind: 'path';
      /** Empty for everything. */
      readonly path: string;
    }
  | {
      readonly kind: 'glob';
      /** The whole segments in front of the first wildcard; empty for none. */
      readonly literal: string;
      /** Whether the pattern covers the path, or something that the path is below. */
      matches(path: string): boolean;
    };

/** The group that every entry is in. */
export const ROOT_GROUP = '~root';

/** What the groups of single entries begin with. */
export const ENTRY_GROUPS = '~entry:';

const PARTITION_MARK = '~p.';

/** How many groups the tags are spread over that are known only after a load. Part of the key format. */
export const BUCKETS = 256;

const ONLY_ROOT: readonly string[] = Object.freeze([ROOT_GROUP]);
const MOST_PARENTS = 1_000;
/** By the longest prefix among them. What stands side by side is in the same groups, and shares one list of them. */
const groupsByParent = new Map<string, readonly string[]>();

/**
 * The groups of a path: the root, and every prefix that ends in front of a `:`. For paths that have them in common it is
 * often the very same list.
 */
export function groupsOf(path: string): readonly string[] {
  const end = path.lastIndexOf(':');
  if (end < 0) return ONLY_ROOT;
  const parent = path.slice(0, end);
  let groups = groupsByParent.get(parent);
  if (groups) return groups;
  if (groupsByParent.size >= MOST_PARENTS) groupsByParent.clear();
  groupsByParent.set(parent, (groups = Object.freeze([ROOT_GROUP, ...prefixesOf(parent), parent])));
  return groups;
}

function prefixesOf(path: string): string[] {
  const prefixes: string[] = [];
  for (let colon = path.indexOf(':'); colon >= 0; colon = path.indexOf(':', colon + 1)) {
    prefixes.push(path.slice(0, colon));
  }
  return prefixes;
}

/** The address of a path and its tags. The groups are put together when somebody asks for them: a hit in memory does not. */
export class PathAddress implements Address {
  #groups: readonly string[] | undefined;

  constructor(
    readonly path: string,
    readonly tags: readonly string[],
    readonly isDependedOn = false,
  ) {}

  get groups(): readonly string[] {
    return (this.#groups ??= withTags(groupsOf(this.path), this.tags));
  }
}

function withTags(groups: readonly string[], tags: readonly string[]): readonly string[] {
  return tags.length === 0 ? groups : [...new Set([...groups, ...tags])];
}

/** The group of everything below a path; the root for the empty path. */
export function groupOf(path: string): string {
  return path === '' ? ROOT_GROUP : path;
}

/**
 * The group of a tag. `~tag` can be no segment of a path, so it is never the group of a path, and behind the segment of
 * a tenant never the group of another's tag.
 *
 * @param partition What `partitionSegment` returned; left out where there are no tenants.
 */
export function tagGroup(encodedTag: string, partition?: string): string {
  return withPartition(partition, `~tag:${encodedTag}`);
}

/**
 * The group of one entry alone, of which only what was built from the entry knows; it is invalidated by whatever deletes
 * the entry. `~entry` can be no segment of a path.
 */
export function entryGroup(path: string): string {
  return ENTRY_GROUPS + path;
}

/** The number of the bucket of a tag's group, 0 to 255. Part of the key format. */
export function bucketOf(group: string): number {
  return createHash('sha256').update(group).digest().readUInt8(0) % BUCKETS;
}

/** The group that stands for all tags of a bucket. */
export function bucketGroup(bucket: number): string {
  return `~bucket:${bucket}`;
}

/**
 * The first segment of everything that belongs to a tenant: `~p.acme`.
 *
 * @param where What asks for it, for messages.
 * @throws CacheError `KEY_VALUE_MISSING` for `undefined`, `null` and the empty text; `KEY_VALUE_UNSUPPORTED`
 */
export function partitionSegment(value: unknown, where: string): string {
  const placeholder = PARTITION;
  if (value === undefined || value === null || value === '') {
    const reason = `it is ${value === '' ? 'empty' : String(value)}, and no two tenants may share that`;
    throw new CacheError('KEY_VALUE_MISSING', { placeholder, where, reason });
  }
  try {
    return PARTITION_MARK + encodeSegment(value);
  } catch (error) {
    if (!(error instanceof UnsupportedValue)) throw error;
    throw new CacheError('KEY_VALUE_UNSUPPORTED', { placeholder, where, found: error.found });
  }
}

/**
 * A path or tag of a tenant; unchanged without one. The empty path is everything that the tenant has.
 *
 * @param partition What `partitionSegment` returned.
 */
export function withPartition(partition: string | undefined, path: string): string {
  if (partition === undefined) return path;
  return path === '' ? partition : `${partition}:${path}`;
}

/**
 * The pattern that a caller of `CacheService` names, to be read by `parsePattern`: in a string, which is encoded already,
 * `*` and `?` are wildcards; the elements of an array are values and nothing else.
 *
 * @param where What asks for it, for messages.
 * @throws CacheError `KEY_MALFORMED`
 */
export function patternOf(key: string | readonly unknown[], where?: string): string {
  if (typeof key !== 'string' || !WILDCARD.test(key)) return pathOf(key, where);
  const segments = segmentsOf(key);
  checkPattern(key, segments, where);
  return segments.join(':');
}

/**
 * Reads a pattern in which every value is encoded already, and which may begin with the segment of a tenant. `*` as a
 * segment stands for one segment, within a segment for any characters of it; `?` stands for one character of the
 * encoded key. `a:b:*` is `a:b`; `*` and the empty pattern are everything, of the tenant if there is one.
 *
 * @throws CacheError `KEY_MALFORMED`
 */
export function parsePattern(pattern: string): Pattern {
  const segments = segmentsOf(pattern);
  checkPattern(pattern, segments[0]?.startsWith(PARTITION_MARK) ? segments.slice(1) : segments);
  const wild = segments.findIndex((segment) => WILDCARD.test(segment));
  if (wild < 0) return { kind: 'path', path: segments.join(':') };
  return { kind: 'glob', literal: segments.slice(0, wild).join(':'), matches: (path) => covers(segments, path) };
}

function segmentsOf(pattern: string): readonly string[] {
  const segments = pattern === '' ? [] : pattern.split(':').map((segment) => segment.replace(/\*+/g, '*'));
  while (segments.at(-1) === '*') segments.pop();
  return segments;
}

function checkPattern(pattern: string, segments: readonly string[], where?: string): void {
  for (const segment of segments) {
    const literal = segment.replace(/[*?]/g, '');
    const flaw = literal === '' && segment !== '' ? undefined : flawOfSegment(literal);
    if (flaw !== undefined) throw malformed(pattern, flaw, where);
  }
  const text = segments.join(':');
  if (!WILDCARD.test(text)) checkedSize(text, where);
  else if (text.length > LONGEST_PATTERN) {
    throw malformed(pattern, `is a pattern with wildcards of more than ${LONGEST_PATTERN} characters`, where);
  }
}
