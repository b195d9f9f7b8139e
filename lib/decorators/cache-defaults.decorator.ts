import { checkOptionNames } from '../core/options.js';
import { parseDuration } from '../core/duration.js';
import { declareDefaults } from '../operations/accessor.js';
import type { CacheDefaultsOptions } from '../operations/declaration.js';

/**
 * What the cached methods of a class have in common. The prefix stands in front of templates and key functions of
 * `@Cacheable` and `@CachePut`; keys of catalogs and the patterns of `@InvalidateCache` are whole as they are.
 *
 * @throws CacheError `OPTION_UNKNOWN`, `DURATION_INVALID`.
 * @example @CacheDefaults({ prefix: 'public:blog', ttl: '60s' })
 */
export function CacheDefaults(options: CacheDefaultsOptions): ClassDecorator {
  return (target) => {
    checkOptionNames(options, ['prefix', 'ttl'], target.name);
    if (options.ttl !== undefined) parseDuration(options.ttl, 'ttl', target.name);
    declareDefaults(target, options);
  };
}
