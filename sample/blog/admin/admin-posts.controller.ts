import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { Cacheable, InvalidateCache } from 'nestash';
import { AuthGuard, Roles } from '../auth/auth.guard.js';
import { CurrentUser } from '../auth/signed-in.js';
import type { SignedInUser } from '../auth/signed-in.js';
import { adminBlog } from '../keys/admin.keys.js';
import { publicBlog } from '../keys/public.keys.js';
import type { Page, Post as BlogPost, PostSummary } from '../posts/post.js';
import { PostsService } from '../posts/posts.service.js';
import { SlugPipe } from '../posts/text.js';
import { CreatePostDto, ListAdminPostsQuery, UpdatePostDto } from './admin-posts.dto.js';
import { AdminPostsService } from './admin-posts.service.js';

/** Each write names what it changes, and nothing else is loaded again. */
@Controller('admin/posts')
@UseGuards(AuthGuard)
@Roles(['admin', 'editor'])
export class AdminPostsController {
  constructor(
    private readonly posts: PostsService,
    private readonly admin: AdminPostsService,
  ) {}

  /** Editors see their own posts and admins all of them, so the key names the user. */
  @Get()
  @Cacheable(adminBlog.list, { ignore: ['user'] })
  async list(@Query() query: ListAdminPostsQuery, @CurrentUser() user: SignedInUser): Promise<Page<PostSummary>> {
    const { state, ...filter } = query;
    return this.posts.list({
      ...filter,
      ...(state && { published: state === 'published' }),
      ...(user.role !== 'admin' && { userId: user.id }),
    });
  }

  /** A new post is a draft, which visitors do not see. */
  @Post()
  @InvalidateCache([adminBlog.list])
  async create(@Body() draft: CreatePostDto, @CurrentUser() user: SignedInUser): Promise<BlogPost> {
    return this.admin.create(draft, user);
  }

  /** Visitors see nothing of a draft, so nothing of theirs goes when one is edited. */
  @Patch(':slug')
  @InvalidateCache([adminBlog.list])
  @InvalidateCache([publicBlog.detail, publicBlog.list], {
    tags: ['post:<<slug>>'],
    unless: (post: BlogPost) => !post.published,
  })
  async update(
    @Param('slug', SlugPipe) slug: string,
    @Body() changes: UpdatePostDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<BlogPost> {
    return this.admin.update(slug, changes, user);
  }

  @Post(':slug/publish')
  @HttpCode(204)
  @Roles(['admin'])
  @InvalidateCache([publicBlog.detail, publicBlog.list, publicBlog.everyRelated, adminBlog.list])
  async publish(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<void> {
    await this.admin.setPublished(slug, true, user);
  }

  @Post(':slug/unpublish')
  @HttpCode(204)
  @Roles(['admin'])
  @InvalidateCache([publicBlog.detail, publicBlog.list, publicBlog.everyRelated, adminBlog.list])
  async unpublish(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<void> {
    await this.admin.setPublished(slug, false, user);
  }

  @Delete(':slug')
  @HttpCode(204)
  @Roles(['admin'])
  @InvalidateCache([publicBlog.detail, publicBlog.list, publicBlog.everyRelated, adminBlog.list])
  async delete(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<void> {
    await this.admin.delete(slug, user);
  }
}
