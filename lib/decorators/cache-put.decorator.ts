import { isCatalogKey } from '../keys/catalog.js';
import type { AnyCatalogKey } from '../keys/catalog.js';
import type { AnyMethod, KeyFunction, PlainPutOptions, PutOptions } from '../operations/declaration.js';
import { decorateMethod } from '../operations/method-wrapper.js';
import { cachedDeclaration } from './cached-declaration.js';
import type { TypedMethodDecorator } from './cached-declaration.js';

/**
 * Always runs the method, and replaces the entry of its key and everything below it by what it returned. If anything
 * keeps the result from being stored, the entry is gone all the same.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE` where it stands on something that is no method.
 * @example
 * @CachePut('public:blog:detail:<<slug>>', { ttl: '5m' })
 * async update(slug: string, changes: Changes) { … }
 */
export function CachePut(key: string | AnyCatalogKey, options?: PlainPutOptions): MethodDecorator;
export function CachePut(options: PlainPutOptions & { key: string | AnyCatalogKey }): MethodDecorator;
export function CachePut<M extends AnyMethod>(
  key: string | AnyCatalogKey,
  options: PutOptions<M>,
): TypedMethodDecorator<M>;
export function CachePut<M extends AnyMethod>(
  options: PutOptions<M> & { key: string | AnyCatalogKey | KeyFunction<M> },
): TypedMethodDecorator<M>;
export function CachePut(
  first: string | AnyCatalogKey | (PutOptions<AnyMethod> & { key: unknown }),
  second?: PutOptions<AnyMethod>,
): MethodDecorator {
  const isKey = typeof first === 'string' || isCatalogKey(first);
  const options = isKey ? { ...second, key: first } : first;
  return (target, method, descriptor) => {
    decorateMethod(target, method, descriptor, cachedDeclaration('put', options));
  };
}
