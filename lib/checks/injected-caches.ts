import { CacheError } from '../core/errors.js';
import type { ClassType } from '../operations/declaration.js';
import { cacheNameOf } from '../operations/tokens.js';

/** Nest's metadata of what a constructor and the properties of a class are injected with. */
const CONSTRUCTOR = 'self:paramtypes';
const PROPERTIES = 'self:properties_metadata';

interface Injection {
  readonly param?: unknown;
  readonly type?: unknown;
}

/** The named caches that a class asks for with `@InjectCache` and that nobody configured. */
export function unknownCaches(owner: ClassType, stores: readonly string[]): CacheError[] {
  const injections = [CONSTRUCTOR, PROPERTIES].flatMap(
    (key) => (Reflect.getMetadata(key, owner) ?? []) as readonly Injection[],
  );
  return injections.flatMap(({ param, type }) => {
    const name = cacheNameOf(param ?? type);
    if (name === undefined || stores.includes(name)) return [];
    const where = `${owner.name} with @InjectCache('${name}')`;
    return new CacheError('STORE_UNKNOWN', { store: name, where, available: stores });
  });
}
