import { describe, expect, it } from '@jest/globals';
import { CacheService } from 'nestash';
import { slugsIn, type BlogTests, type Reply } from './sample-blog.ts';

/** What editors and admins change, one mutation a test: what is new at the first read, and what is not loaded again. */
export const editingTests: BlogTests = (blog) => {
  const send = (method: string, path: string, body?: object): Promise<Reply> =>
    blog.send(method, `/admin${path}`, { token: blog.ada, ...(body && { body }) });

  describe('a post that is edited', () => {
    it('is new on its page and in its lists, and nothing else is loaded again', async () => {
      const list = '/posts?tag=canvas&perPage=50';
      const pages = ['/posts/canvas', list, '/posts?search=canvas&category=web-apis'];
      const others = ['/posts/offscreen-canvas', '/posts/canvas?lang=fr', `${list}&lang=fr`, '/posts?category=css'];
      const more = ['/categories', '/tags', '/posts/canvas/comments'];
      await blog.warm(...pages, ...others, ...more);
      const change = { title: 'Canvas, second edition' };
      expect(await send('PATCH', '/posts/canvas', change)).toMatchObject({ status: 200, body: change });

      const [page, inTag] = await blog.expectMisses(...pages);
      expect(page).toMatchObject(change);
      expect(inTag.items).toContainEqual(expect.objectContaining({ slug: 'canvas', ...change }));
      await blog.expectHits(...others, ...more);
    });

    it('is found by its new words, in the lists of its category and of all', async () => {
      const lists = ['/posts?search=quokka', '/posts?search=quokka&category=javascript'];
      const others = ['/posts?search=quokka&category=css', '/posts?search=quokka&lang=de'];
      await blog.warm(...lists, ...others);
      await send('PATCH', '/posts/map', { summary: 'A quokka is not in it.' });
      for (const { items } of await blog.expectMisses(...lists)) expect(slugsIn(items)).toEqual(['map']);
      await blog.expectHits(...others);
    });

    it('is new in its lists of related posts, and others stay', async () => {
      const cache = blog.app.get(CacheService);
      const { body: before } = await blog.get('/posts/array-at/related');
      await blog.get('/posts/array-at/related?lang=de');
      await blog.get('/posts/gamepad/related');
      const change = { title: 'Related, second edition' };
      await send('PATCH', `/posts/${before[0].slug}`, change);

      expect(await cache.has('public:blog:related:array-at:en')).toBe(false);
      expect(await cache.has('public:blog:related:array-at:de')).toBe(true);
      expect(await cache.has('public:blog:related:gamepad:en')).toBe(true);
      const { body: after } = await blog.get('/posts/array-at/related');
      expect(after[0]).toEqual({ ...before[0], ...change, updatedAt: expect.any(String) });
      expect(await cache.has('public:blog:related:array-at:en')).toBe(true);
    });

    it('is new in the activity of those who liked it', async () => {
      const activity = ['/me/activity', { token: blog.edgar }] as const;
      await blog.send('PUT', '/posts/webvtt/like', { token: blog.edgar });
      await blog.warm(activity, ['/me/activity?lang=de', { token: blog.edgar }]);
      await send('PATCH', '/posts/webvtt', { title: 'WebVTT, second edition' });
      const [after] = await blog.expectMisses(activity);
      expect(after.likes).toContainEqual({ slug: 'webvtt', title: 'WebVTT, second edition' });
      await blog.expectHits(['/me/activity?lang=de', { token: blog.edgar }]);
    });
  });

  it('takes an unpublished post out of the related posts of others', async () => {
    const { body: before } = await blog.get('/posts/array-flat/related');
    const path = `/posts/${before[0].slug}`;
    expect((await send('POST', `${path}/unpublish`)).status).toBe(200);
    const { body: without } = await blog.get('/posts/array-flat/related');
    expect(slugsIn(without)).not.toContain(before[0].slug);
    expect((await send('POST', `${path}/publish`)).status).toBe(200);
    expect((await blog.get('/posts/array-flat/related')).body).toEqual(before);
  });

  it('lets an unpublished post vanish, and brings it back', async () => {
    const lists = ['/posts?tag=gamepad&perPage=50', '/categories', '/tags'];
    const others = ['/posts/dialog', '/posts?category=css&perPage=5'];
    const counted = (body: Reply['body']) =>
      body.find(({ slug }: { slug: string }) => slug === 'web-apis').posts as number;
    await blog.warm('/posts/gamepad', ...lists, ...others);
    const { body: before } = await blog.get('/categories');

    const moved = { status: 200, body: [{ slug: 'gamepad', category: 'web-apis' }] };
    expect(await send('POST', '/posts/gamepad/unpublish')).toMatchObject(moved);
    expect((await blog.get('/posts/gamepad')).status).toBe(404);
    const [without, fewer] = await blog.expectMisses(...lists);
    expect(slugsIn(without.items)).not.toContain('gamepad');
    expect(counted(fewer)).toBe(counted(before) - 1);
    await blog.expectHits(...others);

    expect(await send('POST', '/posts/gamepad/publish')).toMatchObject(moved);
    const [page, withIt] = await blog.expectMisses('/posts/gamepad', ...lists);
    expect(page.slug).toBe('gamepad');
    expect(slugsIn(withIt.items)).toContain('gamepad');
    await blog.expectHits(...others);
    expect(await send('POST', '/posts/gamepad/publish')).toMatchObject({ status: 200, body: [] });
    await blog.expectHits('/posts/gamepad', ...lists, ...others);
  });

  it('writes, publishes and deletes a post, and drafts leave alone what visitors see', async () => {
    const [list, mine] = ['/posts?author=ada', ['/admin/posts?author=ada', { token: blog.ada }]] as const;
    const german = ['/admin/posts?author=ada&lang=de', { token: blog.ada }] as const;
    await blog.warm(list, mine, german, '/posts/dialog', '/categories');
    const draft = { slug: 'hello', title: 'Hello', summary: 'First.', body: 'Short.', category: 'css', tags: ['grid'] };
    expect((await send('POST', '/posts', draft)).status).toBe(201);
    expect((await send('POST', '/posts', draft)).status).toBe(409);
    expect((await blog.expectMisses(mine))[0].items).toMatchObject([{ slug: 'hello', published: false }]);
    await send('PATCH', '/posts/hello', { title: 'Hello again' });
    expect((await blog.expectMisses(mine))[0].items).toMatchObject([{ title: 'Hello again' }]);
    await blog.expectHits(list, german, '/posts/dialog', '/categories');

    await send('POST', '/posts/hello/publish');
    expect((await blog.expectMisses(list))[0]).toMatchObject({ items: [{ title: 'Hello again' }] });
    await blog.warm('/posts/hello', '/posts/hello/comments');
    await blog.expectHits(german);
    expect((await send('DELETE', '/posts/hello')).status).toBe(200);
    expect((await blog.expectMisses(list, mine)).map(({ total }) => total)).toEqual([0, 0]);
    expect((await blog.get('/posts/hello')).status).toBe(404);
    expect((await blog.get('/posts/hello/comments')).status).toBe(404);
    await blog.expectHits('/posts/dialog');
  });

  it('loads nothing again that visitors see when a draft is deleted', async () => {
    const desk = ['/admin/posts?state=draft&tag=grid', { token: blog.ada }] as const;
    const activity = ['/me/activity', { token: blog.rita }] as const;
    const draft = {
      slug: 'unseen',
      title: 'Unseen',
      summary: 'Never.',
      body: 'Read.',
      category: 'css',
      tags: ['grid'],
    };
    await send('POST', '/posts', draft);
    const others = ['/posts?category=css&perPage=6', '/posts?perPage=6', '/categories', '/tags', activity];
    const related = 'public:blog:related:dialog:en';
    await blog.warm(desk, ...others);
    await blog.get('/posts/dialog/related');
    expect((await send('DELETE', '/posts/unseen')).status).toBe(200);
    expect(slugsIn((await blog.expectMisses(desk))[0].items)).not.toContain('unseen');
    await blog.expectHits(...others);
    expect(await blog.app.get(CacheService).has(related)).toBe(true);
  });

  it('leaves the lists of a language alone in which nobody can read the post that comes or goes', async () => {
    const [german, english] = ['/posts?category=html&lang=de', '/posts?category=html'];
    await blog.warm(german, english);
    await send('POST', '/posts', {
      slug: 'nur',
      lang: 'de',
      title: 'Nur',
      summary: 'Hier.',
      body: '',
      category: 'html',
    });
    for (const [verb, found] of [
      ['publish', true],
      ['unpublish', false],
    ] as const) {
      expect((await send('POST', `/posts/nur/${verb}`)).status).toBe(200);
      const [list] = await blog.expectMisses(german);
      expect(slugsIn(list.items).includes('nur')).toBe(found);
      await blog.expectHits(english);
    }
  });

  it('does not let a write without permission invalidate anything', async () => {
    const { edgar: token } = blog;
    await blog.warm('/posts/subgrid', '/tags', '/categories');
    const body = { title: 'No', name: 'No', slugs: ['subgrid'] };
    for (const [method, path] of [
      ['PATCH', '/posts/subgrid'],
      ['POST', '/posts/subgrid/unpublish'],
      ['DELETE', '/posts/subgrid'],
      ['POST', '/bulk/delete'],
      ['PATCH', '/tags/selectors'],
      ['PATCH', '/categories/css'],
    ] as const) {
      expect((await blog.send(method, `/admin${path}`, { token, body })).status).toBe(403);
      expect((await blog.send(method, `/admin${path}`, { body })).status).toBe(401);
    }
    await blog.expectHits('/posts/subgrid', '/tags', '/categories');
  });
};
