import { adminBlog } from '../keys/admin.keys.js';
import { personalBlog } from '../keys/personal.keys.js';
import { pathsOfLists, pathsOfPost, publicBlog, publicTaxonomy } from '../keys/public.keys.js';

/** A post that came or went: it was published, withdrawn or deleted. */
export interface MovedPost {
  readonly slug: string;
  readonly category: string;
}

/**
 * What one or many of them change: their own pages, and the lists of their categories. The pages of other posts and the
 * lists of other categories stay.
 */
export function pathsOfMoved(moved: readonly MovedPost[]): string[][] {
  return moved.flatMap(({ slug, category }) => [...pathsOfPost(slug), ...pathsOfLists(category)]);
}

/** What is made of many posts, so that any of them changes it by coming or going. */
export const madeOfMany = [
  publicBlog.everyRelated,
  publicTaxonomy.categories,
  publicTaxonomy.tags,
  personalBlog.activity,
  adminBlog.list,
];

export function nothingMoved(moved: readonly MovedPost[]): boolean {
  return moved.length === 0;
}
