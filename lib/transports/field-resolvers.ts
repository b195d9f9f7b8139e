import type { ExternalContextCreator } from '@nestjs/core';
import { insideRequest } from '../operations/request-context.js';
import type { TransportRequests } from './transport-requests.js';

type Resolver = (...args: unknown[]) => Promise<unknown>;

/**
 * Opens the context of a request around field resolvers as well. By default Nest runs no interceptor for them, and
 * GraphQL calls them outside of what the interceptor of the query opened, so the place where Nest makes them is the
 * only one left. Guards of the query have run long before.
 */
export function openFieldResolvers(creator: ExternalContextCreator, requests: TransportRequests): void {
  const create = creator.create.bind(creator) as (...parameters: unknown[]) => Resolver;
  const creating = (...parameters: unknown[]): Resolver => {
    const resolve = create(...parameters);
    const [instance, handler, , , , , , enhancers, type] = parameters;
    if (type !== 'graphql' || (enhancers as { interceptors?: boolean } | undefined)?.interceptors !== false) {
      return resolve;
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a class and a method, as Nest hands them out
    const route = { controller: (instance as object).constructor, handler: handler as Function };
    return (...args) => {
      const request = requests.ofArguments(type, args, route);
      return request ? insideRequest(request, () => resolve(...args)) : resolve(...args);
    };
  };
  creator.create = creating as typeof creator.create;
}
