import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { and, desc, eq } from 'drizzle-orm';
import type { Database } from '../database/database.js';
import { DATABASE } from '../database/database.js';
import { comments, likes, posts, postTexts, users } from '../database/schema.js';
import type { Language } from '../languages.js';
import type { Activity, Profile, UpdateProfileDto } from './profile.js';

const SHOWN = 20;
const PROFILE = { name: users.name, email: users.email, role: users.role, about: users.about };
const POST = { slug: posts.slug, title: postTexts.title };

@Injectable()
export class ProfileService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async profileOf(userId: number): Promise<Profile> {
    const [profile] = await this.database.select(PROFILE).from(users).where(eq(users.id, userId));
    return profile!;
  }

  async update(userId: number, { name, about }: UpdateProfileDto): Promise<Profile> {
    if (name === undefined && about === undefined) {
      throw new BadRequestException('Nothing to change: send name or about');
    }
    const changes = { ...(name !== undefined && { name }), ...(about !== undefined && { about }) };
    const [profile] = await this.database.update(users).set(changes).where(eq(users.id, userId)).returning(PROFILE);
    return profile!;
  }

  async activityOf(userId: number, lang: Language): Promise<Activity> {
    const visible = and(eq(posts.published, true), eq(postTexts.lang, lang));
    const commented = await this.database
      .select({ text: comments.text, createdAt: comments.createdAt, post: POST })
      .from(comments)
      .innerJoin(posts, eq(posts.id, comments.postId))
      .innerJoin(postTexts, eq(postTexts.postId, posts.id))
      .where(and(eq(comments.userId, userId), visible))
      .orderBy(desc(comments.id))
      .limit(SHOWN);
    const liked = await this.database
      .select(POST)
      .from(likes)
      .innerJoin(posts, eq(posts.id, likes.postId))
      .innerJoin(postTexts, eq(postTexts.postId, posts.id))
      .where(and(eq(likes.userId, userId), visible))
      .orderBy(desc(likes.createdAt))
      .limit(SHOWN);
    return { comments: commented, likes: liked };
  }
}
