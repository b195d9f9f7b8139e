import type { Duration } from './core/duration.js';
import { parseDuration } from './core/duration.js';
import { CacheError } from './core/errors.js';
import { checkOptionNames, invalidOption, wholeNumber } from './core/options.js';
import type { UserFunction } from './http/http-request-context.js';
import { flawOfSegment } from './keys/escape.js';
import type { ContextFunction } from './operations/context-sources.js';
import { DEFAULT_STORE } from './operations/settings.js';
import type { SerializerOptions } from './serialization/codec.js';
import { memoryStore } from './stores/memory.store.js';
import type { StoreDefinition } from './stores/store.js';

/** The options of `CacheModule.forRoot`. */
export interface CacheModuleOptions extends SerializerOptions {
  /** Starts every key: environment and project, `prod:shop`. Required unless every store is in memory; then `cache`. */
  prefix?: string;
  /** A whole number; bump it, and every older entry is left behind. Default 1. */
  version?: number;
  /** The default lifetime of entries. Default `'5m'`. */
  ttl?: Duration;
  /** Where entries are kept. Default `memoryStore()`. */
  store?: StoreDefinition;
  /** Named caches; `default` is the one that is used where none is named. Not together with `store`. */
  stores?: Readonly<Record<string, StoreDefinition>>;
  /** Who is signed in; nothing for nobody. Default: `request.user`, then `request.auth`. */
  user?: UserFunction;
  /** Further placeholders for templates: `{ lang: (context) => context.headers['accept-language'] }`. */
  placeholders?: Readonly<Record<string, ContextFunction>>;
  /** Its value stands first in every key, group and tag, so that tenants never meet. */
  partition?: ContextFunction;
  /** First segments of keys that mean the same for everybody. Default `['public']`. */
  sharedScopes?: readonly string[];
  /** Logs every call of every cached method. Default false. */
  debug?: boolean;
}

/** The options with every default applied. */
export interface CheckedOptions {
  readonly prefix: string;
  readonly version: number;
  /** In milliseconds. */
  readonly ttl: number;
  readonly stores: ReadonlyMap<string, StoreDefinition>;
  readonly user: UserFunction | undefined;
  readonly placeholders: ReadonlyMap<string, ContextFunction>;
  readonly partition: ContextFunction | undefined;
  readonly sharedScopes: ReadonlySet<string>;
  readonly debug: boolean;
  readonly serializer: SerializerOptions;
}

const WHERE = 'CacheModule.forRoot()';
const NAMES = [
  'prefix',
  'version',
  'ttl',
  'store',
  'stores',
  'user',
  'placeholders',
  'partition',
  'sharedScopes',
  'debug',
];
const SERIALIZER_NAMES = ['serializer', 'codecs', 'maxValueBytes'];
const RESERVED = ['query', 'args', 'result', 'user_id'];
const NAME = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/**
 * Checks the options of the module.
 *
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`.
 */
export function checkModuleOptions(options: CacheModuleOptions): CheckedOptions {
  checkOptionNames(options, [...NAMES, ...SERIALIZER_NAMES], WHERE);
  const stores = checkedStores(options);
  const { serializer, codecs, maxValueBytes } = options;
  return {
    prefix: checkedPrefix(options.prefix, stores),
    version: wholeNumber(options.version, { option: 'version', where: WHERE, least: 0, otherwise: 1 }),
    ttl: parseDuration(options.ttl ?? '5m', 'ttl', WHERE),
    stores,
    user: checkedFunction(options.user, 'user'),
    placeholders: checkedPlaceholders(options.placeholders ?? {}),
    partition: checkedFunction(options.partition, 'partition'),
    sharedScopes: checkedScopes(options.sharedScopes ?? ['public']),
    debug: checkedFlag(options.debug ?? false, 'debug'),
    serializer: Object.fromEntries(
      Object.entries({ serializer, codecs, maxValueBytes }).filter(([, value]) => value !== undefined),
    ),
  };
}

function checkedStores({ store, stores }: CacheModuleOptions): Map<string, StoreDefinition> {
  if (store !== undefined && stores !== undefined) {
    throw invalidOption('store', WHERE, store, 'left out where "stores" is given: name it "default" there');
  }
  if (stores !== undefined) checkNamed(stores, 'stores', '{ default: memoryStore() }');
  const named = new Map(Object.entries({ [DEFAULT_STORE]: store ?? memoryStore(), ...stores }));
  for (const [name, definition] of named) {
    if (!NAME.test(name)) throw badName('stores', name, 'letters, digits, "_" and "-"');
    const isDefinition = typeof (definition as Partial<StoreDefinition> | null)?.create === 'function';
    if (!isDefinition)
      throw invalidOption(
        name === DEFAULT_STORE ? 'store' : name,
        WHERE,
        definition,
        'what memoryStore() or redisStore() returns',
      );
  }
  return named;
}

function checkedPrefix(prefix: string | undefined, stores: ReadonlyMap<string, StoreDefinition>): string {
  const needsPrefix = [...stores.values()].some(({ kind }) => kind !== 'memory');
  if (prefix === undefined && !needsPrefix) return 'cache';
  const expected = 'a text such as "prod:shop", without braces, wildcards and spaces, that no other application uses';
  if (typeof prefix !== 'string') throw invalidOption('prefix', WHERE, prefix, expected);
  const isSound = prefix
    .split(':')
    .every((segment) => flawOfSegment(segment) === undefined && !segment.startsWith('~'));
  if (!isSound) throw invalidOption('prefix', WHERE, prefix, expected);
  return prefix;
}

function checkedPlaceholders(placeholders: Readonly<Record<string, ContextFunction>>): Map<string, ContextFunction> {
  checkNamed(placeholders, 'placeholders', "{ lang: (context) => context.headers['accept-language'] }");
  for (const [name, read] of Object.entries(placeholders)) {
    if (!NAME.test(name) || RESERVED.includes(name)) {
      throw badName('placeholders', name, `letters and digits, but none of ${RESERVED.join(', ')}`);
    }
    checkedFunction(read, `placeholders.${name}`);
  }
  return new Map(Object.entries(placeholders));
}

function checkedFunction<T>(value: T, option: string): T {
  if (value === undefined || typeof value === 'function') return value;
  throw invalidOption(option, WHERE, value, 'a function of the request');
}

function checkedFlag(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidOption(option, WHERE, value, 'true or false');
}

function checkedScopes(scopes: unknown): Set<string> {
  if (!Array.isArray(scopes)) {
    throw invalidOption('sharedScopes', WHERE, scopes, "an array of first segments of keys, such as ['public']");
  }
  const isScope = (scope: unknown): scope is string => typeof scope === 'string' && flawOfSegment(scope) === undefined;
  const wrong = scopes.findIndex((scope) => !isScope(scope));
  if (wrong < 0) return new Set(scopes as string[]);
  throw invalidOption(`sharedScopes[${wrong}]`, WHERE, scopes[wrong], 'the first segment of keys, such as "public"');
}

/** @throws CacheError `OPTION_INVALID` for anything but an object. */
function checkNamed(value: unknown, option: string, example: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw invalidOption(option, WHERE, value, `an object such as ${example}`);
}

function badName(option: string, name: string, expected: string): CacheError {
  const found = `an object with the name ${JSON.stringify(name)}`;
  return new CacheError('OPTION_INVALID', { option, where: WHERE, found, expected: `one whose names are ${expected}` });
}

/** What stands in front of every key of a store. */
export function storePrefix({ prefix }: CheckedOptions, name: string): string {
  return name === DEFAULT_STORE ? prefix : `${prefix}:~${name}`;
}

/** The lifetime of each store's entries where nothing else says so, in milliseconds. */
export function storeLifetimes({ stores, ttl }: CheckedOptions): Map<string, number> {
  return new Map(
    [...stores].map(([name, store]) => [name, store.ttl === undefined ? ttl : parseDuration(store.ttl, 'ttl', name)]),
  );
}
