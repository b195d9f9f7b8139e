import { AsyncLocalStorage } from 'node:async_hooks';
import type { Outcome } from '../engine/request.js';

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

/** What the handler's own lookup came to, for the headers of the response. */
export interface HandlerLookup {
  /** `BYPASS` when nothing was looked up. */
  readonly status: 'HIT' | 'STALE' | 'MISS' | 'BYPASS';
  /** Whether the client asked for a fresh answer, and was allowed to. */
  readonly isForced: boolean;
  /** Whether the key means the same for everybody. */
  readonly isShared: boolean;
  /** The request headers that the key depends on. */
  readonly vary: readonly string[];
  /** Absent with `BYPASS`, unless it was forced. */
  readonly outcome?: Outcome;
}

/** What speaks against storing a result, or the header fields that are stored with it. */
export type ResponseVerdict = { readonly refusal: string } | { readonly refusal?: never; readonly headers: string };

/** A request of HTTP and its response. */
export interface Exchange {
  /** Looks at the response before the handler runs, and afterwards says whether its result may be stored. */
  watchResponse(): (isShared: boolean) => ResponseVerdict;
  /** From now on the response gets what is sent, whatever a handler does that still runs. */
  beginAnswer(): void;
  /** Resolves when the answer has been sent. */
  answered(): Promise<void>;
  /** Repeats the header fields that were stored with a result. */
  replay(headers: string): void;
  /** Whether the client asks for a fresh answer, and may. */
  asksForFresh(): boolean;
  /** Whether what the handler returns goes to the platform with nobody in between; true once at most. */
  takesUnseen(): boolean;
}

/** A request on its way through a handler: what the interceptor opens, and what wrappers leave in it. */
export interface HandledRequest {
  readonly context: RequestContext;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a class, as Nest hands it out
  readonly controller: Function;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a method, as Nest hands it out
  readonly handler: Function;
  /** The runtime of the application that serves it, for handlers that are cached by their route. */
  readonly runtime?: object;
  /** The outcome of the handler's own lookup; the last one counts, because it is that of the outermost call. */
  lookup?: HandlerLookup;
  /** How many paths and tags were invalidated while it was handled; undefined for no invalidation. */
  invalidated?: number;
  /** On HTTP, where a handler has a response of its own. */
  readonly exchange?: Exchange;
  /** Notices what loads read of the request, until the returned function is called. */
  watchReads(): () => void;
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

/** Counts what was invalidated while a request is handled, wherever that happened. */
export function noteInvalidated(count: number): void {
  const request = requests.getStore();
  if (request) request.invalidated = (request.invalidated ?? 0) + count;
}
