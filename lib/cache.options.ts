import type { CanActivate } from '@nestjs/common';
import type { Duration } from './core/duration.js';
import { parseDuration } from './core/duration.js';
import { CacheError } from './core/errors.js';
import { checkOptionNames, invalidOption, wholeNumber } from './core/options.js';
import type { BypassFunction } from './http/exchange.js';
import type { UserFunction } from './http/sources.js';
import { flawOfSegment } from './keys/escape.js';
import type { CachedRoute } from './operations/cached-routes.js';
import { cacheRoutes } from './operations/cached-routes.js';
import type { ContextFunction } from './operations/context-sources.js';
import type { KeyCheck } from './operations/settings.js';
import type { CachePolicy, CheckedPolicy } from './operations/policies.js';
import { checkedPolicies } from './operations/policies.js';
import { DEFAULT_STORE } from './operations/settings.js';
import type { SerializerOptions } from './serialization/codec.js';
import { memoryStore } from './stores/memory.store.js';
import type { StoreDefinition } from './stores/store.js';

/** A class with `canActivate`, also an abstract one. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a class with any constructor
export type GuardClass = abstract new (...args: any[]) => CanActivate;

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
  /**
   * Whether a client that sends `Cache-Control: no-cache` gets a fresh answer: the handler runs, and its result replaces
   * the entry. Default: it does not, or anybody could make the handler run.
   */
  allowBypass?: BypassFunction;
  /** Further placeholders for templates: `{ lang: (context) => context.headers['accept-language'] }`. */
  placeholders?: Readonly<Record<string, ContextFunction>>;
  /** Its value stands first in every key, group and tag, so that tenants never meet. */
  partition?: ContextFunction;
  /** First segments of keys that mean the same for everybody. Default `['public']`. */
  sharedScopes?: readonly string[];
  /**
   * What happens when the key of a method leaves out what the method can read: `'error'` refuses to start, `'warn'` logs
   * the same report, `'off'` looks at no key. Default `'error'`.
   */
  keyCheck?: KeyCheck;
  /** Inputs that every key leaves out on purpose, by kind or name: `['request', 'lang']`. Default none. */
  ignore?: readonly string[];
  /** Classes of guards that identify nobody, such as one that counts requests. Default none. */
  plainGuards?: readonly GuardClass[];
  /** Lifetimes by keys, and bounds for those that decorators name; the first that matches counts. Default none. */
  policies?: readonly CachePolicy[];
  /**
   * What becomes of a write whose invalidation a store did not confirm. `'queue'`: it succeeds. `'throw'`: it fails with
   * `STORE_UNAVAILABLE`. In both the invalidation is delivered later. Default `'queue'`.
   */
  onInvalidateError?: 'queue' | 'throw';
  /** Refuses to start while a store does not answer. Default false: the application runs without it until it does. */
  requireStore?: boolean;
  /** Whole routes whose GET handlers are cached without a decorator, from `cacheRoutes`. Default none. */
  routes?: readonly CachedRoute[];
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
  readonly allowBypass: BypassFunction | undefined;
  readonly placeholders: ReadonlyMap<string, ContextFunction>;
  readonly partition: ContextFunction | undefined;
  readonly sharedScopes: ReadonlySet<string>;
  readonly keyCheck: KeyCheck;
  readonly ignore: ReadonlySet<string>;
  readonly plainGuards: ReadonlySet<unknown>;
  readonly policies: readonly CheckedPolicy[];
  readonly onInvalidateError: 'queue' | 'throw';
  readonly requireStore: boolean;
  readonly routes: readonly CachedRoute[];
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
  'allowBypass',
  'placeholders',
  'partition',
  'sharedScopes',
  'keyCheck',
  'ignore',
  'plainGuards',
  'policies',
  'onInvalidateError',
  'requireStore',
  'routes',
  'debug',
];
const MODES: readonly KeyCheck[] = ['error', 'warn', 'off'];
const REACTIONS = ['queue', 'throw'] as const;
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
    allowBypass: checkedFunction(options.allowBypass, 'allowBypass'),
    placeholders: checkedPlaceholders(options.placeholders ?? {}),
    partition: checkedFunction(options.partition, 'partition'),
    sharedScopes: checkedScopes(options.sharedScopes ?? ['public']),
    keyCheck: oneOf(MODES, options.keyCheck ?? 'error', 'keyCheck'),
    ignore: checkedIgnore(options.ignore ?? []),
    plainGuards: checkedGuards(options.plainGuards ?? []),
    policies: checkedPolicies(options.policies ?? []),
    onInvalidateError: oneOf(REACTIONS, options.onInvalidateError ?? 'queue', 'onInvalidateError'),
    requireStore: checkedFlag(options.requireStore ?? false, 'requireStore'),
    routes: cacheRoutes(options.routes ?? []),
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
        'what memoryStore(), redisStore() or nearStore() returns',
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

function oneOf<T extends string>(values: readonly T[], value: unknown, option: string): T {
  const found = values.find((each) => each === value);
  if (found) return found;
  throw invalidOption(option, WHERE, value, `one of ${values.join(', ')}`);
}

function checkedIgnore(names: unknown): Set<string> {
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return new Set(names);
  throw invalidOption('ignore', WHERE, names, "an array of kinds and names of inputs, such as ['request']");
}

function checkedGuards(guards: unknown): Set<unknown> {
  if (!Array.isArray(guards)) throw invalidOption('plainGuards', WHERE, guards, 'an array of classes of guards');
  const wrong = guards.findIndex((guard) => typeof guard !== 'function');
  if (wrong < 0) return new Set(guards);
  throw invalidOption(`plainGuards[${wrong}]`, WHERE, guards[wrong], 'the class of a guard');
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
