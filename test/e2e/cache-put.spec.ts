import { ConflictException, Controller, Get, Injectable, Param, Patch, Query } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CachePut, CacheService, Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { RecordedLog } from '../support/recorded-log.js';
import { by, SignIn } from '../support/signed-in.js';

class Entity {
  constructor(readonly slug: string) {}
}

interface Draft {
  readonly slug: string;
  readonly text: string;
}

let gate = new Gate();

@Controller('posts')
class PostsController {
  @Get(':slug')
  @Cacheable('public:detail:<<slug>>')
  find(@Param('slug') slug: string): unknown {
    return { slug, text: 'loaded' };
  }

  @Patch(':slug')
  @CachePut('public:detail:<<slug>>', { ttl: '90s', ignore: ['text'] })
  @InvalidateCache(['public:list'])
  update(@Param('slug') slug: string, @Query('text') text: string): unknown {
    if (text === 'bad') throw new ConflictException();
    return { slug, text };
  }

  @Patch('short/:slug')
  @CachePut('public:detail:<<slug>>')
  updateShort(@Param('slug') slug: string, @Query('fields') fields?: string): unknown {
    return { slug, fields };
  }

  @Patch('mine/:slug')
  @CachePut('mine:<<slug>>')
  updateMine(@Param('slug') slug: string): unknown {
    return { slug, text: 'mine' };
  }

  @Get('mine/:slug')
  @Cacheable('mine:<<slug>>')
  findMine(@Param('slug') slug: string): unknown {
    return { slug, text: 'anybody' };
  }
}

@Injectable()
class Writer {
  @InvalidateCache(['list'])
  @CachePut('detail:<<slug>>', { tags: ['author:<<result.text>>'] })
  async below(slug: string, text: string): Promise<Draft> {
    return { slug, text };
  }

  @CachePut('detail:<<slug>>')
  @InvalidateCache(['list'])
  async above(slug: string, text: string): Promise<Draft> {
    return { slug, text };
  }

  @CachePut('detail:<<slug>>')
  async entity(slug: string): Promise<unknown> {
    return new Entity(slug);
  }

  @CachePut({
    key: 'detail:<<slug>>',
    unless: (result) => result.text === 'secret',
    when: (slug) => slug !== 'skipped',
  })
  async choosy(slug: string, text: string): Promise<Draft> {
    return { slug, text };
  }

  @CachePut('detail:<<slug>>')
  async slow(slug: string, text: string): Promise<Draft> {
    await gate.pass();
    return { slug, text };
  }

  @CachePut('detail:<<draft.slug>>')
  async byPath(draft: { slug?: string }): Promise<unknown> {
    return draft;
  }

  @CachePut('detail:<<slug>>')
  @InvalidateCache(['list'], { always: true })
  async failing(slug: string): Promise<never> {
    throw new ConflictException(slug);
  }
}

describe.each(PLATFORMS)('@CachePut on handlers on %s', (platform) => {
  let app: TestApplication;

  beforeEach(async () => {
    const providers = [{ provide: APP_GUARD, useClass: SignIn }];
    // The keys of `mine` name nobody, which start-up would refuse.
    const cache = { keyCheck: 'off' } as const;
    app = await TestApplication.start({ platform, controllers: [PostsController], providers, cache });
  });
  afterEach(() => app.stop());

  it('always runs the method, and replaces the entry that readers get', async () => {
    await app.fetch('/posts/one');
    for (const text of ['new', 'newer']) {
      expect((await app.fetch(`/posts/one?text=${text}`, { method: 'PATCH' })).json()).toEqual({ slug: 'one', text });
      const { cache, json } = await app.fetch('/posts/one');
      expect([cache, json()]).toEqual(['HIT', { slug: 'one', text }]);
    }
  });

  it('leaves the entry when the method throws', async () => {
    await app.fetch('/posts/two');
    expect((await app.fetch('/posts/two?text=bad', { method: 'PATCH' })).status).toBe(409);
    expect(await app.lookups('/posts/two')).toEqual(['HIT']);
  });

  it('leaves nothing where the result depends on a query that its template does not name', async () => {
    await app.fetch('/posts/three');
    const { body } = await app.fetch('/posts/short/three?fields=slug', { method: 'PATCH' });
    expect(JSON.parse(body)).toEqual({ slug: 'three', fields: 'slug' });
    expect(await app.lookups('/posts/three')).toEqual(['MISS']);
  });

  it('does not show what a signed-in user gets under a key that names nobody', async () => {
    await app.fetch('/posts/mine/a');
    await app.fetch('/posts/mine/a', { method: 'PATCH', ...by({ id: 1 }) });
    const { cache, json } = await app.fetch('/posts/mine/a');
    expect([cache, json()]).toEqual(['MISS', { slug: 'a', text: 'anybody' }]);
  });
});

describe('@CachePut on services', () => {
  let app: TestApplication;
  let cache: CacheService;
  let writer: Writer;
  const log = new RecordedLog();
  const start = async (inProduction = false) => {
    const parts = { providers: [Writer], logger: log };
    app = await (inProduction ? TestApplication.startInProduction(parts) : TestApplication.start(parts));
    [cache, writer] = [app.get(CacheService), app.get(Writer)];
    for (const key of ['list', 'list:a', 'detail:one', 'detail:one:comments', 'detail:two'])
      await cache.set(key, 'old');
  };

  beforeEach(async () => {
    gate = new Gate();
    await start();
  });
  afterEach(() => app.stop());

  it.each(['below', 'above'] as const)('goes with @InvalidateCache in either order: %s', async (name) => {
    expect(await writer[name]('one', 'new')).toEqual({ slug: 'one', text: 'new' });
    expect(await cache.get('detail:one')).toEqual({ slug: 'one', text: 'new' });
    const gone = ['list', 'list:a', 'detail:one:comments'];
    expect(await Promise.all(gone.map((key) => cache.has(key)))).toEqual([false, false, false]);
    expect(await cache.has('detail:two')).toBe(true);
  });

  it('gives the entry tags, also from the result', async () => {
    await writer.below('one', 'ada');
    await cache.invalidateTags(['author:bob']);
    expect(await cache.has('detail:one')).toBe(true);
    await cache.invalidateTags(['author:ada']);
    expect(await cache.has('detail:one')).toBe(false);
  });

  it('leaves nothing when the result cannot be stored', async () => {
    await expect(writer.entity('one')).rejects.toMatchObject({ code: 'VALUE_NOT_SERIALIZABLE' });
    expect([await cache.has('detail:one'), await cache.has('detail:one:comments')]).toEqual([false, false]);
  });

  it.each([
    ['unless', 'one', 'secret'],
    ['when', 'skipped', 'new'],
  ])('leaves nothing when "%s" says not to store', async (_option, slug, text) => {
    await cache.set(['detail', slug], 'old');
    expect(await writer.choosy(slug, text)).toEqual({ slug, text });
    expect(await cache.has(['detail', slug])).toBe(false);
    await writer.choosy(slug, 'new');
    expect(await cache.has(['detail', slug])).toBe(slug === 'one');
  });

  it('leaves nothing when somebody invalidates while the method runs', async () => {
    const putting = writer.slow('one', 'new');
    await gate.reached;
    await cache.invalidate('detail');
    gate.open();
    expect(await putting).toEqual({ slug: 'one', text: 'new' });
    expect(await cache.has('detail:one')).toBe(false);
  });

  it('refuses a key that has no value, before anything is written', async () => {
    await expect(writer.byPath({})).rejects.toMatchObject({ code: 'KEY_VALUE_MISSING' });
    expect(await cache.has('detail:two')).toBe(true);
  });

  it('leaves nothing that the key could be, in production, when it has no value', async () => {
    await app.stop();
    await start(true);
    expect(await writer.byPath({})).toEqual({});
    expect([await cache.has('detail:one'), await cache.has('detail:two'), await cache.has('list')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(log.errors('Writer.byPath goes on uncached')).toHaveLength(1);
  });

  it('leaves the entry when the method throws, and does what is to happen always', async () => {
    await expect(writer.failing('one')).rejects.toThrow(new ConflictException('one'));
    expect([await cache.get('detail:one'), await cache.has('list')]).toEqual(['old', false]);
  });
});
