import 'reflect-metadata';

/** The parts of a response that Express and Fastify have in common. */
export interface PlatformResponse {
  readonly statusCode: number;
  getHeaders(): Readonly<Record<string, unknown>>;
}

const OK = 200;
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
  return (isShared) => {
    const headers = response.getHeaders();
    // RFC 9110, section 15.3.1: the one status whose answer is just the value.
    if (response.statusCode !== OK) return `its status is ${response.statusCode}`;
    // RFC 6265, section 4.1: a cookie is for the one who receives it.
    if (headers['set-cookie'] !== undefined) return 'it sets a cookie';
    const forbidden = forbiddenBy(headers['cache-control'], isShared);
    if (forbidden) return `it says Cache-Control: ${forbidden}`;
    return fingerprint(response) === before ? undefined : 'its handler adds headers of its own';
  };
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
