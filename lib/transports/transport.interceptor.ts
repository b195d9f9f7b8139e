import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { insideRequest } from '../operations/request-context.js';
import type { TransportRequests } from './transport-requests.js';

/** Opens the context of what came over GraphQL, as a message or through a gateway; guards have run before it. */
@Injectable()
export class TransportInterceptor implements NestInterceptor {
  constructor(private readonly requests: TransportRequests) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const route = { controller: context.getClass(), handler: context.getHandler() };
    const request = this.requests.ofArguments(context.getType(), context.getArgs(), route);
    if (!request) return next.handle();
    return new Observable((subscriber) => insideRequest(request, () => next.handle().subscribe(subscriber)));
  }
}
