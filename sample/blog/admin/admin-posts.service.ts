import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  Inject,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { SignedInUser } from '../auth/signed-in.js';
import type { Database, Transaction } from '../database/database.js';
import { DATABASE } from '../database/database.js';
import { authors, categories, comments, likes, postTags, posts, postTexts, tags } from '../database/schema.js';
import type { Language } from '../languages.js';
import type { Post } from '../posts/post.js';
import { LANGUAGES_OF_POST, PostsService } from '../posts/posts.service.js';
import type { CreatePostDto, UpdatePostDto } from './admin-posts.dto.js';
import type { MovedPost } from './moved-posts.js';

type WritablePost = Awaited<ReturnType<typeof writable>>[number];

/** Writes posts. Editors write their own, admins all of them. */
@Injectable()
export class AdminPostsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly posts: PostsService,
  ) {}

  async create(draft: CreatePostDto, user: SignedInUser): Promise<Post> {
    const { slug, lang, title, summary, body } = draft;
    await this.database.transaction(async (tx) => {
      const [author] = await tx.select().from(authors).where(eq(authors.userId, user.id));
      const [category] = await tx.select().from(categories).where(eq(categories.slug, draft.category));
      if (!category) throw new BadRequestException(`There is no category "${draft.category}"`);
      const [post] = await tx
        .insert(posts)
        .values({ slug, authorId: author!.id, categoryId: category.id, published: false })
        .onConflictDoNothing()
        .returning();
      if (!post) throw new ConflictException(`There is a post "${slug}" already`);
      await tx.insert(postTexts).values({ postId: post.id, lang, title, summary, body });
      await setTags(tx, post.id, draft.tags);
    });
    return this.#read(slug, lang);
  }

  async update(slug: string, { lang, title, summary, body }: UpdatePostDto, user: SignedInUser): Promise<Post> {
    const text = Object.fromEntries(
      Object.entries({ title, summary, body }).filter(([, value]) => value !== undefined),
    );
    if (Object.keys(text).length === 0) throw new BadRequestException('Nothing to change: send title, summary or body');
    await this.database.transaction(async (tx) => {
      const [post] = await writable(tx, [slug], user);
      const [changed] = await tx
        .update(postTexts)
        .set({ ...text, updatedAt: new Date() })
        .where(and(eq(postTexts.postId, post!.id), eq(postTexts.lang, lang)))
        .returning({ lang: postTexts.lang });
      if (!changed) throw new NotFoundException(`The post "${slug}" has no text in "${lang}"`);
    });
    return this.#read(slug, lang);
  }

  /** Returns the posts of which it was not true already. */
  async setPublished(slugs: readonly string[], published: boolean, user: SignedInUser): Promise<MovedPost[]> {
    return this.database.transaction(async (tx) => {
      const changing = (await writable(tx, slugs, user)).filter((post) => post.published !== published);
      const moved = await movedPosts(tx, changing);
      const publishedAt = published ? sql`coalesce(${posts.publishedAt}, now())` : posts.publishedAt;
      await tx
        .update(posts)
        .set({ published, publishedAt })
        .where(inArray(posts.id, idsOf(changing)));
      return moved.map((post) => ({ ...post, noticed: true }));
    });
  }

  async delete(slugs: readonly string[], user: SignedInUser): Promise<MovedPost[]> {
    return this.database.transaction(async (tx) => {
      const doomed = await writable(tx, slugs, user);
      const moved = await movedPosts(tx, doomed);
      await tx.delete(posts).where(inArray(posts.id, idsOf(doomed)));
      return moved;
    });
  }

  async #read(slug: string, lang: Language): Promise<Post> {
    const post = await this.posts.find(slug, lang);
    if (!post) throw new NotFoundException(`There is no post "${slug}" in "${lang}"`);
    return post;
  }
}

/** The posts, if this user may change each of them. They are locked, so that nobody comments on them or likes them now. */
async function writable(tx: Transaction, slugs: readonly string[], user: SignedInUser) {
  const wanted = [...new Set(slugs)];
  const found = await tx
    .select({
      id: posts.id,
      slug: posts.slug,
      category: categories.slug,
      languages: LANGUAGES_OF_POST,
      published: posts.published,
      userId: authors.userId,
    })
    .from(posts)
    .innerJoin(authors, eq(authors.id, posts.authorId))
    .innerJoin(categories, eq(categories.id, posts.categoryId))
    .where(inArray(posts.slug, wanted))
    .for('update', { of: posts });
  const unknown = wanted.filter((slug) => !found.some((post) => post.slug === slug));
  if (unknown.length > 0) throw new NotFoundException(`There is no post "${unknown.join('", "')}"`);
  for (const { slug, userId } of found) {
    if (user.role !== 'admin' && userId !== user.id) throw new ForbiddenException(`The post "${slug}" is not yours`);
  }
  return found;
}

/** What visitors see of them now. */
async function movedPosts(tx: Transaction, found: readonly WritablePost[]): Promise<MovedPost[]> {
  const ids = idsOf(found);
  const followers = await tx
    .select({ postId: comments.postId, userId: comments.userId })
    .from(comments)
    .where(inArray(comments.postId, ids))
    .union(tx.select({ postId: likes.postId, userId: likes.userId }).from(likes).where(inArray(likes.postId, ids)));
  return found.map(({ id, slug, category, languages, published }) => ({
    slug,
    category,
    languages,
    followers: followers.filter(({ postId }) => postId === id).map(({ userId }) => userId),
    noticed: published,
  }));
}

function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}

async function setTags(tx: Transaction, postId: number, slugs: readonly string[]): Promise<void> {
  const wanted = [...new Set(slugs)];
  if (wanted.length === 0) return;
  const known = await tx.select().from(tags).where(inArray(tags.slug, wanted));
  const unknown = wanted.filter((slug) => !known.some((tag) => tag.slug === slug));
  if (unknown.length > 0) throw new BadRequestException(`There is no tag "${unknown.join('", "')}"`);
  await tx.insert(postTags).values(known.map(({ id }) => ({ postId, tagId: id })));
}
