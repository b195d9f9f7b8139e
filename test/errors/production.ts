import type { INestApplication } from '@nestjs/common';
import { Controller, Get, Inject, Req } from '@nestjs/common';
import { CacheService, Cacheable, InvalidateCache, redisStore } from 'nestash';
import type { ApplicationParts } from '../support/application.js';
import { TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';
import type { LoggedMisuse } from './misuse.js';
import { deadRedis } from './stores.js';

/** What an application logs about a place, while it is used as it is for visitors. */
async function logged(
  about: string,
  parts: ApplicationParts,
  use: (application: TestApplication) => Promise<unknown>,
): Promise<readonly string[]> {
  const logger = new RecordedLog();
  const application = await TestApplication.startInProduction({ ...parts, logger });
  try {
    await use(application);
  } finally {
    await application.stop();
  }
  return logger.about(about);
}

class User {
  readonly name = 'Ada';
}

class PostsService {
  @Cacheable('posts:list:<<filter.author>>', { ignore: ['filter'] })
  async list(filter: { author?: string }) {
    return [filter.author];
  }

  @Cacheable('users:first')
  async author() {
    return new User();
  }

  @Cacheable('posts:count')
  count(): unknown {
    return 2;
  }

  @Cacheable('posts:detail:<<slug>>')
  async findOne(slug: string) {
    return slug;
  }

  @InvalidateCache(['posts:detail:<<dto.slug>>'])
  async update(dto: { slug?: string }): Promise<unknown> {
    return [dto];
  }

  @InvalidateCache(['posts'], {
    unless: () => {
      throw new Error('cannot say');
    },
  })
  async publish() {}
}

@Controller('posts')
class FeedController {
  @Get()
  @Cacheable('feed')
  feed() {
    return [];
  }
}

class GreetingService {
  @Cacheable('greeting:<<user_id>>')
  async greeting() {
    return 'Hello';
  }
}

@Controller('posts')
class PageController {
  constructor(@Inject(GreetingService) private readonly greetings: GreetingService) {}

  @Get()
  @Cacheable('public:page')
  async page() {
    return { greeting: await this.greetings.greeting() };
  }
}

@Controller('posts')
class PricesController {
  @Get()
  @Cacheable('public:prices', { ignore: ['request'] })
  list(@Req() request: { readonly headers: { readonly authorization?: string } }) {
    return { isKnown: request.headers.authorization !== undefined };
  }
}

const SERVICE: ApplicationParts = { providers: [PostsService] };
const REQUESTED = (application: TestApplication) => application.fetch('/posts');

function signedIn(app: INestApplication): void {
  app.use((request: { user?: unknown }, _response: unknown, next: () => void) => {
    request.user = { id: 7 };
    next();
  });
}

async function withoutRedis(): Promise<ApplicationParts> {
  return { ...SERVICE, cache: { prefix: 'prod:shop', store: redisStore(await deadRedis()) } };
}

/** Twice each, for a line on one subject must not come with every call. */
function twice(call: (posts: PostsService) => Promise<unknown>) {
  return async (application: TestApplication): Promise<void> => {
    const posts = application.get(PostsService);
    await call(posts);
    await call(posts);
  };
}

/** Mistakes in production, and failures that no visitor notices. */
export const loggedMisuses: readonly LoggedMisuse[] = [
  {
    wrote: `@Cacheable('posts:list:<<filter.author>>') on PostsService.list(filter), called with {} in production`,
    shows: ['PostsService.list goes on uncached', '<<filter.author>>', 'KEY_VALUE_MISSING'],
    make: () =>
      logged(
        'PostsService.list',
        SERVICE,
        twice((posts) => posts.list({})),
      ),
  },
  {
    wrote: `PostsService.author returns an instance of User in production`,
    shows: ['PostsService.author goes on uncached', 'an instance of User', 'VALUE_NOT_SERIALIZABLE'],
    make: () =>
      logged(
        'PostsService.author',
        SERVICE,
        twice((posts) => posts.author()),
      ),
  },
  {
    wrote: `@Cacheable('posts:count') on PostsService.count, which is not async, in production`,
    shows: ['PostsService.count goes on uncached', 'the number 2', 'METHOD_NOT_ASYNC'],
    make: () =>
      logged(
        'PostsService.count',
        SERVICE,
        twice(async (posts) => posts.count()),
      ),
  },
  {
    wrote: `cache.get('posts:my post') in production`,
    shows: ['CacheService.get() goes on uncached', '"posts:my post"', 'KEY_MALFORMED'],
    make: () => logged('CacheService.get()', {}, (application) => application.get(CacheService).get('posts:my post')),
  },
  {
    wrote: `@InvalidateCache(['posts:detail:<<dto.slug>>']) on PostsService.update(dto), called with {}`,
    shows: ['PostsService.update', '<<dto.slug>>', 'more than it names'],
    make: () =>
      logged(
        'PostsService.update',
        SERVICE,
        twice((posts) => posts.update({})),
      ),
  },
  {
    wrote: `@InvalidateCache(['posts'], { unless }) on PostsService.publish, where unless throws`,
    shows: ['PostsService.publish', '"unless"', 'cannot say'],
    make: () =>
      logged(
        'PostsService.publish',
        SERVICE,
        twice((posts) => posts.publish()),
      ),
  },
  {
    wrote: `@Cacheable('feed') on FeedController.feed, requested by somebody who is signed in`,
    shows: ['FeedController.feed', '"feed"', 'public', '<<user_id>>'],
    make: () => logged('FeedController.feed', { controllers: [FeedController], configure: signedIn }, REQUESTED),
  },
  {
    wrote: `@Cacheable('public:page') on PageController.page, which calls a method with @Cacheable('greeting:<<user_id>>')`,
    shows: ['PageController.page', '<<@user.id>>', 'neither stored nor shared'],
    make: () =>
      logged('PageController.page', { controllers: [PageController], providers: [GreetingService] }, REQUESTED),
  },
  {
    wrote: `@Cacheable('public:prices', { ignore: ['request'] }) on PricesController.list, which reads request.headers.authorization`,
    shows: ['PricesController.list', '"public:prices"', '"authorization"', '<<@headers.authorization>>', 'ignore: ['],
    make: () => logged('PricesController.list', { controllers: [PricesController] }, REQUESTED),
  },
  {
    wrote: `CacheModule.forRoot({ store: redisStore(url) }), and Redis is down when the application starts`,
    shows: ['"default"', 'calls go on without it', 'ECONNREFUSED'],
    make: async () => logged('is left alone', await withoutRedis(), async () => {}),
  },
  {
    wrote: `PostsService.update({ slug: 'my-post' }) while Redis is down`,
    shows: ['"default"', 'did not confirm an invalidation', 'reads nothing from there until it is delivered'],
    make: async () =>
      logged('did not confirm', await withoutRedis(), (application) =>
        application.get(PostsService).update({ slug: 'my-post' }),
      ),
  },
];
