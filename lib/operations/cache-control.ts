import 'reflect-metadata';
import type { Duration } from '../core/duration.js';
import { parseDuration } from '../core/duration.js';
import { checkOptionNames, invalidOption } from '../core/options.js';

/** What browsers and caches on the way may do with an answer: the directives of RFC 9111, section 5.2.2. */
export interface CacheControlOptions {
  /** Any cache may keep it. */
  public?: boolean;
  /** Only the browser of whoever asked may keep it. */
  private?: boolean;
  /** It may be kept, but not used again without asking here whether it is still the same. */
  noCache?: boolean;
  /** Nobody may keep it; not on a cached handler, for nestash keeps to it as well. */
  noStore?: boolean;
  /** Nobody on the way may change it, compression included. */
  noTransform?: boolean;
  /** Once `maxAge` has passed it may not be used without asking, whatever happens. */
  mustRevalidate?: boolean;
  /** The same for shared caches only. */
  proxyRevalidate?: boolean;
  /** It may be used for this long without asking; whole seconds. No invalidation reaches it there. */
  maxAge?: Duration;
  /** The same for shared caches only. */
  sMaxAge?: Duration;
  /** It will never change while `maxAge` lasts (RFC 8246). */
  immutable?: boolean;
  /** After `maxAge` it may be used for this long while it is asked for anew (RFC 5861, section 3). */
  staleWhileRevalidate?: Duration;
  /** After `maxAge` it may be used for this long where asking fails (RFC 5861, section 4). */
  staleIfError?: Duration;
}

/** What `@CacheControl` says on a handler, and the value of the header. */
export interface DeclaredCacheControl {
  readonly text: string;
  readonly options: Readonly<CacheControlOptions>;
}

const DIRECTIVES = {
  public: 'public',
  private: 'private',
  noCache: 'no-cache',
  noStore: 'no-store',
  noTransform: 'no-transform',
  mustRevalidate: 'must-revalidate',
  proxyRevalidate: 'proxy-revalidate',
  maxAge: 'max-age',
  sMaxAge: 's-maxage',
  immutable: 'immutable',
  staleWhileRevalidate: 'stale-while-revalidate',
  staleIfError: 'stale-if-error',
} as const satisfies Record<keyof CacheControlOptions, string>;

type Name = keyof typeof DIRECTIVES;

const NAMES = Object.keys(DIRECTIVES) as Name[];
const LIFETIMES: readonly Name[] = ['maxAge', 'sMaxAge', 'staleWhileRevalidate', 'staleIfError'];
const LATER: readonly Name[] = ['staleWhileRevalidate', 'staleIfError'];

/** The first of each pair cannot stand together with any of the others. */
const CONTRADICTIONS: readonly (readonly [Name, readonly Name[]])[] = [
  ['noStore', NAMES.filter((name) => name !== 'noStore' && name !== 'noTransform')],
  ['private', ['public', 'sMaxAge', 'proxyRevalidate']],
  ['noCache', ['maxAge', 'sMaxAge', 'immutable', ...LATER]],
  ['mustRevalidate', LATER],
];

const DECLARED = Symbol.for('nestash:cache-control');

/**
 * The header for what `@CacheControl` was given.
 *
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`.
 */
export function checkedCacheControl(options: CacheControlOptions, where: string): DeclaredCacheControl {
  checkOptionNames(options, NAMES, where);
  const said = NAMES.filter((name) => options[name] !== undefined && options[name] !== false);
  const words = said.map((name) => directive(name, options[name], where));
  if (words.length === 0) throw invalidOption('options', where, options, `an object with some of ${NAMES.join(', ')}`);
  refuseContradictions(said, options, where);
  return { text: words.join(', '), options };
}

export function declareCacheControl(handler: object, declared: DeclaredCacheControl): void {
  Reflect.defineMetadata(DECLARED, declared, handler);
}

/** What `@CacheControl` says on a handler, which is the method as its class has it. */
export function cacheControlOf(handler: unknown): DeclaredCacheControl | undefined {
  if (typeof handler !== 'function') return undefined;
  return Reflect.getOwnMetadata(DECLARED, handler) as DeclaredCacheControl | undefined;
}

function directive(name: Name, value: unknown, where: string): string {
  if (!LIFETIMES.includes(name)) {
    if (value !== true) throw invalidOption(name, where, value, 'true or false');
    return DIRECTIVES[name];
  }
  const milliseconds = parseDuration(value, name, where);
  if (milliseconds % 1_000 !== 0) throw invalidOption(name, where, value, "whole seconds: '30s', '5m', '1h'");
  return `${DIRECTIVES[name]}=${milliseconds / 1_000}`;
}

function refuseContradictions(said: readonly Name[], options: CacheControlOptions, where: string): void {
  for (const [name, others] of CONTRADICTIONS) {
    const other = said.includes(name) ? others.find((each) => said.includes(each)) : undefined;
    if (other) throw invalidOption(other, where, options[other], `left out where "${name}" is given`);
  }
  const needsAge = said.find((name) => name === 'immutable' || LATER.includes(name));
  if (needsAge && !said.includes('maxAge') && !said.includes('sMaxAge')) {
    throw invalidOption(needsAge, where, options[needsAge], 'given together with "maxAge"');
  }
}
