import type { Language } from '../languages.js';

/** A category, a tag or an author, as a post refers to it. */
export interface Named {
  readonly slug: string;
  readonly name: string;
}

/** A post as lists show it, in one language. */
export interface PostSummary {
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly category: Named;
  readonly tags: readonly Named[];
  readonly author: Named;
  readonly published: boolean;
  readonly publishedAt: Date | null;
  /** When the text in this language was last changed. */
  readonly updatedAt: Date;
  readonly likes: number;
}

/** A post as its own page shows it. */
export interface Post extends PostSummary {
  readonly lang: Language;
  /** Every language that the post can be read in. */
  readonly languages: readonly Language[];
  readonly body: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}
