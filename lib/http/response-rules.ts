import 'reflect-metadata';
import { cacheControlOf } from '../operations/cache-control.js';
import type { ResponseVerdict } from '../operations/request-context.js';
import type { PlatformResponse } from './adapter.js';
import { keptHeaders, otherHeaders } from './kept-headers.js';

/** What is known of a handler that has run, besides its response as it is now. */
interface Observed {
  readonly handler: object;
  /** The header fields of the response before that. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly areCookiesSet: boolean;
  readonly isShared: boolean;
}

const OK = 200;
/** What sets a cookie. Plugins of Fastify write the header only when the answer is sent, when it is too late to look. */
const COOKIE_SETTERS = ['setCookie', 'cookie', 'clearCookie'];
/** Where Nest keeps what `@Redirect()` says. */
const REDIRECT = '__redirect__';

/** Why a result is not stored whose handler says something that a hit could not repeat. */
export const ADDS_HEADERS = 'its handler adds headers of its own';

/** Nest sets the status of a redirection only after the handler. */
export function isRedirection(handler: object): boolean {
  return Reflect.hasMetadata(REDIRECT, handler);
}

/**
 * What speaks against storing the result of a handler, or which header fields belong to it: anything else that a handler
 * adds would be missing on a hit.
 */
export function verdictOf(response: PlatformResponse, observed: Observed): ResponseVerdict {
  const { before } = observed;
  const after = response.getHeaders();
  const refusal = refusalOf(response.statusCode, after, observed);
  if (refusal !== undefined) return { refusal };
  const headers = otherHeaders(before) === otherHeaders(after) ? keptHeaders(before, after) : undefined;
  return headers === undefined ? { refusal: ADDS_HEADERS } : { headers };
}

function refusalOf(
  status: number,
  headers: Readonly<Record<string, unknown>>,
  { isShared, areCookiesSet, handler }: Observed,
): string | undefined {
  // RFC 9110, section 15.3.1: the one status whose answer is just the value.
  if (status !== OK) return `its status is ${status}`;
  // RFC 6265, section 4.1: a cookie is for the one who receives it.
  if (areCookiesSet || headers['set-cookie'] !== undefined) return 'it sets a cookie';
  const forbidden = forbiddenBy(headers['cache-control'] ?? cacheControlOf(handler)?.text, isShared);
  return forbidden && `it says Cache-Control: ${forbidden}`;
}

/** What notices the cookies of a response, for everybody who watches it at the moment. */
interface CookieWatches {
  readonly present: Set<{ areSet: boolean }>;
  readonly restore: () => void;
}

const watched = new WeakMap<object, CookieWatches>();

/** Notices any use of a function that sets a cookie, until it is told to stop. Several may watch at once. */
export function watchCookies(response: PlatformResponse) {
  let watches = watched.get(response);
  if (!watches) watched.set(response, (watches = replaceSetters(response)));
  const { present, restore } = watches;
  const watch = {
    areSet: false,
    stop(): void {
      present.delete(watch);
      if (present.size > 0) return;
      watched.delete(response);
      restore();
    },
  };
  present.add(watch);
  return watch;
}

function replaceSetters(response: PlatformResponse): CookieWatches {
  const functions = response as unknown as Record<string, unknown>;
  const present = new Set<{ areSet: boolean }>();
  const restores = COOKIE_SETTERS.flatMap((name) => {
    const setter = functions[name];
    if (typeof setter !== 'function') return [];
    const own = Object.getOwnPropertyDescriptor(response, name);
    const value = function (this: unknown, ...args: unknown[]): unknown {
      for (const watch of present) watch.areSet = true;
      return Reflect.apply(setter, this, args);
    };
    if (!Reflect.defineProperty(response, name, { value, configurable: true, writable: true })) return [];
    return () => (own ? Object.defineProperty(response, name, own) : Reflect.deleteProperty(response, name));
  });
  return { present, restore: () => restores.forEach((restore) => restore()) };
}

/** RFC 9111, sections 5.2.2.5 and 5.2.2.7. The words count wherever they stand, for a malformed header means them too. */
function forbiddenBy(cacheControl: unknown, isShared: boolean): string | undefined {
  const text = Array.isArray(cacheControl) ? cacheControl.join() : typeof cacheControl === 'string' ? cacheControl : '';
  const words = text.toLowerCase().split(/[^a-z-]+/);
  if (words.includes('no-store')) return 'no-store';
  return isShared && words.includes('private') ? 'private' : undefined;
}
