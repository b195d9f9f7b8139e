import { Controller, Get, NotFoundException, Param, Query } from '@nestjs/common';
import { Cacheable } from 'nestash';
import { publicBlog } from '../keys/public.keys.js';
import { LanguagePipe } from '../languages.js';
import type { Language } from '../languages.js';
import { ListPostsQuery } from './list-posts.query.js';
import type { Page, Post, PostSummary } from './post.js';
import { PostsService } from './posts.service.js';
import { RelatedPostsService } from './related-posts.service.js';
import { SlugPipe } from './text.js';

@Controller('posts')
export class PostsController {
  constructor(
    private readonly posts: PostsService,
    private readonly related: RelatedPostsService,
  ) {}

  @Get()
  @Cacheable(publicBlog.list)
  async list(@Query() query: ListPostsQuery): Promise<Page<PostSummary>> {
    return this.posts.list({ ...query, published: true });
  }

  @Get(':slug')
  @Cacheable(publicBlog.detail)
  async detail(@Param('slug', SlugPipe) slug: string, @Query('lang', LanguagePipe) lang: Language): Promise<Post> {
    const post = await this.posts.find(slug, lang);
    if (!post?.published) throw new NotFoundException(`There is no post "${slug}" in "${lang}"`);
    return post;
  }

  /** Not cached here, because the service below is. */
  @Get(':slug/related')
  async relatedTo(
    @Param('slug', SlugPipe) slug: string,
    @Query('lang', LanguagePipe) lang: Language,
  ): Promise<PostSummary[]> {
    return this.related.relatedTo(slug, lang);
  }
}
