import { invalidOption } from '../core/options.js';
import { ENTRY_GROUPS, entryGroup } from '../keys/groups.js';
import type { StoreNamespace } from './store.js';

/** Names that a cache cannot have, because generations, leases and locks stand under them. */
const RESERVED = ['~gen', '~lease', '~lock'];
/** Stands in front of a group in the name of the mark that says it is closed. No group has a name like it. */
export const CLOSED = '~closed:';
/** Stands where the name of a group would. */
const ALL_PUBLISHED = '~all-published';

const SEGMENT = /^[\p{L}\p{N}._-]+$/u;
const VERSION_SEGMENT = /^v\d+$/;
const GLOB_CHARACTERS = /[*?[\]\\]/g;

/** What a key that concerns one path alone stands for: `own` is the generation of its entry, the same for all versions. */
export type KeyKind = 'entry' | 'lease' | 'own';

/** What stands in front of the path, of whatever version: for a scan, and to read it off a key. */
const FORMS = {
  entry: { scanned: 'v*:', read: /^v\d+:(.+)$/s },
  lease: { scanned: '~lease:v*:', read: /^~lease:v\d+:(.+)$/s },
  own: { scanned: `~gen:${ENTRY_GROUPS}`, read: new RegExp(`^~gen:${ENTRY_GROUPS}(.+)$`, 's') },
} as const satisfies Record<KeyKind, { scanned: string; read: RegExp }>;

/** The names of everything that one cache keeps in Redis, or in one shard of a cluster. */
export class RedisKeys {
  /** Stands in front of the name of a group. */
  readonly generationPrefix: string;
  /** The channel on which is published what is deleted; empty in a cluster, where no connection would hear all of it. */
  readonly deletions: string;
  readonly #prefix: string;
  readonly #base: string;
  readonly #version: string;

  /**
   * @param tag the hash tag of the shard, in a cluster.
   * @throws CacheError `OPTION_INVALID` for a prefix that could reach the keys of others.
   */
  constructor(
    { prefix, version }: StoreNamespace,
    private readonly tag?: string,
  ) {
    checkPrefix(prefix);
    this.#prefix = `${prefix}:`;
    this.#base = tag === undefined ? this.#prefix : `${this.#prefix}{${tag}}:`;
    this.generationPrefix = `${this.#base}~gen:`;
    this.deletions = tag === undefined ? `${this.#prefix}~deleted` : '';
    this.#version = `v${version}:`;
  }

  entry(path: string): string {
    return this.#base + this.#version + path;
  }

  lease(path: string): string {
    return `${this.#base}~lease:${this.#version}${path}`;
  }

  generation(group: string): string {
    return this.generationPrefix + group;
  }

  /** The generation of the entry itself. */
  own(path: string): string {
    return this.generation(entryGroup(path));
  }

  generations(groups: readonly string[]): string[] {
    return groups.map((group) => this.generation(group));
  }

  /** The mark of a closed group. Nothing but its time to live takes it away: an invalidation deletes generations. */
  closed(group: string): string {
    return this.generation(CLOSED + group);
  }

  /** The mark that is there for as long as everything was published that was deleted. */
  get allPublished(): string {
    return this.generation(ALL_PUBLISHED);
  }

  /** What a script that deletes is told, so that others hear of it: the channel, and the mark for who may not publish. */
  get announcing(): readonly [channel: string, mark: string] {
    return [this.deletions, this.allPublished];
  }

  /** The group or path that a generation or an entry is about; any other key as it is. */
  nameOf(key: string): string {
    for (const prefix of [this.generationPrefix, this.entry('')])
      if (key.startsWith(prefix)) return key.slice(prefix.length);
    return key;
  }

  lock(name: string): string {
    return `${this.#base}~lock:${name}`;
  }

  /** What `SCAN` is to match to find the keys of all versions and shards whose path begins with these whole segments. */
  scanPattern(kind: KeyKind, literal: string): string {
    const shard = this.tag === undefined ? '' : '{??}:';
    const below = literal === '' ? '' : `${literal}:`;
    return `${escapeGlob(this.#prefix)}${shard}${FORMS[kind].scanned}${escapeGlob(below)}*`;
  }

  /** The path that a key stands for, of whatever version and shard; undefined for a key that only looks like one. */
  pathOf(kind: KeyKind, key: string): string | undefined {
    if (!key.startsWith(this.#prefix)) return undefined;
    const rest = key.slice(this.#prefix.length);
    const inShard = this.tag === undefined ? rest : /^\{\w\w\}:(.*)$/s.exec(rest)?.[1];
    return inShard === undefined ? undefined : FORMS[kind].read.exec(inShard)?.[1];
  }
}

/**
 * A segment such as `v2` behind the first would make `shop:v2` name the second version of `shop`, so that clearing
 * one would empty the other; a brace is the hash tag of a cluster.
 */
function checkPrefix(prefix: string): void {
  const expected =
    'segments of letters, digits and . _ - between colons, such as "prod:shop", none but the first like "v2"';
  const segments = typeof prefix === 'string' ? prefix.split(':') : [''];
  const isFine = segments.every((segment, index) => {
    const isCacheName = index > 0 && index === segments.length - 1 && segment.startsWith('~');
    if (isCacheName && RESERVED.includes(segment)) return false;
    return SEGMENT.test(isCacheName ? segment.slice(1) : segment) && !(index > 0 && VERSION_SEGMENT.test(segment));
  });
  if (!isFine) throw invalidOption('prefix', 'redisStore()', prefix, expected);
}

function escapeGlob(text: string): string {
  return text.replace(GLOB_CHARACTERS, '\\$&');
}
