import { declareDefaults } from '../operations/accessor.js';
import type { CacheDefaultsOptions } from '../operations/declaration.js';

/**
 * What the cached methods of a class have in common. The prefix stands in front of templates and key functions of
 * `@Cacheable` and `@CachePut`; keys of catalogs and the patterns of `@InvalidateCache` are whole as they are.
 *
 * @example @CacheDefaults({ prefix: 'public:blog', ttl: '60s' })
 */
export function CacheDefaults(options: CacheDefaultsOptions): ClassDecorator {
  return (target) => declareDefaults(target, options);
}
