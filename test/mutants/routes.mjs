/** Mistakes in caching whole routes, and in keeping handlers out of them. */
const routes = { file: 'lib/checks/routes.ts', tests: 'test/e2e/cache-routes.spec.ts' };
const wrapper = { file: 'lib/operations/route-wrapper.ts', tests: 'test/e2e/cache-routes.spec.ts' };
const noStore = { file: 'lib/http/no-store.ts', tests: 'test/e2e/no-cache.spec.ts' };

export default [
  {
    mistake: 'the key of a route does not say who is signed in',
    ...routes,
    find: "'<<@user.id>>', ",
    replace: '',
    only: 'express is one entry for each who is signed in',
  },
  {
    mistake: 'the key of a route does not say which host was asked',
    ...routes,
    find: "'<<@host|none>>', ",
    replace: '',
    only: 'express is one entry for each host',
  },
  {
    mistake: 'every method is a GET',
    ...routes,
    file: 'lib/checks/route-paths.ts',
    find: '|| requested !== RequestMethod.GET',
    replace: '',
    only: 'express is none where the method is not GET',
  },
  {
    mistake: 'a handler with a decorator of its own is cached twice',
    ...routes,
    find: "return 'has a decorator of its own';",
    replace: 'return undefined;',
    only: 'is refused where its handler is decided on by hand',
  },
  {
    mistake: 'the global prefix is forgotten',
    ...routes,
    file: 'lib/checks/route-paths.ts',
    find: 'slashed(config.getGlobalPrefix())',
    replace: "''",
    only: 'express counts global prefixes',
  },
  {
    mistake: 'a call inside the class belongs to the route',
    ...wrapper,
    find: 'request?.handler === wrapper && request.controller === this.constructor',
    replace: 'request?.controller === this.constructor',
    only: 'express does not reach the same handler of another controller',
  },
  {
    mistake: 'a route of one application is cached in all',
    ...wrapper,
    file: 'lib/operations/runtime.ts',
    find: 'return isDeclared ? this.run(call) : call.proceed();',
    replace: 'void isDeclared;\n    return this.run(call);',
    only: 'express belongs to its application alone',
  },
  {
    mistake: 'a class says more than its methods',
    ...noStore,
    find: '&& !chain.some((each) => declaredOn(each, handler.name))',
    replace: '&& chain.length > 0',
    only: 'express on a class leaves what its methods say by hand',
  },
  {
    mistake: 'a handler cannot say what clients may keep',
    ...noStore,
    file: 'lib/http/cache.interceptor.ts',
    find: "isKeptByNobody(handled) && !cacheControlOf(handler) && response.getHeader('cache-control') === undefined",
    replace: 'isKeptByNobody(handled)',
    only: 'express leaves the last word to the handler',
  },
  {
    mistake: 'both @NoCache and @Cacheable stand on a method',
    ...noStore,
    file: 'lib/operations/contradictions.ts',
    find: "if (reads + puts > 0 && isExcluded) refuse('it has @NoCache() as well', 'Keep one of them.');",
    replace: 'void isExcluded;',
    only: 'is refused, whichever stands first',
  },
  {
    mistake: 'what a route may read is left out of its key',
    ...routes,
    file: 'lib/checks/explorer.ts',
    find: '[...decorated, ...runtime.routesOf(owner)].map',
    replace: '[...decorated, ...runtime.routesOf(owner).slice(0, 0)].map',
    only: 'is refused where its handler answers by itself',
  },
];
