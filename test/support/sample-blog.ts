import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { createApp, type Platform } from '../../sample/blog/app.ts';
import { DEMO_PASSWORD } from '../../sample/blog/database/seed.ts';

/** The database is WebAssembly, and a busy machine takes its time to compile it. */
const START_DEADLINE_MS = 60_000;

export interface Reply {
  readonly status: number;
  readonly cache: string | null;
  readonly vary: string | null;
  readonly body: ReturnType<typeof JSON.parse>;
}

/** What a browser sends along. */
export interface Sent {
  readonly token?: string;
  readonly body?: unknown;
  readonly language?: string;
}

/** Something that can be read: its address, or that and what is sent along. */
export type Address = string | readonly [path: string, sent: Sent];

/** One running blog, as its visitors see it. */
export class SampleBlog {
  /** The tokens of the three demonstration users. */
  ada = '';
  edgar = '';
  rita = '';
  #app: INestApplication | undefined;
  #api = '';

  async start(platform: Platform, redisUrl: string | undefined): Promise<void> {
    this.#app = await createApp(platform, { redisUrl });
    await this.#app.listen(0, '127.0.0.1');
    this.#api = `http://127.0.0.1:${this.#app.getHttpServer().address().port}/api`;
    for (const name of ['ada', 'edgar', 'rita'] as const) this[name] = await this.signIn(`${name}@example.com`);
  }

  async stop(): Promise<void> {
    await this.#app?.close();
  }

  get app(): INestApplication {
    return this.#app!;
  }

  async send(method: string, path: string, { token, body, language }: Sent = {}): Promise<Reply> {
    const response = await fetch(this.#api + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(language !== undefined && { 'accept-language': language }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const [cache, vary] = [response.headers.get('x-cache'), response.headers.get('vary')];
    return { status: response.status, cache, vary, body: text && JSON.parse(text) };
  }

  async get(address: Address): Promise<Reply> {
    const [path, sent] = typeof address === 'string' ? [address, {}] : address;
    return this.send('GET', path, sent);
  }

  async signIn(email: string): Promise<string> {
    const { body } = await this.send('POST', '/auth/login', { body: { email, password: DEMO_PASSWORD } });
    return body.token;
  }

  /** Reads until the entries are there, so that what follows is a HIT unless somebody invalidates it. */
  async warm(...addresses: Address[]): Promise<void> {
    for (const address of addresses) await this.get(address);
    await this.expectHits(...addresses);
  }

  async expectHits(...addresses: Address[]): Promise<void> {
    for (const address of addresses) {
      expect({ address, ...(await this.get(address)) }).toMatchObject({ address, status: 200, cache: 'HIT' });
    }
  }

  /** Reads each address twice: the first answer is new, and the second one the same from the cache. */
  async expectMisses(...addresses: Address[]): Promise<Reply['body'][]> {
    const bodies: Reply['body'][] = [];
    for (const address of addresses) {
      const first = await this.get(address);
      expect({ address, ...first }).toMatchObject({ address, status: 200, cache: 'MISS' });
      expect(await this.get(address)).toEqual({ ...first, cache: 'HIT' });
      bodies.push(first.body);
    }
    return bodies;
  }
}

/** Tests of the sample, to be run against one application of whatever platform and store. */
export type BlogTests = (blog: SampleBlog) => void;

/** Every test has posts and lists of its own, so that none depends on what another one left behind. */
export function describeBlog(
  name: string,
  { platform, redisUrl }: { platform: Platform; redisUrl?: () => string },
  ...tests: BlogTests[]
): void {
  describe(name, () => {
    const blog = new SampleBlog();
    beforeAll(() => blog.start(platform, redisUrl?.()), START_DEADLINE_MS);
    afterAll(() => blog.stop());
    for (const each of tests) each(blog);
  });
}

/** The slugs of the posts, categories or tags in a list. */
export function slugsIn(items: readonly { readonly slug: string }[]): string[] {
  return items.map(({ slug }) => slug);
}
