import type { Duration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import type { StaleOptions } from '../core/stale-windows.js';
import { checkedEntry, type CatalogEntry, type CheckedEntry } from './catalog-entry.js';
import { wholePlaceholder } from './placeholder.js';
import type { PlaceholderNames } from './placeholder-names.js';
import { bindTemplate, resolvePattern, UNFILLED } from './resolver.js';
import type { Binding, ResolvedPattern } from './resolver.js';
import { parseTemplate, placeholdersOf } from './template.js';

/** A key that decorators and `CacheService` take in the place of a template. */
export interface CatalogKey<T extends string = string, Bound extends string = string> extends StaleOptions {
  /** The template as it stands in the catalog. */
  readonly key: string;
  /** The whole template, with the prefix of its catalog. */
  readonly template: T;
  /** The catalog and the name in it, for messages. */
  readonly where: string;
  readonly ttl?: Duration;
  readonly nullTtl?: Duration;
  readonly tags?: readonly string[];
  /** What `with` has set, by the text of the placeholder. */
  readonly bindings: ReadonlyMap<Bound, Binding>;
  /**
   * The same key with some placeholders set. A text that is one placeholder and nothing else, such as
   * `'<<result.id>>'`, takes the place of the one it is given for, and everything else is a value. It is meant for
   * decorators: values that come from outside belong in the second argument of `invalidate`, where they are always values.
   *
   * @throws CacheError `OPTION_UNKNOWN` for a name that is not in the template, `TEMPLATE_MALFORMED`
   */
  with<N extends PlaceholderNames<T>>(values: { readonly [K in N]: unknown }): CatalogKey<T, Bound | N>;
}

/** A key of a catalog, whatever its placeholders. */
export type AnyCatalogKey = Omit<CatalogKey, 'with'>;

/** Values for the placeholders of a key, where those left out widen it. */
export type CatalogValues<T extends string, Bound extends string = never> = {
  readonly [N in Exclude<PlaceholderNames<T>, Bound>]?: unknown;
};

type KeyText<E> = E extends string ? E : E extends { readonly key: infer K extends string } ? K : string;
type Catalog<P extends string, E> = { readonly [N in keyof E]: CatalogKey<`${P}:${KeyText<E[N]>}`, never> };

const BRAND = Symbol.for('nestash.CatalogKey');

/**
 * The keys of one part of an application, in one place.
 *
 * @throws CacheError `TEMPLATE_MALFORMED`, `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`
 * @example
 * export const publicBlog = cacheKeys('public:blog', {
 *   list: { key: 'list:<<query>>', ttl: '60s' },
 *   detail: { key: 'detail:<<id>>', ttl: '5m', tags: ['blog'] },
 * });
 */
export function cacheKeys<const P extends string, const E extends Readonly<Record<string, string | CatalogEntry>>>(
  prefix: P,
  entries: E,
): Catalog<P, E> {
  const keys = Object.entries(entries).map(([name, entry]) => {
    const where = `cacheKeys(${JSON.stringify(prefix)}).${name}`;
    return [name, createKey(checkedEntry(prefix, entry, where), new Map())];
  });
  return Object.freeze(Object.fromEntries(keys)) as Catalog<P, E>;
}

/** Whether a value is a key of a catalog, made by any copy of nestash in this process. */
export function isCatalogKey(value: unknown): value is AnyCatalogKey {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND);
}

/** What an invalidation of a key with these values means. Values that are left out or `undefined` widen it. */
export function patternOfCatalogKey({ template, where, bindings }: AnyCatalogKey, values: object): ResolvedPattern {
  const valueOf = (name: string): unknown =>
    Object.hasOwn(values, name) ? ((values as Record<string, unknown>)[name] ?? UNFILLED) : UNFILLED;
  const bound = bindTemplate(
    parseTemplate(template, { where }),
    ({ text }) =>
      () =>
        valueOf(text),
    bindings,
  );
  return resolvePattern(bound, undefined);
}

function createKey(parts: CheckedEntry, bindings: ReadonlyMap<string, Binding>): CatalogKey {
  const key: CatalogKey = {
    ...parts,
    bindings,
    with: (values) => createKey(parts, new Map([...bindings, ...bindingsOf(parts, values)])),
  };
  Object.defineProperty(key, BRAND, { value: true });
  return Object.freeze(key);
}

function bindingsOf({ template, where }: CheckedEntry, values: object): [string, Binding][] {
  const place = `${where}.with()`;
  const available = placeholdersOf(parseTemplate(template, { where })).map(({ text }) => text);
  const fail = (reason: string): never => {
    throw new CacheError('TEMPLATE_MALFORMED', { template, where: place, reason });
  };
  return Object.entries(values).map(([name, value]: [string, unknown]) => {
    if (!available.includes(name)) throw new CacheError('OPTION_UNKNOWN', { option: name, where: place, available });
    const placeholder = typeof value === 'string' ? wholePlaceholder(value, fail) : undefined;
    return [name, placeholder ? { kind: 'placeholder', placeholder } : { kind: 'value', value }];
  });
}
