import { Inject } from '@nestjs/common';
import { cacheToken } from '../operations/tokens.js';

const SHARED = Symbol.for('nestash:injected-caches');
const shared = globalThis as { [SHARED]?: Set<string> };

/** The names that were asked for; the module provides them all, or says which does not exist. */
export const INJECTED_CACHES = (shared[SHARED] ??= new Set());

/**
 * Injects the `CacheService` of a named cache: of `stores: { static: … }` the one called `static`. Without a name it is
 * the same as injecting `CacheService`. A name that nobody configured fails at start-up.
 */
export function InjectCache(name?: string): PropertyDecorator & ParameterDecorator {
  if (name !== undefined) INJECTED_CACHES.add(name);
  return Inject(cacheToken(name));
}
