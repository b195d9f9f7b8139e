import { checkOptionNames, invalidOption } from '../core/options.js';
import { isCatalogKey } from '../keys/catalog.js';
import type { AnyMethod, CacheableOptions, Declaration } from '../operations/declaration.js';

/** A decorator that fits methods of the type that its callbacks were written for. */
export type TypedMethodDecorator<M extends AnyMethod> = (
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

const OPTIONS = ['key', 'ttl', 'nullTtl', 'tags', 'when', 'unless', 'type', 'store', 'version', 'ignore', 'debug'];

/** What `@Cacheable` or `@CachePut` was given, as a declaration. */
export function cachedDeclaration(
  kind: 'cacheable' | 'put',
  given: object,
  decorated: { target: object; method: string | symbol },
): Declaration {
  const where = placeOf(decorated);
  checkOptionNames(given, OPTIONS, where);
  const { key, ...options } = given as CacheableOptions<AnyMethod> & { key?: unknown };
  const isKey = key === undefined || typeof key === 'string' || typeof key === 'function' || isCatalogKey(key);
  if (!isKey) throw invalidOption('key', where, key, 'a template, a key of a catalog, or a function of the arguments');
  if (key === undefined && kind === 'put')
    throw invalidOption('key', where, key, 'given: a put needs to know its entry');
  return { kind, key: key as Extract<Declaration, { kind: 'put' }>['key'], options };
}

/** Where a decorator stands, for messages. */
export function placeOf({ target, method }: { target: object; method: string | symbol }): string {
  const { name } = typeof target === 'function' ? target : target.constructor;
  return `${name}.${String(method)}`;
}
