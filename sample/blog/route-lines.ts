import type { Call } from './curl.js';
import { curlLine } from './curl.js';

type Example = readonly [what: string, path: string, call?: Call];

interface Group {
  readonly title: string;
  readonly signedIn: boolean;
  readonly examples: readonly Example[];
}

const DRAFT = {
  slug: 'my-post',
  title: 'My post',
  summary: 'A first post',
  body: 'It begins.',
  category: 'css',
  tags: ['grid'],
};
const MINE = { slugs: [DRAFT.slug] };

/** Those routes that the story leaves out. Each line works after the ones before it. */
const GROUPS: readonly Group[] = [
  {
    title: 'Public',
    signedIn: false,
    examples: [
      ['Related posts', '/posts/grid/related'],
      ['Comments on a post', '/posts/grid/comments'],
      ['Categories', '/categories?lang=fr'],
      ['Tags', '/tags'],
    ],
  },
  {
    title: 'Signed in',
    signedIn: true,
    examples: [
      ['Comment on a post', '/posts/grid/comments', { body: { text: 'At last!' } }],
      ['Like a post', '/posts/grid/like', { method: 'PUT' }],
      ['What I did lately', '/me/activity'],
      ['Take back the like', '/posts/grid/like', { method: 'DELETE' }],
      ['Delete the comment, by its id', '/posts/grid/comments/1', { method: 'DELETE' }],
      ['My profile', '/me'],
      ['Change it', '/me', { method: 'PATCH', body: { about: 'I write.' } }],
    ],
  },
  {
    title: 'Admin',
    signedIn: true,
    examples: [
      ['All posts that are drafts', '/admin/posts?state=draft'],
      ['Write one', '/admin/posts', { body: DRAFT }],
      ['Publish it', `/admin/posts/${DRAFT.slug}/publish`, { method: 'POST' }],
      ['Make it a draft again', `/admin/posts/${DRAFT.slug}/unpublish`, { method: 'POST' }],
      ['Publish many', '/admin/bulk/publish', { body: MINE }],
      ['Make many drafts again', '/admin/bulk/unpublish', { body: MINE }],
      ['Delete one', `/admin/posts/${DRAFT.slug}`, { method: 'DELETE' }],
      ['Delete many', '/admin/bulk/delete', { body: { slugs: ['zstd', 'brotli'] } }],
      ['Rename a category', '/admin/categories/css', { method: 'PATCH', body: { lang: 'en', name: 'Style' } }],
      ['Rename a tag', '/admin/tags/grid', { method: 'PATCH', body: { name: 'Grids' } }],
    ],
  },
  {
    title: 'At the end, for the token means nothing after it',
    signedIn: true,
    examples: [['Sign out', '/auth/logout', { method: 'POST' }]],
  },
];

const WIDTH = Math.max(...GROUPS.flatMap(({ examples }) => examples.map(([what]) => what.length)));

/** A paragraph for each group: its title, and a line for each route. */
export function routeLines(api: string): string[] {
  return GROUPS.map(({ title, signedIn, examples }) => {
    const lines = examples.map(
      ([what, path, call]) => `   ${what.padEnd(WIDTH)}  ${curlLine(api + path, { ...call, signedIn })}`,
    );
    return [`${title}:`, ...lines].join('\n');
  });
}
