import { Controller, Get, Injectable, Module, Param, ParseIntPipe, ParseUUIDPipe, Query } from '@nestjs/common';
import type { CacheModuleOptions } from '../../lib/index.js';
import {
  CacheDefaults,
  CachePut,
  CacheService,
  Cacheable,
  InvalidateCache,
  cacheKeys,
  memoryStore,
} from '../../lib/index.js';
import type { ApplicationParts } from '../support/application.js';
import { TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';
import { problemsOf } from '../support/start-up-problems.js';

/** What the checks find in these classes, as `code: message`. */
async function findingsIn(parts: Omit<ApplicationParts, 'cache'>, cache: CacheModuleOptions = {}): Promise<string[]> {
  const app = await TestApplication.start({ ...parts, cache: { keyCheck: 'off', ...cache } });
  try {
    return app
      .get(CacheService)
      .report()
      .findings.filter(isOfGraph)
      .map(({ code, message }) => `${code}: ${message}`);
  } finally {
    await app.stop();
  }
}

function isOfGraph({ code }: { code: string }): boolean {
  return ['KEY_CLASH', 'PATTERN_UNMATCHED', 'PATTERN_TOO_WIDE', 'NEVER_INVALIDATED'].includes(code);
}

describe('two templates that can make one key', () => {
  it('are refused, with the value that makes them meet and what to change', async () => {
    class Blog {
      @Cacheable('public:blog:list')
      async list() {}
      @Cacheable('public:blog:<<slug>>')
      async find(slug: string) {
        return slug;
      }
    }
    expect(await problemsOf({ providers: [Blog] })).toEqual([
      'Blog.find: the template "public:blog:<<slug>>" makes the same key as "public:blog:list" of Blog.list when ' +
        '<<slug>> is "list". Put a literal in front of it: "public:blog:detail:<<slug>>".',
    ]);
  });

  it('are refused where they are the same, or differ in the names of their placeholders', async () => {
    class Posts {
      @Cacheable('posts:<<id>>')
      async find(id: string) {
        return id;
      }
    }
    class Others {
      @Cacheable('posts:<<slug>>')
      async read(slug: string) {
        return slug;
      }
    }
    expect(await findingsIn({ providers: [Posts, Others] })).toEqual([
      expect.stringMatching(
        /^KEY_CLASH: Others\.read: .* of Posts\.find when <<slug>> and <<id>> are the same\. Give each/,
      ),
    ]);
  });

  it('are refused for two classes that inherit one template, and not for one class in several modules', async () => {
    abstract class Base {
      @Cacheable('settings')
      async load() {}
    }
    @Injectable()
    class One extends Base {}
    @Injectable()
    class Two extends Base {}
    @Module({ providers: [One] })
    class Elsewhere {}
    expect(await findingsIn({ providers: [One], imports: [Elsewhere] })).toEqual([]);
    expect(await findingsIn({ providers: [One, Two] })).toEqual([expect.stringMatching(/^KEY_CLASH: Two\.load/)]);
  });

  it('are refused for two classes that inherit one key function, each at the first of them', async () => {
    abstract class Base {
      @Cacheable({ key: () => ['settings'] })
      async load() {}
    }
    @Injectable()
    class One extends Base {}
    @Injectable()
    class Two extends Base {}
    @Injectable()
    @CacheDefaults({ prefix: 'own' })
    class Apart extends Base {}
    expect(await findingsIn({ providers: [One, Apart] })).toEqual([]);
    expect(await findingsIn({ providers: [One, Two] })).toEqual([
      expect.stringMatching(/^KEY_CLASH: Two\.load.* of One\.load/),
    ]);
  });

  it('pass where one overrides the other', async () => {
    class Base {
      @Cacheable('settings')
      async load() {}
    }
    class Own extends Base {
      @Cacheable('settings')
      override async load() {}
    }
    expect(await findingsIn({ providers: [Own] })).toEqual([]);
  });

  it('pass in different stores, under key functions, and where a policy caches neither', async () => {
    class Stores {
      @Cacheable('a', { store: 'other' })
      async one() {}
      @Cacheable('a')
      async two() {}
      @Cacheable({ key: () => 'a' })
      async three() {}
      @Cacheable('admin:a')
      async four() {}
      @Cacheable('admin:a')
      async five() {}
    }
    const cache: CacheModuleOptions = {
      stores: { default: memoryStore(), other: memoryStore() },
      policies: [{ match: 'admin', cache: false }],
    };
    expect(await findingsIn({ providers: [Stores] }, cache)).toEqual([]);
  });

  it('are meant to meet where one of them is a put of the same template, and only there', async () => {
    class Posts {
      @Cacheable('posts:detail:<<id>>')
      async find(id: string) {
        return id;
      }
      @CachePut('posts:detail:<<slug>>')
      async save(slug: string) {
        return slug;
      }
      @CachePut('posts:detail:first')
      async saveFirst() {}
    }
    expect(await findingsIn({ providers: [Posts] })).toEqual([
      expect.stringMatching(/^KEY_CLASH: Posts\.saveFirst: .* of Posts\.find when <<id>> is "first"/),
    ]);
  });

  it('pass where a pipe, a hash or a declared type keeps them apart', async () => {
    @Controller('posts')
    class PostsController {
      @Get('list')
      @Cacheable('public:posts:list')
      list(): string {
        return '';
      }
      @Get('search')
      @Cacheable('public:posts')
      search(@Query('page') page: string, @Query('by') by: string): string {
        return page + by;
      }
      @Get(':id')
      @Cacheable('public:posts:<<id>>')
      find(@Param('id', ParseIntPipe) id: number): string {
        return String(id);
      }
    }
    @Controller('users')
    class UsersController {
      @Get('newest')
      @Cacheable('public:users:newest')
      newest(): string {
        return '';
      }
      @Get(':id')
      @Cacheable('public:users:<<id>>')
      find(@Param('id', new ParseUUIDPipe({ version: '4' })) id: string): string {
        return id;
      }
    }
    expect(await findingsIn({ controllers: [PostsController, UsersController] })).toEqual([]);
  });

  it('are refused where a further pipe makes of a number what it likes', async () => {
    const toName = { transform: (id: number) => ['list', 'detail'][id] };
    @Controller('posts')
    class PostsController {
      @Get('list')
      @Cacheable('public:posts:list')
      list(): string {
        return '';
      }
      @Get(':name')
      @Cacheable('public:posts:<<name>>')
      find(@Param('name', ParseIntPipe, toName) name: string): string {
        return name;
      }
    }
    expect(await findingsIn({ controllers: [PostsController] })).toEqual([expect.stringContaining('KEY_CLASH')]);
  });
});

class Blog {
  @Cacheable('public:blog:list:<<page>>', { tags: ['blog'] })
  async list(page: number) {
    return page;
  }
  @Cacheable('public:blog:detail:<<id>>', { tags: ['blog', 'author:<<id>>'] })
  async find(id: string) {
    return id;
  }
}

describe('an invalidation', () => {
  it('is warned of where its pattern or tag can match nothing, with the nearest template', async () => {
    class Writer {
      @InvalidateCache(['public:blog:detial:<<id>>', 'public:blgo:list', 'weather'], {
        tags: ['blgo', 'author:<<id>>'],
      })
      async write(id: string) {
        return id;
      }
    }
    const nothing = 'matches nothing that this application caches by a decorator.';
    expect(await findingsIn({ providers: [Blog, Writer] })).toEqual([
      `PATTERN_UNMATCHED: Writer.write: the pattern "public:blog:detial:<<id>>" ${nothing} Did you mean "public:blog:detail:<<id>>"? Correct it, or remove it.`,
      `PATTERN_UNMATCHED: Writer.write: the pattern "public:blgo:list" ${nothing} Did you mean "public:blog:list:<<page>>"? Correct it, or remove it.`,
      `PATTERN_UNMATCHED: Writer.write: the pattern "weather" ${nothing} Correct it, or remove it.`,
      `PATTERN_UNMATCHED: Writer.write: the tag "blgo" ${nothing} Did you mean "blog"? Correct it, or remove it.`,
    ]);
  });

  it('is not warned of behind the prefix of its class, by a function, or where nothing is cached', async () => {
    @CacheDefaults({ prefix: 'public:blog' })
    class Writer {
      @InvalidateCache(['detail:<<id>>', 'public:*:list'])
      async write(id: string) {
        return id;
      }
      @InvalidateCache(() => [['anything']], { tags: () => ['whatever'] })
      async compute() {}
    }
    class Elsewhere {
      @InvalidateCache(['public:news'])
      async write() {}
    }
    expect(await findingsIn({ providers: [Blog, Writer] })).toEqual([]);
    expect(await findingsIn({ providers: [Elsewhere] })).toEqual([]);
  });

  it('is warned of where it drops every entry although the method knows which one, unless it says so', async () => {
    const keys = cacheKeys('public:found', { all: 'all:<<query>>' });
    class Finder {
      @Cacheable(keys.all)
      async find(query: string) {
        return query;
      }
    }
    class Writer {
      @InvalidateCache(['public:blog:detail', 'public:blog:list'])
      async one(id: string) {
        return id;
      }
      @InvalidateCache(['public:blog:detail:*'])
      async all(id: string) {
        return id;
      }
      @InvalidateCache(['public:blog'])
      async everything(id: string) {
        return id;
      }
      @InvalidateCache(['public:blog:detail'])
      async unknowing(slug: string) {
        return slug;
      }
      @InvalidateCache([keys.all])
      async catalog(query: string) {
        return query;
      }
    }
    expect(await findingsIn({ providers: [Blog, Finder, Writer] })).toEqual([
      'PATTERN_TOO_WIDE: Writer.one: the pattern "public:blog:detail" drops every entry of "public:blog:detail:<<id>>", ' +
        'although the method knows <<id>>. Write "public:blog:detail:<<id>>", or "public:blog:detail:*" if all of them are meant.',
    ]);
  });

  it('is warned of where a value can be the literal of a sibling', async () => {
    class News {
      @Cacheable('news:<<slug>>')
      async find(slug: string) {
        return slug;
      }
      @Cacheable('news:list:<<page>>')
      async list(page: number) {
        return page;
      }
      @InvalidateCache(['news:<<slug>>'])
      async write(slug: string) {
        return slug;
      }
      @InvalidateCache(['news:<<id>>'])
      async renumber(id: number) {
        return id;
      }
      @InvalidateCache(['<<kind>>:list'])
      async writeKind(kind: string) {
        return kind;
      }
    }
    expect(await findingsIn({ providers: [News] })).toEqual([
      'PATTERN_TOO_WIDE: News.write: the pattern "news:<<slug>>" is for "news:<<slug>>", but drops "news:list:<<page>>" too ' +
        'when <<slug>> is "list". Put a literal in front of the placeholder, in the template and here.',
    ]);
  });
});

describe('an entry that lives long', () => {
  it('is warned of where nothing ever drops it', async () => {
    class Settings {
      @Cacheable('public:settings:<<name>>', { ttl: '11m' })
      async load(name: string) {
        return name;
      }
      @Cacheable('public:hints', { ttl: '10m' })
      async hints() {}
      @Cacheable({ key: 'public:texts', ttl: () => '1h' as const })
      async texts() {}
    }
    expect(await findingsIn({ providers: [Settings] })).toEqual([
      `NEVER_INVALIDATED: Settings.load: entries of "public:settings:<<name>>" live for '11m', and no decorator invalidates ` +
        'them. Put @InvalidateCache(["public:settings"]) on what changes them, give them a tag, or shorten the ttl.',
    ]);
  });

  it.each([
    ['a path', [InvalidateCache(['public:settings:*'])]],
    ['a tag', [InvalidateCache([], { tags: ['settings'] })]],
    ['a put', [CachePut('public:settings:<<name>>')]],
    ['a function', [InvalidateCache(() => [['public']])]],
  ])('is not warned of where %s drops it', async (_by, [decorator]) => {
    class Settings {
      @Cacheable('public:settings:<<name>>', { ttl: '1h', tags: ['settings'] })
      async load(name: string) {
        return name;
      }
      async save(name: string) {
        return name;
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Settings.prototype, 'save')!;
    (decorator as MethodDecorator)(Settings.prototype, 'save', descriptor);
    Object.defineProperty(Settings.prototype, 'save', descriptor);
    expect(await findingsIn({ providers: [Settings] })).toEqual([]);
  });

  it('is warned of in the log, and the application starts', async () => {
    class Settings {
      @Cacheable('public:settings', { ttl: '1h' })
      async load() {}
    }
    const logger = new RecordedLog();
    const app = await TestApplication.start({ providers: [Settings], logger });
    await app.stop();
    expect(logger.about('"public:settings" live for \'1h\'')).toHaveLength(1);
  });
});
