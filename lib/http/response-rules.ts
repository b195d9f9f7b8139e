import 'reflect-metadata';

/** The parts of a response that Express and Fastify have in common. */
export interface PlatformResponse {
  readonly statusCode: number;
  getHeaders(): Readonly<Record<string, unknown>>;
}

const OK = 200;
/** What sets a cookie. Plugins of Fastify write the header only when the answer is sent, when it is too late to look. */
const COOKIE_SETTERS = ['setCookie', 'cookie', 'clearCookie'];
/** Where Nest keeps what `@Redirect()` says. */
const REDIRECT = '__redirect__';

/**
 * Looks at a response before its handler runs. What it returns says afterwards why the result must not be stored, if
 * anything speaks against it: what a handler adds to its own response would be missing on a hit.
 */
export function watchResponse(response: PlatformResponse, handler: object): (isShared: boolean) => string | undefined {
  // Nest sets the status of a redirection only after the handler.
  if (Reflect.hasMetadata(REDIRECT, handler)) return () => 'it redirects';
  const before = fingerprint(response);
  const cookies = watchCookies(response);
  return (isShared) => {
    cookies.stop();
    const headers = response.getHeaders();
    // RFC 9110, section 15.3.1: the one status whose answer is just the value.
    if (response.statusCode !== OK) return `its status is ${response.statusCode}`;
    // RFC 6265, section 4.1: a cookie is for the one who receives it.
    if (cookies.areSet || headers['set-cookie'] !== undefined) return 'it sets a cookie';
    const forbidden = forbiddenBy(headers['cache-control'], isShared);
    if (forbidden) return `it says Cache-Control: ${forbidden}`;
    return fingerprint(response) === before ? undefined : 'its handler adds headers of its own';
  };
}

/** Notices any use of a function that sets a cookie, until it is told to stop. */
function watchCookies(response: PlatformResponse) {
  const functions = response as unknown as Record<string, unknown>;
  const watch = { areSet: false, stop: () => restores.forEach((restore) => restore()) };
  const restores = COOKIE_SETTERS.flatMap((name) => {
    const setter = functions[name];
    if (typeof setter !== 'function') return [];
    const own = Object.getOwnPropertyDescriptor(response, name);
    const value = function (this: unknown, ...args: unknown[]): unknown {
      watch.areSet = true;
      return Reflect.apply(setter, this, args);
    };
    if (!Reflect.defineProperty(response, name, { value, configurable: true, writable: true })) return [];
    return () => (own ? Object.defineProperty(response, name, own) : Reflect.deleteProperty(response, name));
  });
  return watch;
}

/** RFC 9111, sections 5.2.2.5 and 5.2.2.7. The words count wherever they stand, for a malformed header means them too. */
function forbiddenBy(cacheControl: unknown, isShared: boolean): string | undefined {
  const text = Array.isArray(cacheControl) ? cacheControl.join() : typeof cacheControl === 'string' ? cacheControl : '';
  const words = text.toLowerCase().split(/[^a-z-]+/);
  if (words.includes('no-store')) return 'no-store';
  return isShared && words.includes('private') ? 'private' : undefined;
}

function fingerprint(response: PlatformResponse): string {
  return JSON.stringify(Object.entries(response.getHeaders()).sort(([one], [other]) => (one < other ? -1 : 1)));
}
