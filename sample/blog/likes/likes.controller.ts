import { Controller, Delete, Param, Put, UseGuards } from '@nestjs/common';
import { InvalidateCache } from 'nestash';
import { AuthGuard } from '../auth/auth.guard.js';
import { CurrentUser } from '../auth/signed-in.js';
import type { SignedInUser } from '../auth/signed-in.js';
import { own } from '../keys/personal.keys.js';
import { publicBlog } from '../keys/public.keys.js';
import { shown } from '../keys/shown.js';
import { SlugPipe } from '../posts/text.js';
import type { Likes } from './likes.service.js';
import { LikesService } from './likes.service.js';

/**
 * A number in the post, and in those lists that the post is in, which the tag finds; other lists stay. What changed
 * nothing invalidates nothing.
 */
const wherePostIsShown = {
  tags: (_likes: Likes, slug: string) => shown.postInEveryLanguage(slug),
  unless: ({ changed }: Likes) => !changed,
};

@Controller('posts/:slug/like')
@UseGuards(AuthGuard)
export class LikesController {
  constructor(private readonly likes: LikesService) {}

  @Put()
  @InvalidateCache([publicBlog.detail, own.activity], wherePostIsShown)
  async like(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<Likes> {
    return this.likes.like(slug, user);
  }

  @Delete()
  @InvalidateCache([publicBlog.detail, own.activity], wherePostIsShown)
  async unlike(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<Likes> {
    return this.likes.unlike(slug, user);
  }
}
