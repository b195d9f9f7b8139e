import type { CanActivate, ExecutionContext, Provider, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { GqlExecutionContext, GraphQLModule } from '@nestjs/graphql';
import type { CacheModuleOptions } from '../../lib/index.js';
import type { ApplicationParts, Platform } from './application.js';
import { TestApplication } from './application.js';

/** A server of GraphQL, and the platform under it. */
export interface GraphqlServer {
  readonly name: string;
  readonly platform: Platform;
  readonly driver: Type;
  readonly options?: Record<string, unknown>;
}

export interface GraphqlAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

/** What resolvers see of the context of an operation. */
export interface OperationContext {
  readonly req: { readonly headers: Record<string, string>; user?: { readonly id: string } };
}

/** Signs in whoever the header `x-user` names. */
class SignInOperations implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { req } = GqlExecutionContext.create(context).getContext<Partial<OperationContext>>();
    const id = req?.headers['x-user'];
    if (req && id !== undefined) req.user = { id };
    return true;
  }
}

export interface GraphqlParts {
  readonly providers: Provider[];
  readonly cache?: CacheModuleOptions;
  readonly logger?: ApplicationParts['logger'];
}

/** A real application that answers GraphQL. */
export class GraphqlApplication {
  private constructor(readonly application: TestApplication) {}

  static async start({ driver, platform, options }: GraphqlServer, parts: GraphqlParts): Promise<GraphqlApplication> {
    const module = GraphQLModule.forRoot({ driver, autoSchemaFile: true, graphiql: false, ...options });
    const application = await TestApplication.start({
      platform,
      imports: [module],
      providers: [...parts.providers, { provide: APP_GUARD, useClass: SignInOperations }],
      cache: parts.cache ?? {},
      ...(parts.logger && { logger: parts.logger }),
    });
    return new GraphqlApplication(application);
  }

  /** What the server answers, to this user or to nobody. */
  async ask(query: string, user?: string): Promise<GraphqlAnswer> {
    const headers = { 'content-type': 'application/json', ...(user !== undefined && { 'x-user': user }) };
    const answer = await this.application.fetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    return answer.json() as GraphqlAnswer;
  }

  async stop(): Promise<void> {
    await this.application.stop();
  }
}
