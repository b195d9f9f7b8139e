import { describe, expect, it } from '@jest/globals';
import { slugsIn, type BlogTests } from './sample-blog.ts';

/** What visitors read, and who may read what. */
export const readingTests: BlogTests = (blog) => {
  describe('reading', () => {
    it('has more than a thousand posts', async () => {
      const { body } = await blog.get('/posts?perPage=1');
      expect(body.total).toBeGreaterThan(1_000);
    });

    it('answers the second read of a post from the cache, with the same text', async () => {
      const [post] = await blog.expectMisses('/posts/grid');
      expect(post).toMatchObject({ slug: 'grid', title: 'Grid', lang: 'en', likes: 0 });
    });

    it('shares one entry between the spellings of a list', async () => {
      const first = await blog.get('/posts?category=html&search=input&perPage=2');
      const second = await blog.get('/posts?perPage=2&search=input&category=html&author=&lang=en');
      expect(first).toMatchObject({ status: 200, cache: 'MISS' });
      expect(second).toEqual({ ...first, cache: 'HIT' });
    });

    it('makes no entries for parameters that it does not know', async () => {
      await blog.warm('/posts?category=http', '/posts/http3');
      for (let n = 0; n < 20; n++) {
        await blog.expectHits(`/posts?category=http&x${n}=${n}`, `/posts/http3?x${n}=${n}`);
      }
    });

    it('filters by tag, author and text, and pages', async () => {
      const tagged = await blog.get('/posts?tag=selectors&author=css-working-group&perPage=5&page=2');
      expect(tagged.body).toMatchObject({ page: 2 });
      expect(tagged.body.items).toHaveLength(5);
      for (const post of tagged.body.items) {
        expect(post.author.slug).toBe('css-working-group');
        expect(slugsIn(post.tags)).toContain('selectors');
      }
      const found = await blog.get('/posts?search=modal%20dialog&perPage=3');
      expect(slugsIn(found.body.items)).toContain('dialog');
    });

    it('counts the posts of categories and tags', async () => {
      const [categories, tags] = await blog.expectMisses('/categories', '/tags');
      const { body } = await blog.get('/posts?category=html&perPage=1');
      expect(categories).toContainEqual({ slug: 'html', name: 'HTML', posts: body.total });
      expect(tags.find(({ slug }: { slug: string }) => slug === 'selectors').posts).toBeGreaterThan(10);
    });

    it('refuses bad input before the cache sees it', async () => {
      for (const path of [
        '/posts?page=0',
        '/posts?lang=xx',
        '/posts?lang=de&lang=fr',
        '/posts?tag=a&tag=b',
        '/posts/grid?lang=xx',
        '/posts/grid/comments?page=x',
        '/posts?search=%00',
      ]) {
        expect(await blog.get(path)).toMatchObject({ status: 400, cache: null });
      }
    });

    it('does not cache that a post is missing', async () => {
      for (const path of ['/posts/no-such-post', '/posts/no-such-post/related', '/posts/no-such-post/comments']) {
        expect((await blog.get(path)).status).toBe(404);
        expect((await blog.get(path)).status).toBe(404);
      }
      expect(await blog.get('/posts/%00')).toMatchObject({ status: 404, cache: null });
    });
  });

  describe('languages', () => {
    it('keeps the languages of a post apart, and shares the default one', async () => {
      await blog.warm('/posts/flexbox');
      const [german] = await blog.expectMisses('/posts/flexbox?lang=de');
      expect(german.lang).toBe('de');
      expect(german.summary).toContain('Baseline');
      await blog.expectHits('/posts/flexbox?lang=en', ['/posts/flexbox', { language: 'es, pt-BR;q=0.9' }]);
    });

    it('shares the entry of a language between all the ways to ask for it', async () => {
      const [french] = await blog.expectMisses('/posts?tag=canvas&lang=fr');
      for (const language of ['fr', 'fr-CA, en;q=0.5', 'it, de;q=0.4, fr;q=0.8', 'DE;q=0, FR']) {
        expect(await blog.get(['/posts?tag=canvas', { language }])).toMatchObject({ cache: 'HIT', body: french });
      }
      expect((await blog.get('/posts?tag=canvas')).vary).toBe('Accept-Language');
      const both = await blog.get(['/posts/canvas?lang=de', { language: 'fr' }]);
      expect(both.body.lang).toBe('de');
    });

    it('names categories in the language of the visitor', async () => {
      const [german] = await blog.expectMisses(['/categories', { language: 'de' }]);
      expect(german).toContainEqual(expect.objectContaining({ slug: 'web-apis', name: 'Web-APIs' }));
    });
  });

  describe('who may read', () => {
    it('lets nobody in without a token, and readers not at all', async () => {
      const list = '/admin/posts?perPage=4';
      await blog.warm([list, { token: blog.ada }]);
      expect(await blog.get(list)).toMatchObject({ status: 401, cache: null });
      expect(await blog.get([list, { token: 'made-up' }])).toMatchObject({ status: 401, cache: null });
      expect(await blog.get([list, { token: blog.rita }])).toMatchObject({ status: 403, cache: null });
      expect(await blog.get('/me')).toMatchObject({ status: 401, cache: null });
      const wrong = { email: 'ada@example.com', password: 'wrong' };
      expect((await blog.send('POST', '/auth/login', { body: wrong })).status).toBe(401);
    });

    it('keeps the lists of two users apart', async () => {
      const list = '/admin/posts?perPage=3';
      await blog.warm([list, { token: blog.ada }]);
      const [edgars] = await blog.expectMisses([list, { token: blog.edgar }]);
      expect(edgars).toMatchObject({ items: [], total: 0 });
      expect((await blog.get([list, { token: blog.ada }])).body.total).toBeGreaterThan(1_000);
    });

    it('ends a session', async () => {
      const token = await blog.signIn('ada@example.com');
      expect((await blog.get(['/admin/posts', { token }])).status).toBe(200);
      expect((await blog.send('POST', '/auth/logout', { token })).status).toBe(204);
      expect((await blog.get(['/admin/posts', { token }])).status).toBe(401);
    });
  });
};
