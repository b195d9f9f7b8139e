/** The form in which a value was stored: as the method returned it, or as a handler's response shows it. */
export type EntryForm = 'value' | 'wire';

/** Plain JSON, or JSON with the types that JSON lacks written in. */
export type EntrySerializer = 'json' | 'tagged';

/** How a payload was made smaller in a store. */
export type EntryCompression = 'gzip';

/** What is known of an entry besides its value. */
export interface EntryHeader {
  /** The token of the fill that wrote the entry; no two fills share one. */
  readonly token: string;
  /** When it was written and when it expires, in milliseconds since the Unix epoch, by the clock of its writer. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How long after that it is kept to be served stale, in milliseconds; 0 for not at all. */
  readonly staleFor: number;
  /** How long its load took, in milliseconds; 0 where it is not known. */
  readonly loadTime: number;
  readonly serializer: EntrySerializer;
  readonly form: EntryForm;
  /** The `version` option of the method that wrote it; empty without one. */
  readonly version: string;
  /** The strong validator of the payload as the body of a response, without quotes; empty for none. */
  readonly etag: string;
  /** Header fields that belong to the payload, in the words of who wrote it; empty for none. */
  readonly headers: string;
  /** The groups that the entry depends on, each with the generation it was built under. */
  readonly groups: ReadonlyMap<string, string>;
  /** What it depends on besides, in other places. */
  readonly elsewhere: readonly Elsewhere[];
}

/** Groups whose generations are not where the entry is: in another cache, or in another shard of a cluster. */
export interface Elsewhere {
  /** The name of the cache. */
  readonly store: string;
  /** A path of that cache in whose place they are. */
  readonly path: string;
  readonly groups: ReadonlyMap<string, string>;
}

/** A value in the cache: a header, and the serialized value. */
export interface Entry {
  readonly header: EntryHeader;
  readonly payload: string;
  /** Its value, in a store that keeps it in this process: null until somebody reads it. Undefined where the next read makes another entry. */
  master?: Master | null;
}

/** A value that was decoded once for all who read it. It is handed to nobody, only copied, unless it is frozen. */
export interface Master {
  readonly value: unknown;
  readonly isFrozen: boolean;
}

/** Where an entry lives, and the groups whose generations decide whether it does. */
export interface Address {
  readonly path: string;
  /** The root, every prefix of the path, and the tags known before the load. */
  readonly groups: readonly string[];
  /**
   * Whether something is built from the entry. Then it gets a generation of its own, in the group `entryGroup(path)`, and
   * its readers are told which: what kills the entry alone kills what was built from it, too.
   */
  readonly isDependedOn?: boolean;
  /** The groups besides those of the path, where somebody knows them apart. */
  readonly tags?: readonly string[];
}

/**
 * Whether an entry is alive: every group that its reader derives from the key, and every group that the entry names,
 * has exactly the generation recorded in the entry. A missing generation means dead.
 */
export function isAlive(
  header: EntryHeader,
  groups: readonly string[],
  generations: { get(group: string): string | null | undefined },
): boolean {
  for (const group of groups) {
    if (!header.groups.has(group)) return false;
  }
  for (const [group, recorded] of header.groups) {
    if (generations.get(group) !== recorded) return false;
  }
  return true;
}
