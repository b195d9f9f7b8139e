import type {
  AnyMethod,
  InvalidateOptions,
  Pattern,
  PatternFunction,
  PlainInvalidateOptions,
} from '../operations/declaration.js';
import { decorateMethod } from '../operations/method-wrapper.js';
import type { TypedMethodDecorator } from './cached-declaration.js';

/**
 * Invalidates after the method succeeded and before its result is returned, so that the next read is fresh. A path
 * drops its entry and everything below it; `*` stands for one segment and costs a scan.
 *
 * A placeholder without a value widens the pattern to the path in front of it. The method never fails because of it.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE` where it stands on something that is no method.
 * @example
 * @InvalidateCache(['public:blog:detail:<<slug>>', 'public:blog:list'])
 * async update(slug: string, changes: Changes) { … }
 */
export function InvalidateCache(patterns: readonly Pattern[], options?: PlainInvalidateOptions): MethodDecorator;
export function InvalidateCache<M extends AnyMethod>(
  patterns: readonly Pattern[] | PatternFunction<M>,
  options?: InvalidateOptions<M>,
): TypedMethodDecorator<M>;
export function InvalidateCache(
  patterns: readonly Pattern[] | PatternFunction<AnyMethod>,
  options: InvalidateOptions<AnyMethod> = {},
): MethodDecorator {
  return (target, method, descriptor) => {
    decorateMethod(target, method, descriptor, { kind: 'invalidate', patterns, options });
  };
}
