import { isCatalogKey } from '../keys/catalog.js';
import type { AnyCatalogKey } from '../keys/catalog.js';
import type { AnyMethod, CacheableOptions, KeyFunction, PlainCacheableOptions } from '../operations/declaration.js';
import { decorateMethod } from '../operations/method-wrapper.js';
import { cachedDeclaration } from './cached-declaration.js';
import type { TypedMethodDecorator } from './cached-declaration.js';

/**
 * Caches what a method returns: a handler of a controller, or an asynchronous method of any provider.
 *
 * The key is a template, a key of a catalog, or a function of the arguments; without one it is made of the class, the
 * method and every input. Mistakes in it stop the application when it starts.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE` where it stands on something that is no method.
 * @example
 * @Cacheable('public:blog:detail:<<slug>>', { ttl: '5m' })
 * findOne(@Param('slug') slug: string) { … }
 */
export function Cacheable(key?: string | AnyCatalogKey, options?: PlainCacheableOptions): MethodDecorator;
export function Cacheable(options: PlainCacheableOptions & { key?: string | AnyCatalogKey }): MethodDecorator;
export function Cacheable<M extends AnyMethod>(
  key: string | AnyCatalogKey,
  options: CacheableOptions<M>,
): TypedMethodDecorator<M>;
export function Cacheable<M extends AnyMethod>(
  options: CacheableOptions<M> & { key?: string | AnyCatalogKey | KeyFunction<M> },
): TypedMethodDecorator<M>;
export function Cacheable(
  first: string | AnyCatalogKey | (CacheableOptions<AnyMethod> & { key?: unknown }) = {},
  second?: CacheableOptions<AnyMethod>,
): MethodDecorator {
  const isKey = typeof first === 'string' || isCatalogKey(first);
  const options = isKey ? { ...second, key: first } : first;
  return (target, method, descriptor) => {
    decorateMethod(target, method, descriptor, cachedDeclaration('cacheable', options));
  };
}
