import { describe, expect, it } from '@jest/globals';
import { slugsIn, type Address, type BlogTests, type Reply } from './sample-blog.ts';

/** What admins change at large: names of categories and tags, and many posts at once. */
export const adminTests: BlogTests = (blog) => {
  const send = (method: string, path: string, body: object): Promise<Reply> =>
    blog.send(method, `/admin${path}`, { token: blog.ada, body });

  describe('a category that is renamed', () => {
    it('has its new name in its own list and wherever its posts are shown, in that language', async () => {
      const pages: Address[] = [
        '/categories?lang=de',
        '/posts?category=webassembly&lang=de',
        '/posts/wasm?lang=de',
        ['/admin/posts?category=webassembly&lang=de', { token: blog.ada }],
      ];
      const others = ['/categories', '/posts?category=webassembly', '/posts/wasm', '/posts/dialog?lang=de', '/tags'];
      await blog.warm(...pages, ...others, '/posts?category=http&lang=de');
      const change = { lang: 'de', name: 'Maschinencode' };
      expect((await send('PATCH', '/categories/webassembly', change)).status).toBe(200);

      const named = { slug: 'webassembly', name: 'Maschinencode' };
      const [categories, list, page, desk] = await blog.expectMisses(...pages);
      expect(categories).toContainEqual(expect.objectContaining(named));
      expect([list.items[0].category, page.category, desk.items[0].category]).toEqual([named, named, named]);
      await blog.expectHits(...others, '/posts?category=http&lang=de');
    });
  });

  describe('a tag that is renamed', () => {
    it('has its new name in its own list and wherever posts with it are shown, in every language', async () => {
      const pages = ['/tags', '/posts?tag=webgl&perPage=5', '/posts/webgl', '/posts/webgl?lang=fr'];
      const others = ['/posts/dialog', '/posts?category=http', '/categories'];
      await blog.warm(...pages, ...others);
      expect((await send('PATCH', '/tags/webgl', { name: 'WebGL graphics' })).status).toBe(200);

      const named = { slug: 'webgl', name: 'WebGL graphics' };
      const [tags, list, page, french] = await blog.expectMisses(...pages);
      expect(tags).toContainEqual(expect.objectContaining(named));
      for (const post of [list.items[0], page, french]) expect(post.tags).toContainEqual(named);
      await blog.expectHits(...others);
    });
  });

  describe('many posts at once', () => {
    const slugs = ['http11', 'zstd', 'brotli'];

    it('come and go together, and posts and lists that they have nothing to do with stay', async () => {
      const pages = slugs.flatMap((slug) => [`/posts/${slug}`, `/posts/${slug}?lang=de`, `/posts/${slug}/comments`]);
      await blog.send('PUT', '/posts/zstd/like', { token: blog.rita });
      await blog.send('POST', '/posts/brotli/comments', { token: blog.ada, body: { text: 'Smaller.' } });
      const lists: Address[] = [
        '/posts?perPage=3',
        '/categories?lang=fr',
        ['/me/activity', { token: blog.rita }],
        ['/me/activity?lang=de', { token: blog.ada }],
      ];
      const others: Address[] = [
        '/posts/dialog',
        '/posts/dialog/comments',
        '/posts?category=css&perPage=7',
        ['/me/activity', { token: blog.edgar }],
      ];
      await blog.warm(...pages, ...lists, ...others);
      const { body: moved } = await send('POST', '/bulk/unpublish', { slugs });
      expect(slugsIn(moved).sort()).toEqual([...slugs].sort());
      for (const page of pages) expect((await blog.get(page)).status).toBe(404);
      await blog.expectMisses(...lists);
      await blog.expectHits(...others);

      expect((await send('POST', '/bulk/publish', { slugs: [...slugs, 'dialog'] })).body).toHaveLength(slugs.length);
      await blog.expectMisses(...pages, ...lists);
      await blog.expectHits(...others);
      expect((await send('POST', '/bulk/publish', { slugs })).body).toEqual([]);
      await blog.expectHits(...pages, ...lists, ...others);
    });

    it('are deleted together', async () => {
      const doomed = ['wasm-threads', 'wasm-simd'];
      const list = '/posts?category=webassembly&perPage=50';
      const others = ['/posts/dialog', '/posts?category=http&perPage=7'];
      await blog.warm(...doomed.map((slug) => `/posts/${slug}`), list, ...others);
      const { body: before } = await blog.get(list);
      expect(slugsIn(before.items)).toEqual(expect.arrayContaining(doomed));
      expect((await send('POST', '/bulk/delete', { slugs: doomed })).body).toHaveLength(2);
      for (const slug of doomed) expect((await blog.get(`/posts/${slug}`)).status).toBe(404);
      const [after] = await blog.expectMisses(list);
      expect(after.total).toBe(before.total - 2);
      await blog.expectHits(...others);
    });

    it('are all moved or none', async () => {
      await blog.warm('/posts/dialog', '/categories');
      expect((await send('POST', '/bulk/delete', { slugs: ['dialog', 'no-such-post'] })).status).toBe(404);
      expect((await send('POST', '/bulk/delete', { slugs: [] })).status).toBe(400);
      await blog.expectHits('/posts/dialog', '/categories');
    });
  });
};
