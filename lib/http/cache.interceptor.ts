import { Inject, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { Observable, map, tap } from 'rxjs';
import { systemClock } from '../core/clock.js';
import { configOf } from '../operations/nest-config.js';
import { cacheControlOf } from '../operations/cache-control.js';
import type { HandledRequest } from '../operations/request-context.js';
import { insideRequest } from '../operations/request-context.js';
import type { MethodRuntime } from '../operations/runtime.js';
import { CACHE_RUNTIME } from '../operations/tokens.js';
import type { PlatformResponse } from './adapter.js';
import { beforeHead } from './adapter.js';
import { isSeenByOthers } from './interceptors.js';
import type { RequestOptions } from './exchange.js';
import { HttpExchange } from './exchange.js';
import { announce } from './headers.js';
import { genuine } from '../serialization/stand-in.js';
import { isKeptByNobody } from './no-store.js';
import { watchReads } from './request-reads.js';
import { writesPlainJson } from './serializers.js';
import type { PlatformRequest } from './sources.js';
import { HttpRequestContext } from './sources.js';
import { toBeSent } from './validator.js';

/** The token of the options that are about requests. */
export const REQUEST_OPTIONS = Symbol.for('nestash:request-options');

/** The token of the interceptor for what does not come over HTTP. */
export const OTHER_TRANSPORTS = Symbol.for('nestash:other-transports');

/**
 * Opens the context of a request for everything that is called while it is handled, and turns what the handler's own
 * lookup came to into headers. Guards have run before it, pipes run after it.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    @Inject(CACHE_RUNTIME) private readonly runtime: MethodRuntime,
    @Inject(REQUEST_OPTIONS) private readonly options: RequestOptions,
    @Inject(OTHER_TRANSPORTS) private readonly others: NestInterceptor,
    @Inject(ExternalContextCreator) private readonly externals: ExternalContextCreator,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return this.others.intercept(context, next);
    const http = context.switchToHttp();
    const handler = context.getHandler();
    const { user, allowBypass } = this.options;
    const request = http.getRequest<PlatformRequest>();
    const response = http.getResponse<PlatformResponse>();
    const route = { controller: context.getClass(), handler };
    const isSeen = (): boolean => isSeenByOthers(route, this, configOf(this.externals)) || !writesPlainJson(response);
    const exchange = new HttpExchange(request, response, handler, { allowBypass, isSeen });
    const requestContext = new HttpRequestContext(request, user);
    const handled: HandledRequest = {
      context: requestContext,
      ...route,
      exchange,
      watchReads: () => watchReads(requestContext, request),
      runtime: this.runtime,
    };
    // RFC 9111, section 5.2.2.5. Before the handler runs, so that failures say so too; what it says itself counts more.
    if (isKeptByNobody(handled) && !cacheControlOf(handler) && response.getHeader('cache-control') === undefined) {
      response.header('Cache-Control', 'no-store');
    }
    // Nest keeps the asynchronous context in which `handle` was called, so the call has to be inside as well.
    return new Observable((subscriber) =>
      insideRequest(handled, () => {
        let isAnswered = false;
        const answer = (value: unknown): unknown => {
          exchange.beginAnswer();
          if (!isAnswered) this.#announce(handled, exchange);
          const body = isAnswered ? genuine(value) : bodyOf(handled, exchange, value);
          isAnswered = true;
          return body;
        };
        return next
          .handle()
          .pipe(map(answer), tap({ error: () => exchange.beginAnswer() }))
          .subscribe(subscriber);
      }),
    );
  }

  /** Prepares what the response says about the cache, if there is anything to say. Errors do not get here. */
  #announce(handled: HandledRequest, { response }: HttpExchange): void {
    const { lookup, invalidated, handler } = handled;
    const cacheControl = cacheControlOf(handler)?.text;
    if (!lookup && invalidated === undefined && cacheControl === undefined) return;
    beforeHead(response, (head) => announce(head, { lookup, invalidated, cacheControl }, systemClock.now()));
  }
}

/** What Nest is given to send: the result itself, or what stands for its JSON. */
function bodyOf({ lookup }: HandledRequest, { request, response }: HttpExchange, result: unknown): unknown {
  const { value, stored } = lookup?.outcome ?? {};
  if (value !== result || !stored?.etag || typeof value !== 'object' || value === null) return genuine(result);
  return toBeSent(response, request, { value, json: stored.payload, etag: stored.etag });
}
