import { Injectable } from '@nestjs/common';
import { CacheService, Cacheable, InvalidateCache } from '../../lib/index.js';
import { TestApplication } from '../support/application.js';

@Injectable()
class PostsService {
  loads = 0;
  post: { authorId: number } | null = null;

  @Cacheable('post:<<id>>', { tags: ['posts', 'author:<<result.authorId>>'] })
  async find(id: number): Promise<unknown> {
    this.loads++;
    return id > 0 ? this.post : undefined;
  }

  @Cacheable('named:<<name>>', { tags: (_result: unknown, name: string) => [`by:${name}`] })
  async named(name: string): Promise<unknown> {
    return { name, load: ++this.loads };
  }

  @InvalidateCache([], { tags: ['author:<<result.authorId>>'] })
  async clean(): Promise<void> {}
}

describe('tags from the result', () => {
  let app: TestApplication;
  let posts: PostsService;

  beforeEach(async () => {
    app = await TestApplication.start({ providers: [PostsService] });
    posts = app.get(PostsService);
  });
  afterEach(() => app.stop());

  it('drop the entries whose result has them', async () => {
    posts.post = { authorId: 7 };
    await posts.find(1);
    await app.get(CacheService).invalidateTags(['author:8']);
    await posts.find(1);
    expect(posts.loads).toBe(1);
    await app.get(CacheService).invalidateTags(['author:7']);
    await posts.find(1);
    expect(posts.loads).toBe(2);
  });

  it('may hold any character where a function makes them', async () => {
    const first = await posts.named('Ada L. *');
    expect(await posts.named('Ada L. *')).toEqual(first);
    await app.get(CacheService).invalidateTags([['by', 'Ada L. *']]);
    expect(await posts.named('Ada L. *')).not.toEqual(first);
  });

  it('are everybody’s where the result of a write is nothing', async () => {
    posts.post = { authorId: 7 };
    await posts.find(1);
    await posts.clean();
    await posts.find(1);
    expect(posts.loads).toBe(2);
  });

  it('are none where the result is nothing, which is cached with its other tags', async () => {
    await posts.find(1);
    expect(await posts.find(1)).toBeNull();
    expect(posts.loads).toBe(1);
    await app.get(CacheService).invalidateTags(['posts']);
    await posts.find(1);
    expect(posts.loads).toBe(2);
  });
});
