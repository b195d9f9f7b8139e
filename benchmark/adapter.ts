/** What a call may say besides its key. */
export interface CallOptions<T> {
  readonly tags?: readonly string[];
  /** Tags that are known from the value only. */
  readonly lateTags?: (value: T) => readonly string[];
}

/** A cache as the scenarios use it. Keys are paths: `public:blog:42`. What a library cannot do is not there. */
export interface Cache {
  /** The value under a key, loaded and stored if there is none. */
  getOrSet<T>(key: string, load: () => Promise<T>, options?: CallOptions<T>): Promise<T>;
  /** Stores a value that replaces what was there. */
  set(key: string, value: unknown): Promise<void>;
  /** Drops the one entry of a key. */
  delete(key: string): Promise<void>;
  /** Drops every entry below a path. */
  deleteBelow?(path: string): Promise<void>;
  /** Drops every entry with the tag. */
  deleteTag?(tag: string): Promise<void>;
  /** Whether `getOrSet` takes tags that are known from the value only. */
  readonly takesLateTags?: boolean;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** One library and how it is set up. */
export interface Adapter {
  /** The packages that an application installs for it, with Redis; Nest and what belongs to it apart. */
  readonly packages: readonly string[];
  /** In one line, and why that is how its documentation wants it. */
  readonly setUp: string;
  /** Entries in this process; room for so many, or the library's default. */
  memory?(maxEntries?: number): Promise<Cache>;
  /** The same with values that all callers share and nobody can change. */
  frozen?(): Promise<Cache>;
  /** Entries in Redis and nowhere else, so that a write in one process is seen by all. */
  redis?(url: string): Promise<Cache>;
  /** Entries in a Redis cluster. */
  cluster?(nodes: readonly { host: string; port: number }[]): Promise<Cache>;
  /** Entries in Redis, with copies here of which each hit asks Redis whether they are still the ones. */
  validatedNear?(url: string): Promise<Cache>;
}

/** Thrown where a library or this release has nothing to be measured; the message is the reason. */
export class Cannot extends Error {}
