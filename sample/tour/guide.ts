import { DEMO_PASSWORD } from '../blog/database/seed.js';
import type { KeyLog } from './key-log.js';
import type { Read } from './lines.js';
import { chapter, failure, line, remark } from './lines.js';

/** How an answer should come: from the cache, loaded, or with a status that no cache had a part in. */
export type Expected = 'HIT' | 'MISS' | 404;

interface Sent {
  /** Who sends it: the name of a demonstration user. */
  readonly as?: string;
  /** The language of the visitor's browser. */
  readonly browser?: string;
  readonly body?: object;
}

/** What the answer should show. */
interface Shown<T> {
  readonly shows?: (body: T) => string;
  /** Left out: anything. */
  readonly expected?: string;
}

const DEADLINE_MS = 10_000;

/** A step that did not come out as it should. */
export class Unexpected extends Error {}

/** Sends requests, prints a line for each, and stops where something is not as expected. */
export class Guide {
  readonly reads: Read[] = [];
  readonly #tokens = new Map<string, string>();
  #chapters = 0;

  constructor(
    private readonly api: string,
    private readonly log: KeyLog,
    readonly print: (line: string) => void,
  ) {}

  chapter(what: string): void {
    this.print(chapter(++this.#chapters, what));
  }

  fail(error: Unexpected): void {
    this.print(failure(error.message));
  }

  /** Signs in without a line of its own. */
  async signIn(name: string): Promise<void> {
    const body = { email: `${name}@example.com`, password: DEMO_PASSWORD };
    const { json } = await this.#fetch<{ token: string }>('POST', '/auth/login', { body });
    this.#tokens.set(name, json.token);
  }

  /** @throws Unexpected */
  async read<T>(path: string, wanted: Expected, { shows, expected, ...sent }: Sent & Shown<T> = {}): Promise<T> {
    const { status, cache, json } = await this.#step<T>('GET', path, sent);
    if (cache) this.reads.push(cache);
    const found = status === 200 ? cache?.cache : status;
    if (found !== wanted) throw new Unexpected(`this should be ${wanted}, and is ${found ?? 'not looked up'}`);
    if (!shows) return json;
    const shown = shows(json);
    this.print(remark(shown));
    if (expected !== undefined && shown !== expected) throw new Unexpected(`this should show "${expected}"`);
    return json;
  }

  /** @throws Unexpected when it is refused, or invalidates nothing. */
  async write(method: string, path: string, sent: Sent): Promise<void> {
    const { status, dropped } = await this.#step(method, path, sent);
    if (status >= 300) throw new Unexpected(`the answer is ${status}`);
    if (dropped.length === 0) throw new Unexpected('this should invalidate something');
  }

  async #step<T>(method: string, path: string, sent: Sent) {
    const { status, header, json, ms } = await this.#fetch<T>(method, path, sent);
    const { key, dropped, warnings } = this.log.take();
    const from = sent.as ?? (sent.browser && `browser: ${sent.browser}`);
    const request = `${method} ${path}${from ? ` (${from})` : ''}`;
    this.print(line({ request, outcome: header ?? String(status), ms, key, dropped }));
    if (warnings.length > 0) throw new Unexpected(warnings.join('\n    '));
    if (header !== null && key === undefined) throw new Unexpected('the log does not name the key');
    return { status, cache: header === null ? undefined : { cache: header, ms }, json, dropped };
  }

  async #fetch<T>(method: string, path: string, { as, browser, body }: Sent) {
    const started = performance.now();
    const response = await fetch(this.api + path, {
      method,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${this.#tokens.get(as)}` }),
        ...(browser !== undefined && { 'accept-language': browser }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const json = (await response.json()) as T;
    const ms = performance.now() - started;
    return { status: response.status, header: response.headers.get('x-cache'), json, ms };
  }
}
