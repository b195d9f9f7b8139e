import { atOnce } from '../operations/context-sources.js';
import type { RequestContext } from '../operations/request-context.js';

/** The parts of a request that Express and Fastify have in common. */
export interface PlatformRequest {
  readonly method?: string;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly cookies?: unknown;
  readonly hostname?: string;
  readonly user?: unknown;
  readonly auth?: unknown;
}

/** Says who is signed in; what it returns is the user, and undefined or null is nobody. */
export type UserFunction = (request: never) => unknown;

/** A request of Express or Fastify. Everything is read when it is asked for, never before. */
export class HttpRequestContext implements RequestContext {
  constructor(
    readonly request: PlatformRequest,
    private readonly userOf: UserFunction | undefined,
  ) {}

  get user(): unknown {
    if (this.userOf) return atOnce(this.userOf(this.request as never), 'user');
    return this.request.user ?? this.request.auth;
  }

  get params(): unknown {
    return this.request.params;
  }

  get query(): unknown {
    return this.request.query;
  }

  get headers(): Readonly<Record<string, unknown>> {
    return this.request.headers ?? {};
  }

  get cookies(): unknown {
    return this.request.cookies;
  }

  get host(): string | undefined {
    return this.request.hostname;
  }
}
