import { isCatalogKey } from '../keys/catalog.js';
import type { AnyCatalogKey } from '../keys/catalog.js';
import type { CacheableManyOptions, KeyFunction, ManyMethod, OneOfMany } from '../operations/declaration.js';
import { decorateMethod } from '../operations/method-wrapper.js';
import { cachedDeclaration } from './cached-declaration.js';
import type { TypedMethodDecorator } from './cached-declaration.js';

/**
 * Caches what a method of a provider finds for each of the ids that it takes first. It returns a `Map` by id, and leaves
 * out what there is not. It is called with the ids that are not cached, each once; an id has an entry of its own, so that
 * `<<id>>` in the key is one id, and the functions among the options get one id and its value.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE` where it stands on something that is no method; `MANY_MISMATCH` in a call that
 * passes no list, or whose method returns no `Map` of what it was asked for.
 * @example
 * @CacheableMany('public:users:detail:<<id>>', { ttl: '5m' })
 * async findMany(ids: number[]): Promise<Map<number, User>> { … }
 */
export function CacheableMany<M extends ManyMethod>(
  key?: string | AnyCatalogKey,
  options?: CacheableManyOptions<M>,
): TypedMethodDecorator<M>;
export function CacheableMany<M extends ManyMethod>(
  options: CacheableManyOptions<M> & { key?: string | AnyCatalogKey | KeyFunction<OneOfMany<M>> },
): TypedMethodDecorator<M>;
export function CacheableMany(
  first: string | AnyCatalogKey | object = {},
  second?: object,
): TypedMethodDecorator<ManyMethod> {
  const isKey = typeof first === 'string' || isCatalogKey(first);
  const options = isKey ? { ...second, key: first } : first;
  return (target, method, descriptor) => {
    decorateMethod(target, method, descriptor, { ...cachedDeclaration('cacheable', options), isMany: true });
  };
}
