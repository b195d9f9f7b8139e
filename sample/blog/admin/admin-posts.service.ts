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
import { authors, categories, postTags, posts, postTexts, tags } from '../database/schema.js';
import type { Language } from '../languages.js';
import type { Post } from '../posts/post.js';
import { PostsService } from '../posts/posts.service.js';
import type { CreatePostDto, UpdatePostDto } from './admin-posts.dto.js';

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
      const postId = await this.#writable(tx, slug, user);
      const [changed] = await tx
        .update(postTexts)
        .set(text)
        .where(and(eq(postTexts.postId, postId), eq(postTexts.lang, lang)))
        .returning({ lang: postTexts.lang });
      if (!changed) throw new NotFoundException(`The post "${slug}" has no text in "${lang}"`);
      await tx.update(posts).set({ updatedAt: new Date() }).where(eq(posts.id, postId));
    });
    return this.#read(slug, lang);
  }

  async setPublished(slug: string, published: boolean, user: SignedInUser): Promise<void> {
    await this.database.transaction(async (tx) => {
      const postId = await this.#writable(tx, slug, user);
      await tx
        .update(posts)
        .set({
          published,
          updatedAt: new Date(),
          ...(published && { publishedAt: sql`coalesce(${posts.publishedAt}, now())` }),
        })
        .where(eq(posts.id, postId));
    });
  }

  async delete(slug: string, user: SignedInUser): Promise<void> {
    await this.database.transaction(async (tx) => {
      const postId = await this.#writable(tx, slug, user);
      await tx.delete(posts).where(eq(posts.id, postId));
    });
  }

  async #read(slug: string, lang: Language): Promise<Post> {
    const post = await this.posts.find(slug, lang);
    if (!post) throw new NotFoundException(`There is no post "${slug}" in "${lang}"`);
    return post;
  }

  /** The id of a post that this user may change. */
  async #writable(tx: Transaction, slug: string, user: SignedInUser): Promise<number> {
    const [post] = await tx
      .select({ id: posts.id, userId: authors.userId })
      .from(posts)
      .innerJoin(authors, eq(authors.id, posts.authorId))
      .where(eq(posts.slug, slug));
    if (!post) throw new NotFoundException(`There is no post "${slug}"`);
    if (user.role !== 'admin' && post.userId !== user.id) throw new ForbiddenException('This post is not yours');
    return post.id;
  }
}

async function setTags(tx: Transaction, postId: number, slugs: readonly string[]): Promise<void> {
  const wanted = [...new Set(slugs)];
  if (wanted.length === 0) return;
  const known = await tx.select().from(tags).where(inArray(tags.slug, wanted));
  const unknown = wanted.filter((slug) => !known.some((tag) => tag.slug === slug));
  if (unknown.length > 0) throw new BadRequestException(`There is no tag "${unknown.join('", "')}"`);
  await tx.insert(postTags).values(known.map(({ id }) => ({ postId, tagId: id })));
}
