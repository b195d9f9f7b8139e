import type { Writable } from 'node:stream';
import type { ResponseVerdict } from '../operations/request-context.js';
import type { PlatformResponse } from './adapter.js';
import { ADDS_HEADERS, isRedirection, verdictOf, watchCookies } from './response-rules.js';

/** Whether a result may be stored. */
type Judge = (isShared: boolean) => ResponseVerdict;

interface Watch {
  readonly look: Judge;
  /** How it looked when the answer began to be sent; undefined until then. */
  early: Judge | undefined;
}

/**
 * The answer to one request, and what handlers that load for the cache do to it. A handler may run longer than its
 * request, where a stale value was the answer, and may begin after it: then what counts is that it leaves the answer as
 * it was sent.
 */
export class Answer {
  #sent: Promise<void> | undefined;
  /** How it looked when it began to be sent, without anything that a handler did; undefined until then. */
  #early: Judge | undefined;
  /** What was sent. */
  #asSent: string | undefined;
  readonly #open = new Set<Watch>();

  constructor(
    private readonly response: PlatformResponse,
    private readonly handler: object,
  ) {}

  /** Resolves when everything has been sent, or nothing more will be. */
  get sent(): Promise<void> {
    const node = (this.response.raw ?? this.response) as Writable;
    this.#sent ??= new Promise((resolve) => {
      const end = (): void => {
        this.#asSent ??= this.#print();
        resolve();
      };
      if (node.writableFinished || node.destroyed) end();
      else node.once('finish', end).once('close', end);
    });
    return this.#sent;
  }

  /** Called before a handler runs; what it returns is asked once, after it. */
  watch(): Judge {
    if (isRedirection(this.handler)) return () => ({ refusal: 'it redirects' });
    const cookies = watchCookies(this.response);
    const watch: Watch = { look: this.#judgeFromNow(() => cookies.areSet), early: this.#early };
    this.#open.add(watch);
    void this.sent;
    return (isShared) => {
      this.#open.delete(watch);
      cookies.stop();
      return watch.early ? this.#late(watch.early(isShared), cookies.areSet) : watch.look(isShared);
    };
  }

  /** From now on the response gets what is sent, and no longer shows what a handler does to it. */
  begin(): void {
    if (this.#early) return;
    // Most requests end here: nothing outlives them.
    if (!this.#sent) return void (this.#early = () => ({ refusal: 'its answer has been sent' }));
    this.#early = asItIs(this.#judgeFromNow(() => false));
    for (const watch of this.#open) watch.early = asItIs(watch.look);
  }

  #judgeFromNow(areCookiesSet: () => boolean): Judge {
    const { response, handler } = this;
    const before = response.getHeaders();
    return (isShared) => verdictOf(response, { handler, before, areCookiesSet: areCookiesSet(), isShared });
  }

  /** Whether the result of a handler that outlives its request may be stored. */
  #late(early: ResponseVerdict, areCookiesSet: boolean): ResponseVerdict {
    if (early.refusal !== undefined) return early;
    if (areCookiesSet) return { refusal: 'it sets a cookie' };
    if (this.#asSent === undefined) return { refusal: 'its answer is being sent' };
    return this.#asSent === this.#print() ? early : { refusal: ADDS_HEADERS };
  }

  #print(): string {
    return JSON.stringify([this.response.statusCode, Object.entries(this.response.getHeaders())]);
  }
}

/** What is found now, for later. */
function asItIs(judge: Judge): Judge {
  const [shared, personal] = [judge(true), judge(false)];
  return (isShared) => (isShared ? shared : personal);
}
