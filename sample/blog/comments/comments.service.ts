import { ForbiddenException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { and, count, desc, eq } from 'drizzle-orm';
import type { SignedInUser } from '../auth/signed-in.js';
import type { Database } from '../database/database.js';
import { DATABASE } from '../database/database.js';
import { comments, users } from '../database/schema.js';
import type { PagingQuery } from '../posts/paging.query.js';
import type { Page } from '../posts/post.js';
import { PostsService } from '../posts/posts.service.js';
import type { Comment } from './comment.js';

const COLUMNS = {
  id: comments.id,
  text: comments.text,
  createdAt: comments.createdAt,
  author: { id: users.id, name: users.name },
};

@Injectable()
export class CommentsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly posts: PostsService,
  ) {}

  /** The comments on a post, the newest first. */
  async list(slug: string, { page, perPage }: PagingQuery): Promise<Page<Comment>> {
    const ofPost = eq(comments.postId, await this.posts.idOf(slug));
    const items = await this.#select()
      .where(ofPost)
      .orderBy(desc(comments.id))
      .limit(perPage)
      .offset((page - 1) * perPage);
    const [counted] = await this.database.select({ total: count() }).from(comments).where(ofPost);
    const total = counted?.total ?? 0;
    return { items, total, page, pages: Math.ceil(total / perPage) };
  }

  async add(slug: string, text: string, user: SignedInUser): Promise<Comment> {
    const postId = await this.posts.idOf(slug);
    const [added] = await this.database.insert(comments).values({ postId, userId: user.id, text }).returning();
    return { id: added!.id, text, createdAt: added!.createdAt, author: { id: user.id, name: user.name } };
  }

  /** Users delete comments of their own, admins all of them. */
  async delete(slug: string, id: number, user: SignedInUser): Promise<Comment> {
    const thisOne = and(eq(comments.id, id), eq(comments.postId, await this.posts.idOf(slug)));
    const [comment] = await this.#select().where(thisOne);
    if (!comment) throw new NotFoundException(`There is no comment ${id} on "${slug}"`);
    if (user.role !== 'admin' && comment.author.id !== user.id) {
      throw new ForbiddenException('This comment is not yours');
    }
    await this.database.delete(comments).where(thisOne);
    return comment;
  }

  #select() {
    return this.database.select(COLUMNS).from(comments).innerJoin(users, eq(users.id, comments.userId));
  }
}
