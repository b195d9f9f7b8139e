import { AsyncLocalStorage } from 'node:async_hooks';

/** The request being served, as key templates and the functions of `forRoot` see it. */
export interface RequestContext {
  /** The platform's request: Express' or Fastify's. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its type is the platform's and the application's
  readonly request: any;
  /** Who is signed in; undefined for nobody. */
  readonly user: unknown;
  readonly params: unknown;
  readonly query: unknown;
  /** By their lower-case names. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** As a cookie parser left them; undefined without one. */
  readonly cookies: unknown;
  readonly host: string | undefined;
}

/** How a method of a handler's class was looked up, for the response's header. */
export type LookupStatus = 'HIT' | 'MISS' | 'BYPASS';

/** A request on its way through a handler: what the interceptor opens, and what wrappers leave in it. */
export interface HandledRequest {
  readonly context: RequestContext;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a class, as Nest hands it out
  readonly controller: Function;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a method, as Nest hands it out
  readonly handler: Function;
  /** The outcome of the handler's own lookup; the first one counts. */
  lookup?: LookupStatus;
  /** Looks at the response before the handler runs, and afterwards says why its result must not be stored, if so. */
  watchResponse(): (isShared: boolean) => string | undefined;
}

const requests = new AsyncLocalStorage<HandledRequest>();

/** Runs the rest of a request so that every method called in it knows the request. */
export function insideRequest<T>(request: HandledRequest, run: () => T): T {
  return requests.run(request, run);
}

/** The request being served, or undefined outside of one: in guards, middleware, filters, jobs. */
export function currentRequest(): HandledRequest | undefined {
  return requests.getStore();
}
