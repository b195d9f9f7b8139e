import { cacheKeys } from 'nestash';

/** What every visitor may see. The same for everybody, so no key names a user. `<<lang>>` is the visitor's language. */
export const publicBlog = cacheKeys('public:blog', {
  /** A page of posts for one combination of filters; the lists of a category have a path of their own. */
  list: { key: 'list:<<query.category|all>>:<<lang>>:<<query>>', ttl: '60s' },
  /** A post in one language; a writer that knows only the slug refreshes every language. */
  detail: { key: 'detail:<<slug>>:<<lang>>', ttl: '5m' },
  /** Posts that share topics with a post. The service that finds them is told the language. */
  related: { key: 'related:<<slug>>:<<language>>', ttl: '5m' },
  /** The related posts of all posts: a path stands for everything below it. */
  everyRelated: 'related',
  /** A page of comments on a post. */
  comments: { key: 'comments:<<slug>>:<<query>>', ttl: '5m' },
});

/** How many posts there are in each category, and with each tag. */
export const publicTaxonomy = cacheKeys('public:taxonomy', {
  categories: { key: 'categories:<<lang>>', ttl: '15m' },
  tags: { key: 'tags', ttl: '15m' },
});
