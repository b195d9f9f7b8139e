import type { Post, PostSummary, Page } from '../blog/posts/post.js';
import type { Activity } from '../blog/profile/profile.js';
import type { Guide } from './guide.js';
import { Unexpected } from './guide.js';

const title = (post: Post) => post.title;
const likes = (post: Post) => `likes: ${post.likes}`;
const total = (page: Page<unknown>) => `${page.total} in all`;
const gridIn = ({ items }: Page<PostSummary>) => items.find(({ slug }) => slug === 'grid');
const titleInList = (page: Page<PostSummary>) => gridIn(page)?.title ?? 'no grid';
const likesInList = (page: Page<PostSummary>) => `likes: ${gridIn(page)?.likes}`;
const doings = (activity: Activity) => `comments: ${activity.comments.length}, likes: ${activity.likes.length}`;

const EDITED = 'Grid, second edition';
const CSS = '/posts?category=css';
const SEARCH = '/posts?search=web';
const WITH_GRID = '/posts?tag=grid';
const HTTP = '/posts?category=http';

/** Plays the story. False where it does not go as it should. */
export async function tellStory(guide: Guide): Promise<boolean> {
  try {
    for (const user of ['ada', 'edgar', 'rita']) await guide.signIn(user);
    for (const part of [reading, languages, editing, visitors, people, bulk]) await part(guide);
    return true;
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    guide.fail(error);
    return false;
  }
}

async function reading(guide: Guide): Promise<void> {
  guide.chapter('The first visitor waits for the database. Nobody else does.');
  await guide.read(SEARCH, 'MISS');
  await guide.read(SEARCH, 'HIT');
  await guide.read('/posts?x=1&search=web&page=1', 'HIT');
  await guide.read(WITH_GRID, 'MISS');
  await guide.read('/posts/grid', 'MISS');
  await guide.read('/posts/grid', 'HIT');
  await guide.read('/posts/subgrid', 'MISS');
}

async function languages(guide: Guide): Promise<void> {
  guide.chapter('Each language has an entry, however it is asked for: <<lang>> in the key.');
  await guide.read('/posts/grid', 'MISS', { browser: 'de-AT' });
  await guide.read('/posts/grid?lang=de', 'HIT');
  await guide.read('/posts/grid', 'HIT', { browser: 'en-GB' });
}

async function editing(guide: Guide): Promise<void> {
  guide.chapter('An edit: the next read is new, on the page and in the list. The rest stays.');
  await guide.write('PATCH', '/admin/posts/grid', { as: 'ada', body: { title: EDITED } });
  await guide.read('/posts/grid', 'MISS', { shows: title, expected: EDITED });
  await guide.read(WITH_GRID, 'MISS', { shows: titleInList, expected: EDITED });
  await guide.read('/posts/grid?lang=de', 'HIT');
  await guide.read('/posts/subgrid', 'HIT');
}

async function visitors(guide: Guide): Promise<void> {
  guide.chapter('A comment refreshes the comments, and a like the posts and lists that show the number.');
  await guide.read('/posts/grid/comments', 'MISS', { shows: total, expected: '0 in all' });
  await guide.write('POST', '/posts/grid/comments', { as: 'rita', body: { text: 'At last!' } });
  await guide.read('/posts/grid/comments', 'MISS', { shows: total, expected: '1 in all' });
  await guide.read('/posts/grid', 'HIT', { shows: likes, expected: 'likes: 0' });
  await guide.read(HTTP, 'MISS');
  await guide.write('PUT', '/posts/grid/like', { as: 'rita' });
  await guide.read('/posts/grid', 'MISS', { shows: likes, expected: 'likes: 1' });
  await guide.read(WITH_GRID, 'MISS', { shows: likesInList, expected: 'likes: 1' });
  await guide.read(HTTP, 'HIT');
}

async function people(guide: Guide): Promise<void> {
  guide.chapter('One address, two users, two entries: <<user_id>> in the key. They never mix.');
  const [idle, busy] = ['comments: 0, likes: 0', 'comments: 1, likes: 1'];
  await guide.read('/me/activity', 'MISS', { as: 'rita', shows: doings, expected: busy });
  await guide.read('/me/activity', 'MISS', { as: 'edgar', shows: doings, expected: idle });
  await guide.read('/me/activity', 'HIT', { as: 'rita', shows: doings, expected: busy });
  await guide.write('PUT', '/posts/subgrid/like', { as: 'edgar' });
  await guide.read('/me/activity', 'MISS', { as: 'edgar', shows: doings, expected: 'comments: 0, likes: 1' });
  await guide.read('/me/activity', 'HIT', { as: 'rita', shows: doings, expected: busy });
}

async function bulk(guide: Guide): Promise<void> {
  guide.chapter('Many posts at once: a function turns them into the paths that change.');
  const body = { slugs: ['http11', 'zstd', 'brotli'] };
  const { total: before } = await guide.read<Page<unknown>>(HTTP, 'HIT', { shows: total });
  await guide.read('/posts/zstd', 'MISS');
  await guide.read(CSS, 'MISS');
  await guide.write('POST', '/admin/bulk/unpublish', { as: 'ada', body });
  await guide.read('/posts/zstd', 404);
  await guide.read(HTTP, 'MISS', { shows: total, expected: `${before - body.slugs.length} in all` });
  await guide.write('POST', '/admin/bulk/publish', { as: 'ada', body });
  await guide.read('/posts/zstd', 'MISS');
  await guide.read(HTTP, 'MISS', { shows: total, expected: `${before} in all` });
  await guide.read(CSS, 'HIT');
  await guide.read('/posts/grid', 'HIT');
}
