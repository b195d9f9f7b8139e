import { Inject, Injectable } from '@nestjs/common';
import { and, count, eq } from 'drizzle-orm';
import type { SignedInUser } from '../auth/signed-in.js';
import type { Database } from '../database/database.js';
import { DATABASE } from '../database/database.js';
import { likes } from '../database/schema.js';
import { PostsService } from '../posts/posts.service.js';

export interface Likes {
  readonly likes: number;
  /** False when the user liked the post already, or did not like it before. */
  readonly changed: boolean;
}

@Injectable()
export class LikesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly posts: PostsService,
  ) {}

  async like(slug: string, user: SignedInUser): Promise<Likes> {
    const postId = await this.posts.idOf(slug);
    const added = await this.database
      .insert(likes)
      .values({ postId, userId: user.id })
      .onConflictDoNothing()
      .returning();
    return { likes: await this.#count(postId), changed: added.length > 0 };
  }

  async unlike(slug: string, user: SignedInUser): Promise<Likes> {
    const postId = await this.posts.idOf(slug);
    const removed = await this.database
      .delete(likes)
      .where(and(eq(likes.postId, postId), eq(likes.userId, user.id)))
      .returning();
    return { likes: await this.#count(postId), changed: removed.length > 0 };
  }

  async #count(postId: number): Promise<number> {
    const [counted] = await this.database.select({ total: count() }).from(likes).where(eq(likes.postId, postId));
    return counted?.total ?? 0;
  }
}
