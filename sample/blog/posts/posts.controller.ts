import { Controller, Get, NotFoundException, Param, Query } from '@nestjs/common';
import { Cacheable } from 'nestash';
import { publicBlog } from '../keys/public.keys.js';
import { shownInList, shownOnPage } from '../keys/shown.js';
import type { Language } from '../languages.js';
import { VisitorLanguage } from '../languages.js';
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
  @Cacheable(publicBlog.list, {
    tags: (page, _query, lang) => shownInList(page.items, lang),
  })
  async list(@Query() query: ListPostsQuery, @VisitorLanguage() lang: Language): Promise<Page<PostSummary>> {
    return this.posts.list({ ...query, lang, published: true });
  }

  @Get(':slug')
  @Cacheable(publicBlog.detail, { tags: (post) => shownOnPage(post, post.lang) })
  async detail(@Param('slug', SlugPipe) slug: string, @VisitorLanguage() lang: Language): Promise<Post> {
    const post = await this.posts.find(slug, lang);
    if (!post?.published) throw new NotFoundException(`There is no post "${slug}" in "${lang}"`);
    return post;
  }

  /** Not cached here, because the service below is. */
  @Get(':slug/related')
  async relatedTo(
    @Param('slug', SlugPipe) slug: string,
    @VisitorLanguage() language: Language,
  ): Promise<PostSummary[]> {
    return this.related.relatedTo(slug, language);
  }
}
