import { invalidOption } from '../core/options.js';
import type { StoreNamespace } from './store.js';

/** Names that a cache cannot have, because generations, leases and locks stand under them. */
const RESERVED = ['~gen', '~lease', '~lock'];
const SEGMENT = /^[\p{L}\p{N}._-]+$/u;
const VERSION_SEGMENT = /^v\d+$/;
const GLOB_CHARACTERS = /[*?[\]\\]/g;

/** What a key of entries or leases stands for. */
export type KeyKind = 'entry' | 'lease';

/** The names of everything that one cache keeps in Redis. */
export class RedisKeys {
  /** Stands in front of the name of a group. */
  readonly generationPrefix: string;
  readonly #entryPrefix: string;
  readonly #leasePrefix: string;
  readonly #lockPrefix: string;
  readonly #version: string;

  /** @throws CacheError `OPTION_INVALID` for a prefix that could reach the keys of others. */
  constructor({ prefix, version }: StoreNamespace) {
    checkPrefix(prefix);
    this.generationPrefix = `${prefix}:~gen:`;
    this.#entryPrefix = `${prefix}:`;
    this.#leasePrefix = `${prefix}:~lease:`;
    this.#lockPrefix = `${prefix}:~lock:`;
    this.#version = `v${version}:`;
  }

  entry(path: string): string {
    return this.#entryPrefix + this.#version + path;
  }

  lease(path: string): string {
    return this.#leasePrefix + this.#version + path;
  }

  generation(group: string): string {
    return this.generationPrefix + group;
  }

  lock(name: string): string {
    return this.#lockPrefix + name;
  }

  /** What `SCAN` is to match to find the keys of all versions whose path begins with these whole segments. */
  scanPattern(kind: KeyKind, literal: string): string {
    const below = literal === '' ? '' : `${literal}:`;
    return `${escapeGlob(this.#prefixOf(kind))}v*:${escapeGlob(below)}*`;
  }

  /** The path that a key stands for, of whatever version; undefined for a key that only looks like one. */
  pathOf(kind: KeyKind, key: string): string | undefined {
    const prefix = this.#prefixOf(kind);
    if (!key.startsWith(prefix)) return undefined;
    return /^v\d+:(.+)$/s.exec(key.slice(prefix.length))?.[1];
  }

  #prefixOf(kind: KeyKind): string {
    return kind === 'entry' ? this.#entryPrefix : this.#leasePrefix;
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
