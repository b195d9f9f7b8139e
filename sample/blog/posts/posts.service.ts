import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import type { SQL } from 'drizzle-orm';
import { and, count, desc, eq, ne, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import { alias } from 'drizzle-orm/pg-core';
import type { Database } from '../database/database.js';
import { DATABASE } from '../database/database.js';
import { authors, categories, postTags, posts, postTexts, tags } from '../database/schema.js';
import type { Language } from '../languages.js';
import type { Named, Page, Post, PostSummary } from './post.js';

export interface PostFilter {
  readonly lang: Language;
  readonly category?: string;
  readonly tag?: string;
  readonly author?: string;
  readonly search?: string;
  readonly published?: boolean;
  /** Only posts of this user. */
  readonly userId?: number;
  readonly page: number;
  readonly perPage: number;
}

/** Every language that a post can be read in. */
export const LANGUAGES_OF_POST = sql<
  Language[]
>`(select json_agg(lang order by lang) from post_texts where post_id = ${posts.id})`;

const LIKES_OF_POST = sql<number>`(select count(*)::int from likes where likes.post_id = ${posts.id})`;

/** Reads posts from the database. */
@Injectable()
export class PostsService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async list(filter: PostFilter): Promise<Page<PostSummary>> {
    const where = and(...conditionsOf(filter));
    const newest = [desc(posts.publishedAt), desc(posts.id)];
    const order = filter.search ? [desc(sql`ts_rank(${postTexts.search}, ${words(filter)})`), ...newest] : newest;
    const items = await joined(this.database.select(summaryOf(filter.lang)).from(posts).$dynamic())
      .where(where)
      .orderBy(...order)
      .limit(filter.perPage)
      .offset((filter.page - 1) * filter.perPage);
    const [counted] = await joined(this.database.select({ total: count() }).from(posts).$dynamic()).where(where);
    const total = counted?.total ?? 0;
    return { items, total, page: filter.page, pages: Math.ceil(total / filter.perPage) };
  }

  async find(slug: string, lang: Language): Promise<Post | undefined> {
    const columns = { ...summaryOf(lang), lang: postTexts.lang, languages: LANGUAGES_OF_POST, body: postTexts.body };
    const [post] = await joined(this.database.select(columns).from(posts).$dynamic()).where(
      and(eq(posts.slug, slug), eq(postTexts.lang, lang)),
    );
    return post;
  }

  /** The id of a post that visitors can read. */
  async idOf(slug: string): Promise<number> {
    const [post] = await this.database
      .select({ id: posts.id })
      .from(posts)
      .where(and(eq(posts.slug, slug), eq(posts.published, true)));
    if (!post) throw new NotFoundException(`There is no post "${slug}"`);
    return post.id;
  }

  /** Published posts that share tags with a post: first the ones that share most. */
  async related(slug: string, lang: Language, limit: number): Promise<PostSummary[]> {
    const post = alias(posts, 'post');
    const own = alias(postTags, 'own');
    const shared = this.database
      .select({ postId: postTags.postId, tags: count().as('tags') })
      .from(post)
      .innerJoin(own, eq(own.postId, post.id))
      .innerJoin(postTags, eq(postTags.tagId, own.tagId))
      .where(and(eq(post.slug, slug), ne(postTags.postId, post.id)))
      .groupBy(postTags.postId)
      .as('shared');
    return joined(this.database.select(summaryOf(lang)).from(posts).$dynamic())
      .innerJoin(shared, eq(shared.postId, posts.id))
      .where(and(eq(posts.published, true), eq(postTexts.lang, lang)))
      .orderBy(desc(shared.tags), desc(posts.publishedAt), desc(posts.id))
      .limit(limit);
  }
}

function joined<T extends PgSelect>(query: T) {
  return query
    .innerJoin(postTexts, eq(postTexts.postId, posts.id))
    .innerJoin(categories, eq(categories.id, posts.categoryId))
    .innerJoin(authors, eq(authors.id, posts.authorId));
}

function summaryOf(lang: Language) {
  return {
    slug: posts.slug,
    title: postTexts.title,
    summary: postTexts.summary,
    category: { slug: categories.slug, name: sql<string>`${categories.name} ->> ${lang}` },
    tags: sql<Named[]>`coalesce((
      select json_agg(json_build_object('slug', ${tags.slug}, 'name', ${tags.name}) order by ${tags.name})
      from ${postTags} join ${tags} on ${tags.id} = ${postTags.tagId} where ${postTags.postId} = ${posts.id}), '[]')`,
    author: { slug: authors.slug, name: authors.name },
    published: posts.published,
    publishedAt: posts.publishedAt,
    updatedAt: postTexts.updatedAt,
    likes: LIKES_OF_POST,
  };
}

function conditionsOf(filter: PostFilter): (SQL | undefined)[] {
  const { lang, category, tag, author, search, published, userId } = filter;
  return [
    eq(postTexts.lang, lang),
    category !== undefined ? eq(categories.slug, category) : undefined,
    tag !== undefined
      ? sql`exists (select from ${postTags} join ${tags} on ${tags.id} = ${postTags.tagId}
          where ${postTags.postId} = ${posts.id} and ${tags.slug} = ${tag})`
      : undefined,
    author !== undefined ? eq(authors.slug, author) : undefined,
    search !== undefined ? sql`${postTexts.search} @@ ${words(filter)}` : undefined,
    published !== undefined ? eq(posts.published, published) : undefined,
    userId !== undefined ? eq(authors.userId, userId) : undefined,
  ];
}

function words({ lang, search }: PostFilter): SQL {
  return sql`websearch_to_tsquery(text_search_of(${lang}), ${search ?? ''})`;
}
