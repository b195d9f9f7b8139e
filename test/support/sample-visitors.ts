import { describe, expect, it } from '@jest/globals';
import type { Address, BlogTests } from './sample-blog.ts';

/** What signed-in visitors change, one mutation a test: what is new at the first read, and what is not loaded again. */
export const visitorTests: BlogTests = (blog) => {
  const activityOf = (token: string): Address => ['/me/activity', { token }];
  const profileOf = (token: string): Address => ['/me', { token }];

  describe('comments', () => {
    it('are there at the next read, on this post and in their author’s activity', async () => {
      const pages: Address[] = ['/posts/subgrid/comments', '/posts/subgrid/comments?perPage=1'];
      const others: Address[] = ['/posts/subgrid', '/posts/dialog/comments', '/posts?tag=grid', activityOf(blog.edgar)];
      await blog.warm(...pages, activityOf(blog.rita), ...others);
      const text = 'At last.';
      const written = await blog.send('POST', '/posts/subgrid/comments', { token: blog.rita, body: { text } });
      expect(written).toMatchObject({ status: 201, body: { text, author: { name: 'Rita' } } });

      const [comments, first, activity] = await blog.expectMisses(...pages, activityOf(blog.rita));
      expect(comments).toEqual({ items: [written.body], total: 1, page: 1, pages: 1 });
      expect(first.items).toEqual([written.body]);
      expect(activity.comments).toContainEqual(expect.objectContaining({ text, post: expect.anything() }));
      await blog.expectHits(...others);
    });

    it('are deleted by their author or an admin, and by nobody else', async () => {
      const write = async (text: string): Promise<string> => {
        const body = { text };
        const written = await blog.send('POST', '/posts/has/comments', { token: blog.rita, body });
        return `/posts/has/comments/${written.body.id}`;
      };
      const [one, two] = [await write('One.'), await write('Two.')];
      const pages: Address[] = ['/posts/has/comments', activityOf(blog.rita)];
      const others: Address[] = ['/posts/has', '/posts/dialog/comments', activityOf(blog.ada), activityOf(blog.edgar)];
      await blog.warm(...pages, ...others);
      expect((await blog.send('DELETE', one, { token: blog.edgar })).status).toBe(403);
      expect((await blog.send('DELETE', one)).status).toBe(401);
      await blog.expectHits(...pages);

      expect((await blog.send('DELETE', one, { token: blog.rita })).status).toBe(200);
      expect((await blog.expectMisses(...pages))[0].items).toMatchObject([{ text: 'Two.' }]);
      expect((await blog.send('DELETE', two, { token: blog.ada })).status).toBe(200);
      const [none, activity] = await blog.expectMisses(...pages);
      expect(none.total).toBe(0);
      expect(activity.comments.map(({ text }: { text: string }) => text)).not.toContain('Two.');
      expect((await blog.send('DELETE', two, { token: blog.ada })).status).toBe(404);
      await blog.expectHits(...others);
    });

    it('are refused without a token or a text, and that refreshes nothing', async () => {
      await blog.warm('/posts/grid/comments');
      expect((await blog.send('POST', '/posts/grid/comments', { body: { text: 'No' } })).status).toBe(401);
      const empty = { token: blog.rita, body: { text: '' } };
      expect((await blog.send('POST', '/posts/grid/comments', empty)).status).toBe(400);
      await blog.expectHits('/posts/grid/comments');
    });
  });

  describe('likes', () => {
    it('are counted at the next read, in the post and in the lists that it is in', async () => {
      const post = '/posts/popover';
      await blog.send('PUT', `${post}/like`, { token: blog.edgar });
      const pages: Address[] = [post, `${post}?lang=de`, '/posts?search=popover', '/posts?search=popover&lang=de'];
      const others: Address[] = ['/posts/dialog', '/posts?category=http', `${post}/comments`, activityOf(blog.edgar)];
      await blog.warm(...pages, activityOf(blog.rita), ...others);
      const like = await blog.send('PUT', `${post}/like`, { token: blog.rita });
      expect(like).toMatchObject({ status: 200, body: { likes: 2, changed: true } });
      const [page, german, list, , activity] = await blog.expectMisses(...pages, activityOf(blog.rita));
      expect([page.likes, german.likes]).toEqual([2, 2]);
      expect(list.items).toContainEqual(expect.objectContaining({ slug: 'popover', likes: 2 }));
      expect(activity.likes).toContainEqual({ slug: 'popover', title: page.title });
      await blog.expectHits(...others);

      expect((await blog.send('PUT', `${post}/like`, { token: blog.rita })).body).toEqual({ likes: 2, changed: false });
      await blog.expectHits(...pages, activityOf(blog.rita), ...others);

      const unlike = await blog.send('DELETE', `${post}/like`, { token: blog.rita });
      expect(unlike).toMatchObject({ status: 200, body: { likes: 1, changed: true } });
      expect((await blog.expectMisses(...pages))[0].likes).toBe(1);
      await blog.expectHits(...others);
    });

    it('are nobody’s without a token, and no post’s that is not there', async () => {
      expect((await blog.send('PUT', '/posts/dialog/like')).status).toBe(401);
      expect((await blog.send('PUT', '/posts/no-such-post/like', { token: blog.rita })).status).toBe(404);
    });
  });

  describe('profiles', () => {
    it('are each user’s own', async () => {
      const [ada, edgar] = await blog.expectMisses(profileOf(blog.ada), profileOf(blog.edgar));
      expect([ada.email, edgar.email]).toEqual(['ada@example.com', 'edgar@example.com']);
      const again = await blog.signIn('edgar@example.com');
      expect(await blog.get(profileOf(again))).toMatchObject({ cache: 'HIT', body: edgar });
    });

    it('show a change at the next read, to this user', async () => {
      await blog.send('POST', '/posts/nesting/comments', { token: blog.edgar, body: { text: 'Yes.' } });
      await blog.warm(profileOf(blog.edgar), profileOf(blog.rita), '/posts/nesting/comments');
      const changed = await blog.send('PATCH', '/me', { token: blog.edgar, body: { about: 'Edits.' } });
      expect(changed).toMatchObject({ status: 200, body: { name: 'Edgar', about: 'Edits.' } });
      expect((await blog.expectMisses(profileOf(blog.edgar)))[0]).toEqual(changed.body);
      await blog.expectHits(profileOf(blog.rita), '/posts/nesting/comments');
    });

    it('show a new name beside each comment of this user, and pages without one stay', async () => {
      await blog.send('POST', '/posts/nesting/comments', { token: blog.edgar, body: { text: 'Again.' } });
      await blog.send('POST', '/posts/container-queries/comments', { token: blog.rita, body: { text: 'Mine.' } });
      const others: Address[] = ['/posts/container-queries/comments', '/posts/nesting', profileOf(blog.rita)];
      await blog.warm(profileOf(blog.edgar), '/posts/nesting/comments', ...others);
      await blog.send('PATCH', '/me', { token: blog.edgar, body: { name: 'Edgar A.' } });
      const [profile, comments] = await blog.expectMisses(profileOf(blog.edgar), '/posts/nesting/comments');
      expect(profile.name).toBe('Edgar A.');
      expect(comments.items[0].author.name).toBe('Edgar A.');
      await blog.expectHits(...others);
    });

    it('refuse a change of nothing, and that refreshes nothing', async () => {
      await blog.warm(profileOf(blog.rita));
      expect((await blog.send('PATCH', '/me', { token: blog.rita, body: {} })).status).toBe(400);
      await blog.expectHits(profileOf(blog.rita));
    });
  });
};
