import { atOnce } from '../operations/context-sources.js';
import type { Exchange, HandledRequest, ResponseVerdict } from '../operations/request-context.js';
import type { PlatformResponse } from './adapter.js';
import { Answer } from './answer.js';
import { replayHeaders } from './kept-headers.js';
import { asksForFresh } from './request-rules.js';
import type { PlatformRequest, UserFunction } from './sources.js';

/** Whether a client that asks for a fresh answer gets one. */
export type BypassFunction = (request: never) => boolean;

/** The options of `forRoot` that are about requests. */
export interface RequestOptions {
  readonly user: UserFunction | undefined;
  readonly allowBypass: BypassFunction | undefined;
}

/** What is known of the route of a request. */
export interface RouteFacts extends Pick<RequestOptions, 'allowBypass'> {
  /** Whether anybody but Nest is handed the handler's result. */
  isSeen(): boolean;
}

/** A request of Express or Fastify, and its response. */
export class HttpExchange implements Exchange {
  readonly answer: Answer;
  #isTaken = false;

  constructor(
    readonly request: PlatformRequest,
    readonly response: PlatformResponse,
    handler: HandledRequest['handler'],
    private readonly route: RouteFacts,
  ) {
    this.answer = new Answer(response, handler);
  }

  watchResponse(): (isShared: boolean) => ResponseVerdict {
    return this.answer.watch();
  }

  answered(): Promise<void> {
    return this.answer.sent;
  }

  beginAnswer(): void {
    this.answer.begin();
  }

  replay(headers: string): void {
    replayHeaders(this.response, headers);
  }

  asksForFresh(): boolean {
    const { allowBypass } = this.route;
    if (!allowBypass || !asksForFresh(this.request.headers ?? {})) return false;
    return atOnce(allowBypass(this.request as never), 'allowBypass') === true;
  }

  /** Only the first call is Nest's: a handler that calls itself looks at what it gets. */
  takesUnseen(): boolean {
    const isFirst = !this.#isTaken;
    this.#isTaken = true;
    return isFirst && !this.route.isSeen();
  }
}
