import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { CacheError } from '../core/errors.js';
import { cacheKeys } from '../keys/catalog.js';
import { encodeSegment } from '../keys/escape.js';
import { editDistance } from '../keys/nearest.js';
import { declaredOn, isUncached, prototypeChain } from '../operations/accessor.js';
import type { CachedRoute } from '../operations/cached-routes.js';
import type { Declaration } from '../operations/declaration.js';
import { wrapRoute } from '../operations/route-wrapper.js';
import type { CacheRuntime } from '../operations/runtime.js';
import type { RoutedHandler } from './route-paths.js';
import { routedHandlers } from './route-paths.js';

interface Application {
  readonly modules: ModulesContainer;
  readonly config: ApplicationConfig | undefined;
  readonly runtime: CacheRuntime;
}

const MOST_SHOWN = 3;

/** Declares what `forRoot({ routes })` names, before Nest makes its routes. Returns the routes that name nothing right. */
export function declareRoutes(routes: readonly CachedRoute[], application: Application): CacheError[] {
  if (routes.length === 0) return [];
  const handlers = routedHandlers(application.modules, application.config);
  const taken = new Set<RoutedHandler>();
  return routes.flatMap((route) => {
    const matching = handlers.filter(({ paths }) => paths.some((path) => matches(route, path)));
    if (matching.length === 0) return unknownRoute(route, handlers);
    return matching.flatMap((handler) => {
      if (taken.has(handler)) return [];
      taken.add(handler);
      const reason = reasonAgainst(handler);
      if (reason === undefined) return declare(route, handler, application.runtime);
      // Everything below a path means everything that nobody has decided on by hand.
      return isWide(route) ? [] : badRoute(route, `that of ${nameOf(handler)}, which ${reason}`, 'left out');
    });
  });
}

function declare(route: CachedRoute, handler: RoutedHandler, runtime: CacheRuntime): CacheError[] {
  const { owner, method, paths } = handler;
  const path = paths.find((each) => matches(route, each))!;
  const segments = segmentsOf(path).map(templateOf);
  if (segments.includes(undefined)) {
    const found = `that of ${nameOf(handler)}, whose path ${JSON.stringify(path)} has more than texts and parameters`;
    return [badRoute(route, found, 'left out: use @Cacheable on the handler')];
  }
  const key = [...segments, encodeSegment(nameOf(handler)), '<<@host|none>>', '<<@user.id>>', '<<args>>'].join(':');
  const { ttl, tags, ignore } = route;
  const declaration: Declaration = {
    kind: 'cacheable',
    key: cacheKeys('routes:GET', { [path]: key })[path],
    options: { ...(ttl && { ttl }), ...(tags && { tags }), ...(ignore && { ignore }) },
  };
  const declaring = prototypeChain(owner.prototype as object).find((each) => Object.hasOwn(each, method))!;
  const original = wrapRoute(declaring, method);
  runtime.declareRoute(owner, { declaring, method, declared: { declarations: [declaration], original } });
  return [];
}

/** A segment of a path in a template; undefined for one that is neither a text nor a parameter. */
function templateOf(segment: string): string | undefined {
  const [, parameter] = /^:(\w+)$/.exec(segment) ?? [];
  if (parameter !== undefined) return `<<@params.${parameter}>>`;
  return /[:*{}()?+[\]]/.test(segment) ? undefined : encodeSegment(segment);
}

function reasonAgainst({ owner, method }: RoutedHandler): string | undefined {
  const prototype = owner.prototype as Record<string, object>;
  if (prototypeChain(prototype).some((each) => declaredOn(each, method))) return 'has a decorator of its own';
  return isUncached(owner, prototype[method]!) ? 'has @NoCache()' : undefined;
}

function matches(route: CachedRoute, path: string): boolean {
  const [wanted, found] = [segmentsOf(route.path), segmentsOf(path)];
  if (!isWide(route)) return wanted.join('/') === found.join('/');
  const above = wanted.slice(0, -1);
  return found.length > above.length && above.every((segment, index) => segment === found[index]);
}

function isWide({ path }: CachedRoute): boolean {
  return path.endsWith('/*');
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function nameOf({ owner, method }: RoutedHandler): string {
  return `${owner.name}.${method}`;
}

function unknownRoute(route: CachedRoute, handlers: readonly RoutedHandler[]): CacheError {
  const all = [...new Set(handlers.flatMap(({ paths }) => paths))];
  const distances = new Map(all.map((path) => [path, editDistance(route.path, path)]));
  const nearest = all.sort((one, other) => distances.get(one)! - distances.get(other)!).slice(0, MOST_SHOWN);
  const shown = nearest.map((path) => JSON.stringify(path)).join(', ') || 'none, for there is no GET handler';
  return badRoute(route, 'that of no GET handler', `a path as clients ask for it; the nearest: ${shown}`);
}

function badRoute({ path }: CachedRoute, found: string, expected: string): CacheError {
  const where = `CacheModule.forRoot({ routes }), ${JSON.stringify(path)}`;
  return new CacheError('OPTION_INVALID', { option: 'path', where, found, expected });
}
