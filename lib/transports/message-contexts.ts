import type { UserFunction } from '../http/sources.js';
import { atOnce } from '../operations/context-sources.js';
import type { RequestContext } from '../operations/request-context.js';

/** What neither has. */
const NOTHING = { params: undefined, query: undefined, headers: {}, cookies: undefined, host: undefined };

/** What a client of a gateway shows of the request that it connected with. */
interface Handshake {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly query?: unknown;
}

interface Client {
  readonly user?: unknown;
  readonly data?: { readonly user?: unknown };
  readonly handshake?: Handshake;
  readonly request?: Handshake;
}

/** The context of a message as the request: a guard leaves the user in it. A message has nothing else to name. */
export function messageContext(request: object, userOf: UserFunction | undefined): RequestContext {
  return {
    ...NOTHING,
    request,
    get user() {
      return userOf ? atOnce(userOf(request as never), 'user') : (request as Client).user;
    },
  };
}

/** A client of a gateway as the request: who is signed in is known of the connection, not of one message. */
export function clientContext(request: object, userOf: UserFunction | undefined): RequestContext {
  const client = request as Client;
  const { headers = {}, query } = client.handshake ?? client.request ?? {};
  const { host } = headers;
  return {
    ...NOTHING,
    request,
    headers,
    query,
    host: typeof host === 'string' ? host : undefined,
    get user() {
      return userOf ? atOnce(userOf(request as never), 'user') : (client.user ?? client.data?.user);
    },
  };
}
