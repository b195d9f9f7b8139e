import type { PlatformRequest, UserFunction } from '../http/sources.js';
import { HttpRequestContext } from '../http/sources.js';
import type { RequestContext } from '../operations/request-context.js';

/** What Apollo and Mercurius put into the context of an operation, and what applications add. */
interface GraphqlContext {
  readonly reply?: { readonly request?: unknown };
  readonly req?: unknown;
  readonly request?: unknown;
  readonly user?: unknown;
}

/** The HTTP request that carries an operation, and the user that guards leave in it or in the context. */
class GraphqlRequestContext extends HttpRequestContext {
  readonly #graphql: GraphqlContext;
  readonly #decides: boolean;

  constructor(request: PlatformRequest, userOf: UserFunction | undefined, graphql: GraphqlContext) {
    super(request, userOf);
    this.#graphql = graphql;
    this.#decides = userOf === undefined;
  }

  override get user(): unknown {
    return (this.#decides ? this.#graphql.user : undefined) ?? super.user;
  }
}

/**
 * The request that an operation came with; none for what came over a WebSocket. Mercurius names it exactly: `req` may be
 * another one's, for Nest writes it once into a context that is a constant.
 */
export function graphqlContext(bearer: object, userOf: UserFunction | undefined): RequestContext | undefined {
  const graphql = bearer as GraphqlContext;
  const request = graphql.reply ? graphql.reply.request : (graphql.req ?? graphql.request);
  return isPlatformRequest(request) ? new GraphqlRequestContext(request, userOf, graphql) : undefined;
}

/**
 * A request of HTTP. On a WebSocket servers pass the one that it was opened with, or what its client made up: who is
 * signed in is known of the connection, and applications keep that wherever they like.
 */
function isPlatformRequest(value: unknown): value is PlatformRequest {
  if (typeof value !== 'object' || value === null) return false;
  const { headers, raw, socket } = value as { headers?: { upgrade?: unknown }; raw?: unknown; socket?: unknown };
  const hasConnection = [raw, socket].some((each) => typeof each === 'object' && each !== null);
  return headers !== undefined && headers.upgrade === undefined && hasConnection;
}
