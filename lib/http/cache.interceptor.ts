import { Inject, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Observable, tap } from 'rxjs';
import type { HandledRequest } from '../operations/request-context.js';
import { insideRequest } from '../operations/request-context.js';
import type { PlatformRequest, UserFunction } from './http-request-context.js';
import { HttpRequestContext } from './http-request-context.js';
import type { PlatformResponse } from './response-rules.js';
import { watchResponse } from './response-rules.js';

/** The token of the option `user`. */
export const USER_FUNCTION = Symbol.for('nestash:user-function');

/**
 * Opens the context of a request for everything that is called while it is handled, and turns what the handler's own
 * lookup came to into a header. Guards have run before it, pipes run after it.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(USER_FUNCTION) private readonly userOf: { readonly user?: UserFunction | undefined },
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const response = http.getResponse<PlatformResponse>();
    const handled: HandledRequest = {
      context: new HttpRequestContext(http.getRequest<PlatformRequest>(), this.userOf.user),
      controller: context.getClass(),
      handler: context.getHandler(),
      watchResponse: () => watchResponse(response, context.getHandler()),
    };
    // Nest keeps the asynchronous context in which `handle` was called, so the call has to be inside as well.
    return new Observable((subscriber) =>
      insideRequest(handled, () =>
        next
          .handle()
          .pipe(tap(() => this.#setHeader(response, handled)))
          .subscribe(subscriber),
      ),
    );
  }

  #setHeader(response: PlatformResponse, { lookup }: HandledRequest): void {
    if (lookup) this.host.httpAdapter.setHeader(response, 'X-Cache', lookup);
  }
}
