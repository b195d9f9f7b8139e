import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { Cacheable, InvalidateCache } from 'nestash';
import { AuthGuard, Roles } from '../auth/auth.guard.js';
import { CurrentUser } from '../auth/signed-in.js';
import type { SignedInUser } from '../auth/signed-in.js';
import { adminBlog } from '../keys/admin.keys.js';
import { publicBlog } from '../keys/public.keys.js';
import { shown, shownInList } from '../keys/shown.js';
import type { Language } from '../languages.js';
import { VisitorLanguage } from '../languages.js';
import type { Page, Post as BlogPost, PostSummary } from '../posts/post.js';
import { PostsService } from '../posts/posts.service.js';
import { SlugPipe } from '../posts/text.js';
import { CreatePostDto, ListAdminPostsQuery, UpdatePostDto } from './admin-posts.dto.js';
import { AdminPostsService } from './admin-posts.service.js';
import type { MovedPost } from './moved-posts.js';
import { madeOfMany, nobodyNoticed, keysOfMoved } from './moved-posts.js';

/** For a writer: the language of the text that it was sent, in the place of the visitor's. */
const inItsLanguage = { lang: '<<changes.lang>>' };

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
  @Cacheable(adminBlog.list, {
    tags: ({ items }, _query, _user, lang) => shownInList(items, lang),
    ignore: ['user'],
  })
  async list(
    @Query() query: ListAdminPostsQuery,
    @CurrentUser() user: SignedInUser,
    @VisitorLanguage() lang: Language,
  ): Promise<Page<PostSummary>> {
    const { state, ...filter } = query;
    return this.posts.list({
      ...filter,
      lang,
      ...(state && { published: state === 'published' }),
      ...(user.role !== 'admin' && { userId: user.id }),
    });
  }

  /** A new post is a draft in one language, which visitors do not see. */
  @Post()
  @InvalidateCache([adminBlog.list.with(inItsLanguage)])
  async create(@Body() changes: CreatePostDto, @CurrentUser() user: SignedInUser): Promise<BlogPost> {
    return this.admin.create(changes, user);
  }

  /**
   * An edited text can put the post into a list or take it out, think of a search, so lists of its category and language
   * go. What merely shows the post has its tag. While a draft is edited, nothing that visitors see is loaded again.
   */
  @Patch(':slug')
  @InvalidateCache([adminBlog.list.with(inItsLanguage)])
  @InvalidateCache(
    [
      publicBlog.detail.with(inItsLanguage),
      publicBlog.list.with({ ...inItsLanguage, 'query.category': '<<result.category.slug>>' }),
      publicBlog.list.with({ ...inItsLanguage, 'query.category': 'all' }),
    ],
    {
      tags: (_post, slug, { lang }) => [shown.post(slug, lang), shown.title(slug, lang)],
      unless: (post) => !post.published,
    },
  )
  async update(
    @Param('slug', SlugPipe) slug: string,
    @Body() changes: UpdatePostDto,
    @CurrentUser() user: SignedInUser,
  ): Promise<BlogPost> {
    return this.admin.update(slug, changes, user);
  }

  @Post(':slug/publish')
  @HttpCode(200)
  @Roles(['admin'])
  @InvalidateCache(madeOfMany, { unless: nobodyNoticed })
  @InvalidateCache(keysOfMoved)
  async publish(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<MovedPost[]> {
    return this.admin.setPublished([slug], true, user);
  }

  @Post(':slug/unpublish')
  @HttpCode(200)
  @Roles(['admin'])
  @InvalidateCache(madeOfMany, { unless: nobodyNoticed })
  @InvalidateCache(keysOfMoved)
  async unpublish(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<MovedPost[]> {
    return this.admin.setPublished([slug], false, user);
  }

  @Delete(':slug')
  @Roles(['admin'])
  @InvalidateCache(madeOfMany, { unless: nobodyNoticed })
  @InvalidateCache(keysOfMoved)
  async delete(@Param('slug', SlugPipe) slug: string, @CurrentUser() user: SignedInUser): Promise<MovedPost[]> {
    return this.admin.delete([slug], user);
  }
}
