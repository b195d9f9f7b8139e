import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { CacheService } from 'nestash';
import { createApp, type Platform } from '../../sample/blog/app.ts';
import { DEMO_PASSWORD } from '../../sample/blog/database/seed.ts';

interface Reply {
  readonly status: number;
  readonly cache: string | null;
  readonly body: ReturnType<typeof JSON.parse>;
}

/** The database is WebAssembly, and a busy machine takes its time to compile it. */
const START_DEADLINE_MS = 60_000;

/**
 * What the sample promises, played over HTTP against one running application. Every test has posts and lists of its own,
 * so that none depends on what another one left behind.
 */
export function describeBlog(name: string, platform: Platform, redisUrl?: () => string): void {
  describe(name, () => {
    let app: INestApplication;
    let api: string;
    let ada: string;

    beforeAll(async () => {
      app = await createApp(platform, { redisUrl: redisUrl?.() });
      await app.listen(0, '127.0.0.1');
      api = `http://127.0.0.1:${app.getHttpServer().address().port}/api`;
      ada = await signIn('ada@example.com');
    }, START_DEADLINE_MS);

    afterAll(async () => {
      await app?.close();
    });

    async function send(
      method: string,
      path: string,
      { token, body }: { token?: string; body?: unknown } = {},
    ): Promise<Reply> {
      const response = await fetch(api + path, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, cache: response.headers.get('x-cache'), body: text && JSON.parse(text) };
    }

    const get = (path: string, token?: string): Promise<Reply> => send('GET', path, token ? { token } : {});

    async function signIn(email: string): Promise<string> {
      const { body } = await send('POST', '/auth/login', { body: { email, password: DEMO_PASSWORD } });
      return body.token;
    }

    /** Reads until the entry is there, so that what follows is a HIT unless somebody invalidates it. */
    async function warm(...paths: string[]): Promise<void> {
      for (const path of paths) {
        await get(path);
        expect(await get(path)).toMatchObject({ status: 200, cache: 'HIT' });
      }
    }

    it('has more than a thousand posts', async () => {
      const { body } = await get('/posts?perPage=1');
      expect(body.total).toBeGreaterThan(1_000);
    });

    it('answers the second read of a post from the cache, with the same text', async () => {
      const first = await get('/posts/grid');
      const second = await get('/posts/grid');
      expect(first).toMatchObject({ status: 200, cache: 'MISS', body: { slug: 'grid', title: 'Grid', lang: 'en' } });
      expect(second).toEqual({ ...first, cache: 'HIT' });
    });

    it('keeps the languages of a post apart, and shares the default one', async () => {
      await warm('/posts/flexbox');
      const german = await get('/posts/flexbox?lang=de');
      expect(german).toMatchObject({ cache: 'MISS', body: { lang: 'de' } });
      expect(german.body.summary).toContain('Baseline');
      expect(await get('/posts/flexbox?lang=en')).toMatchObject({ cache: 'HIT', body: { lang: 'en' } });
    });

    it('shares one entry between the spellings of a list', async () => {
      const first = await get('/posts?category=html&search=input&perPage=2');
      const second = await get('/posts?perPage=2&search=input&category=html&author=&lang=en');
      expect(first).toMatchObject({ status: 200, cache: 'MISS' });
      expect(second).toEqual({ ...first, cache: 'HIT' });
    });

    it('makes no entries for parameters that it does not know', async () => {
      await warm('/posts?category=http', '/posts/http3');
      for (let n = 0; n < 20; n++) {
        expect((await get(`/posts?category=http&x${n}=${n}`)).cache).toBe('HIT');
        expect((await get(`/posts/http3?x${n}=${n}`)).cache).toBe('HIT');
      }
    });

    it('filters by tag, author and text, and pages', async () => {
      const tagged = await get('/posts?tag=selectors&author=css-working-group&perPage=5&page=2');
      expect(tagged.body).toMatchObject({ page: 2 });
      expect(tagged.body.items).toHaveLength(5);
      for (const post of tagged.body.items) {
        expect(post.author.slug).toBe('css-working-group');
        expect(post.tags.map(({ slug }: { slug: string }) => slug)).toContain('selectors');
      }
      const found = await get('/posts?search=modal%20dialog&perPage=3');
      expect(found.body.items.map(({ slug }: { slug: string }) => slug)).toContain('dialog');
    });

    it('refuses bad input before the cache sees it', async () => {
      for (const path of [
        '/posts?page=0',
        '/posts?lang=xx',
        '/posts?tag=a&tag=b',
        '/posts/grid?lang=xx',
        '/posts?search=%00',
      ]) {
        expect(await get(path)).toMatchObject({ status: 400, cache: null });
      }
    });

    it('does not cache that a post is missing', async () => {
      expect((await get('/posts/no-such-post')).status).toBe(404);
      expect((await get('/posts/no-such-post')).status).toBe(404);
      expect((await get('/posts/no-such-post/related')).status).toBe(404);
      expect(await get('/posts/%00')).toMatchObject({ status: 404, cache: null });
    });

    it('shows the new text of an edited post in the post and in the lists, and loads nothing else again', async () => {
      const list = '/posts?tag=canvas&perPage=50';
      await warm('/posts/canvas', '/posts/canvas?lang=fr', '/posts/offscreen-canvas', list);
      const edit = { token: ada, body: { title: 'Canvas, second edition' } };
      expect(await send('PATCH', '/admin/posts/canvas', edit)).toMatchObject({ status: 200, body: edit.body });

      expect(await get('/posts/canvas')).toMatchObject({ cache: 'MISS', body: edit.body });
      const { cache, body } = await get(list);
      expect(cache).toBe('MISS');
      expect(body.items).toContainEqual(expect.objectContaining({ slug: 'canvas', ...edit.body }));
      expect((await get('/posts/offscreen-canvas')).cache).toBe('HIT');
      expect((await get('/posts/canvas')).cache).toBe('HIT');
      expect((await get(list)).cache).toBe('HIT');
    });

    it('loads the related posts of a post again once one of them was edited, and only then', async () => {
      const cache = app.get(CacheService);
      const before = await get('/posts/array-at/related');
      const [related] = before.body;
      await get('/posts/gamepad/related');
      const edit = { token: ada, body: { title: 'Related, second edition' } };
      await send('PATCH', `/admin/posts/${related.slug}`, edit);

      expect(await cache.has('public:blog:related:array-at:en')).toBe(false);
      expect(await cache.has('public:blog:related:gamepad:en')).toBe(true);
      const after = await get('/posts/array-at/related');
      expect(after.body[0]).toEqual({ ...related, ...edit.body, updatedAt: expect.any(String) });
      expect(await cache.has('public:blog:related:array-at:en')).toBe(true);
    });

    it('lets an unpublished post vanish, and brings it back', async () => {
      const list = '/posts?tag=gamepad&perPage=50';
      const slugs = async () => (await get(list)).body.items.map(({ slug }: { slug: string }) => slug);
      await warm('/posts/gamepad', '/posts/dialog', list);
      expect(await slugs()).toContain('gamepad');

      expect((await send('POST', '/admin/posts/gamepad/unpublish', { token: ada })).status).toBe(204);
      expect((await get('/posts/gamepad')).status).toBe(404);
      expect(await slugs()).not.toContain('gamepad');
      expect((await get('/posts/dialog')).cache).toBe('HIT');

      expect((await send('POST', '/admin/posts/gamepad/publish', { token: ada })).status).toBe(204);
      expect(await get('/posts/gamepad')).toMatchObject({ status: 200, cache: 'MISS' });
      expect(await slugs()).toContain('gamepad');
    });

    it('writes, publishes and deletes a post, and drafts leave alone what visitors see', async () => {
      const list = '/posts?author=ada';
      const mine = '/admin/posts?author=ada';
      await warm(list, '/posts/dialog');
      expect((await get(mine, ada)).body.total).toBe(0);
      const draft = {
        slug: 'hello',
        title: 'Hello',
        summary: 'First.',
        body: 'Short.',
        category: 'css',
        tags: ['grid'],
      };
      expect((await send('POST', '/admin/posts', { token: ada, body: draft })).status).toBe(201);
      expect((await send('POST', '/admin/posts', { token: ada, body: draft })).status).toBe(409);
      expect((await get(mine, ada)).body.items).toMatchObject([{ slug: 'hello', published: false }]);
      await send('PATCH', '/admin/posts/hello', { token: ada, body: { title: 'Hello again' } });
      expect((await get(mine, ada)).body.items).toMatchObject([{ title: 'Hello again' }]);
      expect(await get(list)).toMatchObject({ cache: 'HIT', body: { total: 0 } });

      await send('POST', '/admin/posts/hello/publish', { token: ada });
      expect(await get(list)).toMatchObject({ cache: 'MISS', body: { items: [{ title: 'Hello again' }] } });
      expect((await send('DELETE', '/admin/posts/hello', { token: ada })).status).toBe(204);
      expect(await get(list)).toMatchObject({ cache: 'MISS', body: { total: 0 } });
      expect((await get(mine, ada)).body.total).toBe(0);
      expect((await get('/posts/dialog')).cache).toBe('HIT');
    });

    it('lets nobody in without a token, and readers not at all', async () => {
      const rita = await signIn('rita@example.com');
      await get('/admin/posts?perPage=4', ada);
      expect((await get('/admin/posts?perPage=4', ada)).cache).toBe('HIT');
      expect(await get('/admin/posts?perPage=4')).toMatchObject({ status: 401, cache: null });
      expect(await get('/admin/posts?perPage=4', 'made-up')).toMatchObject({ status: 401, cache: null });
      expect(await get('/admin/posts?perPage=4', rita)).toMatchObject({ status: 403, cache: null });
      expect((await send('PATCH', '/admin/posts/grid', { body: { title: 'No' } })).status).toBe(401);
      const wrong = { email: 'ada@example.com', password: 'wrong' };
      expect((await send('POST', '/auth/login', { body: wrong })).status).toBe(401);
    });

    it('does not let a write without permission invalidate anything', async () => {
      const edgar = await signIn('edgar@example.com');
      await warm('/posts/subgrid');
      expect((await send('PATCH', '/admin/posts/subgrid', { token: edgar, body: { title: 'No' } })).status).toBe(403);
      expect((await send('POST', '/admin/posts/subgrid/unpublish', { token: edgar })).status).toBe(403);
      expect((await send('DELETE', '/admin/posts/subgrid')).status).toBe(401);
      expect(await get('/posts/subgrid')).toMatchObject({ status: 200, cache: 'HIT' });
    });

    it('keeps the lists of two users apart', async () => {
      const edgar = await signIn('edgar@example.com');
      const list = '/admin/posts?perPage=3';
      await get(list, ada);
      expect(await get(list, ada)).toMatchObject({ cache: 'HIT' });
      expect(await get(list, edgar)).toMatchObject({ cache: 'MISS', body: { items: [], total: 0 } });
      expect(await get(list, edgar)).toMatchObject({ cache: 'HIT', body: { items: [], total: 0 } });
      expect((await get(list, ada)).body.total).toBeGreaterThan(1_000);
    });

    it('ends a session', async () => {
      const token = await signIn('ada@example.com');
      expect((await get('/admin/posts', token)).status).toBe(200);
      expect((await send('POST', '/auth/logout', { token })).status).toBe(204);
      expect((await get('/admin/posts', token)).status).toBe(401);
    });
  });
}
