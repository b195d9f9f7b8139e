import { Injectable, NotFoundException } from '@nestjs/common';
import { Cacheable } from 'nestash';
import { publicBlog } from '../keys/public.keys.js';
import { shownInList } from '../keys/shown.js';
import type { Language } from '../languages.js';
import type { PostSummary } from './post.js';
import { PostsService } from './posts.service.js';

const RELATED = 5;

/** A cached service: whoever calls it, a handler or another service, gets the same entry. */
@Injectable()
export class RelatedPostsService {
  constructor(private readonly posts: PostsService) {}

  @Cacheable(publicBlog.related, { tags: (related, _slug, language) => shownInList(related, language) })
  async relatedTo(slug: string, language: Language): Promise<PostSummary[]> {
    const post = await this.posts.find(slug, language);
    if (!post?.published) throw new NotFoundException(`There is no post "${slug}" in "${language}"`);
    return this.posts.related(slug, language, RELATED);
  }
}
