import { adminBlog } from '../keys/admin.keys.js';
import { personalBlog } from '../keys/personal.keys.js';
import { publicBlog, publicTaxonomy } from '../keys/public.keys.js';
import type { Language } from '../languages.js';

/** A post that came or went: it was published, withdrawn or deleted. */
export interface MovedPost {
  readonly slug: string;
  readonly category: string;
  /** Every language that it can be read in. */
  readonly languages: readonly Language[];
  /** Users who commented on it or like it. */
  readonly followers: readonly number[];
  /** False when a draft was deleted, which changes nothing that visitors see. */
  readonly noticed: boolean;
}

/** What one or many of them change: the lists of the desk, and what visitors see of them. Other languages stay. */
export function keysOfMoved(moved: readonly MovedPost[]) {
  return [
    ...moved.flatMap(({ languages }) => languages.map((lang) => adminBlog.list.with({ lang }))),
    ...moved.filter(({ noticed }) => noticed).flatMap(keysOfNoticed),
  ];
}

/** What is made of all posts, so that any of them changes it by coming or going. */
export const madeOfMany = [publicBlog.everyRelated, publicTaxonomy.categories, publicTaxonomy.tags];

export function nobodyNoticed(moved: readonly MovedPost[]): boolean {
  return !moved.some(({ noticed }) => noticed);
}

/** The pages of a post, the lists of its category, and the activity of its followers. Those of other posts stay. */
function keysOfNoticed({ slug, category, languages, followers }: MovedPost) {
  return [
    publicBlog.detail.with({ slug }),
    publicBlog.comments.with({ slug }),
    ...languages.flatMap((lang) => [
      publicBlog.list.with({ lang, 'query.category': category }),
      publicBlog.list.with({ lang, 'query.category': 'all' }),
      ...followers.map((userId) => personalBlog.activity.with({ user_id: userId, lang })),
    ]),
  ];
}
