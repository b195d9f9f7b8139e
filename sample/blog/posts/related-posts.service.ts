import { Injectable, NotFoundException } from '@nestjs/common';
import { Cacheable } from 'nestash';
import { publicBlog } from '../keys/public.keys.js';
import type { Language } from '../languages.js';
import type { PostSummary } from './post.js';
import { PostsService } from './posts.service.js';

const RELATED = 5;

/** A cached service: whoever calls it, a handler or another service, gets the same entry. */
@Injectable()
export class RelatedPostsService {
  constructor(private readonly posts: PostsService) {}

  /** The entry carries a tag for each post in it, so that it dies when one of them is edited. */
  @Cacheable(publicBlog.related, { tags: (related) => related.map(({ slug }) => `post:${slug}`) })
  async relatedTo(slug: string, lang: Language): Promise<PostSummary[]> {
    const post = await this.posts.find(slug, lang);
    if (!post?.published) throw new NotFoundException(`There is no post "${slug}" in "${lang}"`);
    return this.posts.related(slug, lang, RELATED);
  }
}
