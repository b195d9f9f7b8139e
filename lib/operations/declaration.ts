import type { Observable } from 'rxjs';
import type { Duration } from '../core/duration.js';
import type { SettleOptions } from '../core/settle.js';
import type { StaleOptions } from '../core/stale-windows.js';
import type { AnyCatalogKey } from '../keys/catalog.js';
import type { ShareOptions } from '../serialization/frozen.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the decorated method decides; `unknown` would refuse it
export type AnyMethod = (this: any, ...args: any[]) => any;

/** What a method's caller gets in the end: the value of its promise or the last one of its observable. */
export type ResultOf<M extends AnyMethod> =
  ReturnType<M> extends Promise<infer R> ? R : ReturnType<M> extends Observable<infer R> ? R : ReturnType<M>;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a class with any constructor
export type ClassType = new (...args: any[]) => object;

export type KeyFunction<M extends AnyMethod> = (...args: Parameters<M>) => string | readonly unknown[];

interface SharedOptions {
  /** Tags as templates; an entry dies when any of its tags is invalidated. */
  tags?: readonly string[];
  /** A class for class-transformer: results are stored in full and handed out as its instances. */
  type?: ClassType;
  /** A named cache of `forRoot({ stores })`. Default: the default store. */
  store?: string;
  /** Written into the entry; an entry with another version is a miss. Default: none. */
  version?: string | number;
  /** Inputs that are left out of the key on purpose, by name. */
  ignore?: readonly string[];
  /** Request headers that are part of the key, and of `Vary`: `['accept-language']`. Not on `@CachePut`. */
  vary?: readonly string[];
  /** Logs each call of this method. Default: what `forRoot({ debug })` says. */
  debug?: boolean;
  /** The lifetime of `null` and `undefined`, if another than that of other results. */
  nullTtl?: Duration;
}

interface PlainOptions extends SharedOptions {
  /** Fresh for this long. Default: the catalog's, the class's, the store's, the module's, in this order. */
  ttl?: Duration;
  // A callback needs the method's type to be inferred, which this overload does not know.
  when?: never;
  unless?: never;
}

/** The options of `@CachePut` that do not depend on the method's type. */
export interface PlainPutOptions extends PlainOptions, SettleOptions {}

/** The options of `@Cacheable` that do not depend on the method's type. */
export interface PlainCacheableOptions extends PlainOptions, StaleOptions, ShareOptions {}

interface TypedOptions<M extends AnyMethod> extends Omit<SharedOptions, 'tags'> {
  /** Fresh for this long, or a function of the result. */
  ttl?: Duration | ((result: ResultOf<M>, ...args: Parameters<M>) => Duration);
  /** Tags as templates, or a function of the result. */
  tags?: readonly string[] | ((result: ResultOf<M>, ...args: Parameters<M>) => readonly string[]);
  /** Asked before the call: false calls the method and leaves the cache alone. */
  when?: (...args: Parameters<M>) => boolean;
  /** Asked before storing: true leaves the result out of the cache. */
  unless?: (result: ResultOf<M>, ...args: Parameters<M>) => boolean;
}

/** The options of `@CachePut`, callbacks typed by the decorated method. */
export interface PutOptions<M extends AnyMethod> extends TypedOptions<M>, SettleOptions {}

/** The options of `@Cacheable`, callbacks typed by the decorated method. */
export interface CacheableOptions<M extends AnyMethod> extends TypedOptions<M>, StaleOptions, ShareOptions {}

/** A method that takes a list of ids, and returns what it found by id. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the decorated method decides; `unknown` would refuse it
export type ManyMethod = (this: any, ids: any, ...others: any[]) => Promise<ReadonlyMap<any, any>>;

/** Such a method as each of its entries sees it: one id in the place of the list, one value in the place of the map. */
export type OneOfMany<M extends ManyMethod> =
  Parameters<M> extends [infer L extends readonly unknown[], ...infer A]
    ? ResultOf<M> extends ReadonlyMap<unknown, infer V>
      ? (id: L[number], ...others: A) => Promise<V | undefined>
      : never
    : never;

/** The options of `@CacheableMany`: those of `@Cacheable`, for one id. */
export type CacheableManyOptions<M extends ManyMethod> = CacheableOptions<OneOfMany<M>>;

/** The options of `@InvalidateCache` that do not depend on the method's type. */
export interface PlainInvalidateOptions extends SettleOptions {
  /** Tags as templates, also with `<<result.…>>`. */
  tags?: readonly string[];
  /** Invalidates also when the method throws. Default false. */
  always?: boolean;
  /** One named cache. Default: every configured store. */
  store?: string;
  /** Logs each call of this method. Default: what `forRoot({ debug })` says. */
  debug?: boolean;
  // A callback needs the method's type to be inferred, which this overload does not know.
  unless?: never;
}

/** The options of `@InvalidateCache`, callbacks typed by the decorated method. */
export interface InvalidateOptions<M extends AnyMethod> extends Omit<PlainInvalidateOptions, 'tags' | 'unless'> {
  /** Tags as templates, or a function of the result. */
  tags?: readonly string[] | ((result: ResultOf<M>, ...args: Parameters<M>) => readonly string[]);
  /** Asked after the method succeeded: true invalidates nothing. */
  unless?: (result: ResultOf<M>, ...args: Parameters<M>) => boolean;
}

/** What an invalidation names: templates and keys of catalogs. */
export type Pattern = string | AnyCatalogKey;

/** Patterns computed from the result: each a path as text, an array of values, or a key of a catalog. */
export type PatternFunction<M extends AnyMethod> = (
  result: ResultOf<M>,
  ...args: Parameters<M>
) => readonly (string | readonly unknown[] | AnyCatalogKey)[];

/** What one decorator said about a method. */
export type Declaration =
  | {
      readonly kind: 'cacheable' | 'put';
      /** Whether it is `@CacheableMany`. */
      readonly isMany?: boolean;
      readonly key: string | AnyCatalogKey | KeyFunction<AnyMethod> | undefined;
      readonly options: CacheableOptions<AnyMethod> & SettleOptions;
    }
  | {
      readonly kind: 'invalidate';
      readonly patterns: readonly Pattern[] | PatternFunction<AnyMethod>;
      readonly options: InvalidateOptions<AnyMethod>;
    };

/** What `@CacheDefaults` says for the methods of a class. */
export interface CacheDefaultsOptions {
  /** Stands in front of the templates and key functions of `@Cacheable` and `@CachePut`. */
  prefix?: string;
  /** Default lifetime. */
  ttl?: Duration;
}
