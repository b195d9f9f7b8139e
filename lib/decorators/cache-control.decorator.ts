import { notAMethod } from '../operations/method-wrapper.js';
import type { CacheControlOptions } from '../operations/cache-control.js';
import { checkedCacheControl, declareCacheControl } from '../operations/cache-control.js';

/**
 * Says what browsers and caches on the way may do with the answers of a handler, cached or not. Without it a cached
 * handler answers `no-cache` under a shared scope and `private, no-cache` elsewhere, because no invalidation reaches a
 * copy that somebody else keeps. What the application itself writes into `Cache-Control` wins.
 *
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID` also for directives that contradict each other,
 * `DURATION_INVALID`, and `METHOD_NOT_CACHEABLE` where it stands on something that is no method.
 * @example
 * @CacheControl({ public: true, maxAge: '1h', mustRevalidate: true })
 * @Get('terms')
 * terms() { … }
 */
export function CacheControl(options: CacheControlOptions): MethodDecorator {
  return (target, method, descriptor) => {
    const handler: unknown = descriptor?.value;
    if (typeof target === 'function' || typeof handler !== 'function') throw notAMethod(target, method);
    const where = `@CacheControl of ${target.constructor.name}.${String(method)}`;
    declareCacheControl(handler, checkedCacheControl(options, where));
  };
}
