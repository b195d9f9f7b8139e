import { bucketGroup, bucketOf, groupOf, parsePattern } from '../keys/groups.js';
import type { Glob, Invalidation } from '../stores/store.js';

/** What is invalidated, in the terms of its caller: encoded patterns, and the groups of tags. */
export interface Targets {
  readonly patterns: readonly string[];
  readonly tagGroups: readonly string[];
  /** How long nothing is stored of what is loaded after it, in milliseconds; not with patterns that are no paths. */
  readonly settle?: number | undefined;
}

/**
 * What a store has to delete for these targets: of a path its generation, lease and entry; of a tag the generation of
 * its bucket and its own.
 *
 * @throws CacheError `KEY_MALFORMED` for a pattern that is none.
 */
export function invalidationOf({ patterns, tagGroups, settle }: Targets): Invalidation {
  const groups = new Set<string>();
  const paths = new Set<string>();
  const globs: Glob[] = [];
  for (const tag of tagGroups) groups.add(bucketGroup(bucketOf(tag))).add(tag);
  for (const text of patterns) {
    const pattern = parsePattern(text);
    if (pattern.kind === 'glob') globs.push(pattern);
    else {
      groups.add(groupOf(pattern.path));
      if (pattern.path) paths.add(pattern.path);
    }
  }
  return { groups: [...groups], paths: [...paths], globs, settle };
}

/** Whether an invalidation hits a load under way, as far as its key and static tags tell. */
export function isFlightHit(
  flight: { readonly key: string; readonly groups: readonly string[] },
  { groups, paths, globs }: Invalidation,
): boolean {
  if (paths.includes(flight.key) || globs.some((glob) => glob.matches(flight.key))) return true;
  return flight.groups.some((group) => groups.includes(group));
}
