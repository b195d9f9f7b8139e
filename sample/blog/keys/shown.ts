import type { Language } from '../languages.js';
import { LANGUAGES } from '../languages.js';
import type { PostSummary } from '../posts/post.js';

/**
 * Cache tags. An entry says with them what it shows, and dies when that changes, whatever its own key is. Paths are for
 * what a writer can name, tags for what it cannot: nobody knows which lists a post is in.
 */
export const shown = {
  post: (slug: string, lang: Language) => `post:${slug}:${lang}`,
  /** For what shows a post by its title alone, and not how many like it. */
  title: (slug: string, lang: Language) => `title:${slug}:${lang}`,
  postInEveryLanguage: (slug: string) => LANGUAGES.map((lang) => shown.post(slug, lang)),
  category: (slug: string, lang: Language) => `category:${slug}:${lang}`,
  tag: (slug: string) => `tag:${slug}`,
  user: (id: number) => `user:${id}`,
};

/** What a list of posts shows. */
export function shownInList(posts: readonly PostSummary[], lang: Language): string[] {
  return [...new Set(posts.flatMap((post) => [shown.post(post.slug, lang), ...shownOnPage(post, lang)]))];
}

/** What the page of a post shows besides the post. */
export function shownOnPage({ category, tags }: PostSummary, lang: Language): string[] {
  return [shown.category(category.slug, lang), ...tags.map(({ slug }) => shown.tag(slug))];
}
