import { Body, Controller, Delete, Get, Param, ParseIntPipe, Post, Query, UseGuards } from '@nestjs/common';
import { Cacheable, InvalidateCache } from 'nestash';
import { AuthGuard } from '../auth/auth.guard.js';
import { CurrentUser } from '../auth/signed-in.js';
import type { SignedInUser } from '../auth/signed-in.js';
import { own, personalBlog } from '../keys/personal.keys.js';
import { publicBlog } from '../keys/public.keys.js';
import { shown } from '../keys/shown.js';
import { PagingQuery } from '../posts/paging.query.js';
import type { Page } from '../posts/post.js';
import { SlugPipe } from '../posts/text.js';
import type { Comment } from './comment.js';
import { WriteCommentDto } from './comment.js';
import { CommentsService } from './comments.service.js';

@Controller('posts/:slug/comments')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  @Get()
  @Cacheable(publicBlog.comments, { tags: ({ items }) => items.map(({ author }) => shown.user(author.id)) })
  async list(@Param('slug', SlugPipe) slug: string, @Query() query: PagingQuery): Promise<Page<Comment>> {
    return this.comments.list(slug, query);
  }

  /** Every page of the comments on this post, and what its author sees of himself. The post stays cached. */
  @Post()
  @UseGuards(AuthGuard)
  @InvalidateCache([publicBlog.comments, own.activity])
  async add(
    @Param('slug', SlugPipe) slug: string,
    @Body() { text }: WriteCommentDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<Comment> {
    return this.comments.add(slug, text, user);
  }

  /** An admin may delete it too, so the activity that changes is the author's, whom only the result names. */
  @Delete(':id')
  @UseGuards(AuthGuard)
  @InvalidateCache([publicBlog.comments, personalBlog.activity.with({ user_id: '<<result.author.id>>' })])
  async delete(
    @Param('slug', SlugPipe) slug: string,
    @Param('id', ParseIntPipe) id: number,
    @CurrentUser() user: SignedInUser,
  ): Promise<Comment> {
    return this.comments.delete(slug, id, user);
  }
}
