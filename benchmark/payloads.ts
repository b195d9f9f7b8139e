/** What a blog answers with: about 1 KB of JSON. */
export interface Post {
  readonly id: number;
  title: string;
  readonly slug: string;
  readonly published: boolean;
  readonly views: number;
  readonly createdAt: number;
  readonly author: { readonly id: number; name: string; readonly roles: readonly string[] };
  readonly tags: readonly string[];
  readonly body: string;
  readonly excerpt: null;
}

export const BODY = 'Caches are easy to fill and hard to empty. '.repeat(16);

export function post(id: number): Post {
  return {
    id,
    title: `How we made the blog number ${id} fast`,
    slug: `how-we-made-the-blog-number-${id}-fast`,
    published: true,
    views: id * 17,
    createdAt: 1_741_944_413_589 + id,
    author: { id: id % 10, name: 'Ada Lovelace', roles: ['author', 'editor'] },
    tags: ['nestjs', 'cache', 'redis', `series-${id % 5}`],
    body: BODY,
    excerpt: null,
  };
}

/** So many kilobytes of JSON: one post, or a list. */
export function payload(kilobytes: number): Post | readonly Post[] {
  return kilobytes === 1 ? post(1) : Array.from({ length: kilobytes }, (_, id) => post(id));
}
