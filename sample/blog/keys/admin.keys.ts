import { cacheKeys } from 'nestash';

/** What editors and admins see, who see different posts: every key names the user that it was made for. */
export const adminBlog = cacheKeys('admin:blog', {
  /** A page of posts for one user; a writer refreshes the lists of every user. */
  list: { key: 'list:<<lang>>:<<user_id>>:<<query>>', ttl: '20s' },
});
