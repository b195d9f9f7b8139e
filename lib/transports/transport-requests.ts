import { watchReads } from '../http/request-reads.js';
import type { UserFunction } from '../http/sources.js';
import type { HandledRequest, RequestContext } from '../operations/request-context.js';
import { graphqlContext } from './graphql-context.js';
import { clientContext, messageContext } from './message-contexts.js';

/** The transports besides HTTP, as `ExecutionContext.getType()` names them. */
const CONTEXTS: Readonly<
  Record<string, (bearer: object, userOf: UserFunction | undefined) => RequestContext | undefined>
> = { graphql: graphqlContext, rpc: messageContext, ws: clientContext };

/** The method that Nest calls to serve a request. */
export type Route = Pick<HandledRequest, 'controller' | 'handler'>;

/** Makes requests of what GraphQL, microservices and gateways hand to their handlers. */
export class TransportRequests {
  constructor(private readonly userOf: UserFunction | undefined) {}

  /** The request behind the arguments that a transport passes, before parameter decorators pick from them. */
  ofArguments(type: string, args: readonly unknown[], route: Route): HandledRequest | undefined {
    if (type === 'rpc') return this.of(type, args[1], route);
    if (type === 'ws') return this.of(type, args[0], route);
    // (root, args, context, info), without args where a reference is resolved. What a client sent is never the context.
    return this.of(type, args.length === 3 ? args[1] : args[2], route);
  }

  /** The request behind the GraphQL context, the message's context or the client; undefined where there is none. */
  of(type: string, bearer: unknown, route: Route): HandledRequest | undefined {
    if (typeof bearer !== 'object' || bearer === null) return undefined;
    const context = CONTEXTS[type]?.(bearer, this.userOf);
    // There is one answer for many resolvers or none at all: no status, no header, no cookie is a handler's own.
    return context && { ...route, context, watchReads: () => watchReads(context, bearer, context.request as object) };
  }
}
