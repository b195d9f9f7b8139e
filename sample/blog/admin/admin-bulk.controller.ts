import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ArrayMaxSize, ArrayNotEmpty, IsArray } from 'class-validator';
import { InvalidateCache } from 'nestash';
import { AuthGuard, Roles } from '../auth/auth.guard.js';
import { CurrentUser } from '../auth/signed-in.js';
import type { SignedInUser } from '../auth/signed-in.js';
import { IsSlug } from '../posts/text.js';
import { AdminPostsService } from './admin-posts.service.js';
import type { MovedPost } from './moved-posts.js';
import { madeOfMany, nobodyNoticed, keysOfMoved } from './moved-posts.js';

export class SlugsDto {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @IsSlug({ each: true })
  slugs!: string[];
}

/** Many posts at once, all of them or none. */
@Controller('admin/bulk')
@UseGuards(AuthGuard)
@Roles(['admin'])
export class AdminBulkController {
  constructor(private readonly admin: AdminPostsService) {}

  @Post('publish')
  @HttpCode(200)
  @InvalidateCache(madeOfMany, { unless: nobodyNoticed })
  @InvalidateCache(keysOfMoved)
  async publish(@Body() { slugs }: SlugsDto, @CurrentUser() user: SignedInUser): Promise<MovedPost[]> {
    return this.admin.setPublished(slugs, true, user);
  }

  @Post('unpublish')
  @HttpCode(200)
  @InvalidateCache(madeOfMany, { unless: nobodyNoticed })
  @InvalidateCache(keysOfMoved)
  async unpublish(@Body() { slugs }: SlugsDto, @CurrentUser() user: SignedInUser): Promise<MovedPost[]> {
    return this.admin.setPublished(slugs, false, user);
  }

  @Post('delete')
  @HttpCode(200)
  @InvalidateCache(madeOfMany, { unless: nobodyNoticed })
  @InvalidateCache(keysOfMoved)
  async delete(@Body() { slugs }: SlugsDto, @CurrentUser() user: SignedInUser): Promise<MovedPost[]> {
    return this.admin.delete(slugs, user);
  }
}
