import { cacheKeys } from 'nestash';

/** What every visitor may see. The same for everybody, so no key names a user. */
export const publicBlog = cacheKeys('public:blog', {
  /** A page of posts for one combination of filters. */
  list: { key: 'list:<<query>>', ttl: '60s' },
  /** A post in one language; a writer that knows only the slug refreshes every language. */
  detail: { key: 'detail:<<slug>>:<<lang>>', ttl: '5m' },
  /** Posts that share topics with a post. */
  related: { key: 'related:<<slug>>:<<lang>>', ttl: '5m' },
  /** The related posts of all posts: a path stands for everything below it. */
  everyRelated: 'related',
});
