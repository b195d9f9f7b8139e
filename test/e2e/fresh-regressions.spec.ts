import { Controller, Get, Injectable, Put, Query } from '@nestjs/common';
import { CacheDefaults, CacheService, Cacheable, InvalidateCache, cacheKeys } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

const blog = cacheKeys('public:blog', { list: 'list:<<query>>', search: 'search:<<args>>' });

let text = 'old';
/** What is stored for anything: the same for everything. */
const textOf = (_id: unknown): string => text;
const write = (_id?: unknown): void => void (text = 'new');

@Controller()
class ListsController {
  @Get('list')
  @Cacheable(blog.list)
  async list(@Query('page') _page?: string): Promise<string> {
    return text;
  }

  @Put('list')
  @InvalidateCache([blog.list])
  async write(@Query('notify') _notify?: string): Promise<void> {
    text = 'new';
  }

  @Put('list-with-query')
  @InvalidateCache([blog.list])
  async writeWithQuery(@Query() query: unknown): Promise<void> {
    text = query === undefined ? 'none' : 'new';
  }

  @Get('search')
  @Cacheable(blog.search)
  async search(@Query('text') _text?: string): Promise<string> {
    return text;
  }

  @Put('search')
  @InvalidateCache([blog.search])
  async writeSearch(@Query('notify') _notify?: string): Promise<void> {
    text = 'new';
  }
}

describe.each(PLATFORMS)("a catalog's hash of the reader's inputs on %s", (platform) => {
  let app: TestApplication;

  beforeEach(async () => {
    text = 'old';
    app = await TestApplication.start({ platform, controllers: [ListsController] });
  });
  afterEach(() => app.stop());

  it.each([
    ['/list?page=2', '/list?notify=1'],
    ['/list?page=2', '/list-with-query?notify=1'],
    ['/search?text=nest', '/search?notify=1'],
  ])('widens in a writer: %s after PUT %s', async (reader, writer) => {
    expect((await app.fetch(reader)).body).toBe('old');
    expect((await app.fetch(writer, { method: 'PUT' })).status).toBe(200);
    const { cache, body } = await app.fetch(reader);
    expect([cache, body]).toEqual(['MISS', 'new']);
  });
});

/** Replaces the function of a method, as many decorators do. */
function Replaced(): (target: object, name: string | symbol, descriptor: PropertyDescriptor) => void {
  return (_target, _name, descriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown;
    descriptor.value = function (this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args);
    };
  };
}

interface Localized {
  readonly lang: string | null;
}

@Injectable()
class Posts {
  @Cacheable('read:<<0>>', { ignore: ['args'] })
  @Replaced()
  async readReplaced(_id: string): Promise<string> {
    return text;
  }

  @InvalidateCache(['read:<<0>>'])
  async write(_id: string, update: string): Promise<void> {
    text = update;
  }

  @Cacheable('written:<<0>>')
  async read(_id: string): Promise<string> {
    return text;
  }

  @InvalidateCache(['written:<<0>>'])
  @Replaced()
  async writeReplaced(_id: string, update: string): Promise<void> {
    text = update;
  }

  @Cacheable('posts:<<lang|en>>')
  async list(lang: string | null): Promise<string> {
    return textOf(lang);
  }

  @InvalidateCache(['posts:<<dto.lang|en>>'])
  async writeFor(dto: Localized): Promise<void> {
    write(dto);
  }

  @InvalidateCache(['posts:<<result.lang|en>>'])
  async writeResult(): Promise<Localized> {
    text = 'new';
    return { lang: null };
  }
}

@Injectable()
@CacheDefaults({ prefix: 'public:blog' })
class PrefixedPosts {
  @Cacheable('detail:<<id>>')
  async find(id: string): Promise<string> {
    return textOf(id);
  }

  @InvalidateCache(['detail:<<id>>'])
  async update(id: string): Promise<void> {
    write(id);
  }
}

describe('an invalidation', () => {
  let app: TestApplication;
  let posts: Posts;

  beforeEach(async () => {
    text = 'old';
    app = await TestApplication.start({ providers: [Posts, PrefixedPosts] });
    posts = app.get(Posts);
  });
  afterEach(() => app.stop());

  it('by position meets a reader whose function was replaced', async () => {
    expect([await posts.readReplaced('1'), await posts.readReplaced('2')]).toEqual(['old', 'old']);
    await posts.write('1', 'new');
    expect([await posts.readReplaced('1'), await posts.readReplaced('2')]).toEqual(['new', 'old']);
  });

  it('by position works where its own function was replaced', async () => {
    expect([await posts.read('1'), await posts.read('2')]).toEqual(['old', 'old']);
    await posts.writeReplaced('1', 'new');
    expect([await posts.read('1'), await posts.read('2')]).toEqual(['new', 'old']);
  });

  it.each([
    ['an argument', () => posts.writeFor({ lang: null })],
    ['the result', () => posts.writeResult()],
  ])('widens for null in %s, whatever the default', async (_where, write) => {
    expect([await posts.list(null), await posts.list('en')]).toEqual(['old', 'old']);
    await write();
    expect([await posts.list(null), await posts.list('en')]).toEqual(['new', 'new']);
  });

  it('means keys with and without the prefix of its class', async () => {
    const cache = app.get(CacheService);
    const [prefixed, others] = [app.get(PrefixedPosts), ['detail:1', 'detail:2', 'public:blog:detail:2']];
    for (const key of others) await cache.set(key, 'old');
    expect(await prefixed.find('1')).toBe('old');
    await prefixed.update('1');
    expect(await prefixed.find('1')).toBe('new');
    expect([...(await cache.getMany(others)).keys()]).toEqual(['detail:2', 'public:blog:detail:2']);
  });
});
