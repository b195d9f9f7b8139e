import type { Duration } from '../core/duration.js';
import { parseDuration } from '../core/duration.js';
import { checkOptionNames, invalidOption } from '../core/options.js';

/** A route whose handlers are cached although they have no decorator. */
export interface CachedRoute {
  /**
   * The path as clients ask for it, with everything that stands in front of it, and parameters as the handler names
   * them: `/api/posts/:id`. With `/*` at the end it means everything below.
   */
  readonly path: string;
  /** Fresh for this long. Default: the policy's, the store's, the module's. */
  readonly ttl?: Duration;
  /** Templates of tags; an entry dies when any of its tags is invalidated. */
  readonly tags?: readonly string[];
  /** Inputs of the handlers that are left out of the key on purpose. */
  readonly ignore?: readonly string[];
}

const OPTIONS = ['path', 'ttl', 'tags', 'ignore'];

/**
 * Whole routes for `forRoot({ routes })`: their GET handlers are cached without a decorator. The first route that
 * matches a handler counts. The key is the path, the handler, the host, who is signed in, and every argument of the
 * handler, so that `invalidate('routes:GET:api:config')` drops a route and everything below it.
 *
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`
 * @example
 * export const publicRoutes = cacheRoutes([{ path: '/api/config', ttl: '5m' }, { path: '/api/countries/*', ttl: '1d' }]);
 */
export function cacheRoutes(routes: readonly CachedRoute[]): readonly CachedRoute[] {
  if (!Array.isArray(routes))
    throw invalidOption('routes', 'cacheRoutes()', routes, "a list such as [{ path: '/api' }]");
  return Object.freeze(routes.map((route: CachedRoute, index) => checkedRoute(route, `cacheRoutes()[${index}]`)));
}

function checkedRoute(route: CachedRoute, where: string): CachedRoute {
  checkOptionNames(route, OPTIONS, where);
  const { path, ttl, tags, ignore } = route;
  const isPath = typeof path === 'string' && /^\/[^\s?#]*$/.test(path) && !path.replace(/\/\*$/, '').includes('*');
  const expected = 'a path as clients ask for it, such as "/api/posts/:id", or "/api/*" for everything below';
  if (!isPath) throw invalidOption('path', where, path, expected);
  if (ttl !== undefined) parseDuration(ttl, 'ttl', where);
  for (const [option, value] of Object.entries({ tags, ignore })) {
    const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
    if (value !== undefined && !isList) throw invalidOption(option, where, value, 'an array of texts');
  }
  return Object.freeze({ ...route });
}
