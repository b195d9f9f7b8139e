/** The form in which a value was stored: as the method returned it, or as a handler's response shows it. */
export type EntryForm = 'value' | 'wire';

/** Plain JSON, or JSON with the types that JSON lacks written in. */
export type EntrySerializer = 'json' | 'tagged';

/** What is known of an entry besides its value. */
export interface EntryHeader {
  /** The token of the fill that wrote the entry; no two fills share one. */
  readonly token: string;
  /** When it was written and when it expires, in milliseconds since the Unix epoch, by the clock of its writer. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly serializer: EntrySerializer;
  readonly form: EntryForm;
  /** The `version` option of the method that wrote it; empty without one. */
  readonly version: string;
  /** The groups that the entry depends on, each with the generation it was built under. */
  readonly groups: ReadonlyMap<string, string>;
}

/** A value in the cache: a header, and the serialized value. */
export interface Entry {
  readonly header: EntryHeader;
  readonly payload: string;
}

/** Where an entry lives, and the groups whose generations decide whether it does. */
export interface Address {
  readonly path: string;
  /** The root, every prefix of the path, and the tags known before the load. */
  readonly groups: readonly string[];
}

/**
 * Whether an entry is alive: every group that its reader derives from the key, and every group that the entry names,
 * has exactly the generation recorded in the entry. A missing generation means dead.
 */
export function isAlive(
  header: EntryHeader,
  groups: readonly string[],
  generationOf: (group: string) => string | null | undefined,
): boolean {
  for (const group of groups) {
    if (!header.groups.has(group)) return false;
  }
  for (const [group, recorded] of header.groups) {
    if (generationOf(group) !== recorded) return false;
  }
  return true;
}
