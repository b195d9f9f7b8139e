import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { and, asc, count, eq, sql } from 'drizzle-orm';
import type { Database } from '../database/database.js';
import { DATABASE } from '../database/database.js';
import { categories, posts, postTags, tags } from '../database/schema.js';
import type { Language } from '../languages.js';
import type { Named } from '../posts/post.js';

/** A category or a tag, and how many posts visitors find there. */
export interface Counted extends Named {
  readonly posts: number;
}

/** The categories, whose names differ by language, and the tags, whose names do not. */
@Injectable()
export class TaxonomyService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async categories(lang: Language): Promise<Counted[]> {
    return this.database
      .select({ slug: categories.slug, name: nameIn(lang), posts: count(posts.id) })
      .from(categories)
      .leftJoin(posts, and(eq(posts.categoryId, categories.id), eq(posts.published, true)))
      .groupBy(categories.id)
      .orderBy(asc(categories.slug));
  }

  async tags(): Promise<Counted[]> {
    return this.database
      .select({ slug: tags.slug, name: tags.name, posts: count(posts.id) })
      .from(tags)
      .leftJoin(postTags, eq(postTags.tagId, tags.id))
      .leftJoin(posts, and(eq(posts.id, postTags.postId), eq(posts.published, true)))
      .groupBy(tags.id)
      .orderBy(asc(tags.slug));
  }

  async renameCategory(slug: string, lang: Language, name: string): Promise<Named> {
    const [renamed] = await this.database
      .update(categories)
      .set({ name: sql`${categories.name} || ${JSON.stringify({ [lang]: name })}::jsonb` })
      .where(eq(categories.slug, slug))
      .returning({ slug: categories.slug, name: nameIn(lang) });
    if (!renamed) throw new NotFoundException(`There is no category "${slug}"`);
    return renamed;
  }

  async renameTag(slug: string, name: string): Promise<Named> {
    const [renamed] = await this.database
      .update(tags)
      .set({ name })
      .where(eq(tags.slug, slug))
      .returning({ slug: tags.slug, name: tags.name });
    if (!renamed) throw new NotFoundException(`There is no tag "${slug}"`);
    return renamed;
  }
}

function nameIn(lang: Language) {
  return sql<string>`${categories.name} ->> ${lang}`;
}
