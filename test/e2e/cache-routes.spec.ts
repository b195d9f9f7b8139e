import {
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
  Res,
  Scope,
  VersioningType,
} from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { APP_GUARD, RouterModule } from '@nestjs/core';
import type { CachedRoute } from '../../lib/index.js';
import { CacheService, Cacheable, NoCache, cacheRoutes } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { problemsOf } from '../support/start-up-problems.js';
import { by, SignIn } from '../support/signed-in.js';

let runs = 0;

class BaseController {
  @Get('inherited')
  inherited(): unknown {
    return { run: ++runs, by: this.constructor.name };
  }
}

@Controller('shop')
class ShopController extends BaseController {
  @Get('config')
  config(): unknown {
    return { run: ++runs };
  }

  @Get('list')
  list(@Query('page') page?: string, @Query('size') size?: string): unknown {
    return { run: ++runs, page, size };
  }

  @Get('posts/:id')
  post(@Param('id', ParseIntPipe) id: number): unknown {
    return { run: ++runs, id };
  }

  @Get('twice')
  twice(): unknown {
    return [this.config(), this.config()];
  }

  @Get('accepted')
  @HttpCode(202)
  accepted(): unknown {
    return { run: ++runs };
  }

  @Get('agent')
  agent(@Req() request: { readonly headers: Record<string, string> }): unknown {
    return { run: ++runs, agent: request.headers['x-agent'] };
  }

  @Post('config')
  change(): unknown {
    return { run: ++runs };
  }

  @Get('own')
  @Cacheable('public:own')
  own(): unknown {
    return { run: ++runs };
  }

  @Get('never')
  @NoCache()
  never(): unknown {
    return { run: ++runs };
  }
}

@Controller('other')
class OtherController extends BaseController {}

@Injectable({ scope: Scope.REQUEST })
class Turn {
  readonly number = ++runs;
}

@Controller('scoped')
class ScopedController {
  constructor(@Inject(Turn) private readonly turn: Turn) {}

  @Get()
  turnOf(): unknown {
    return { turn: this.turn.number };
  }
}

@Controller({ path: 'versioned', version: '2' })
class VersionedController {
  @Get()
  get(): unknown {
    return { run: ++runs };
  }
}

@Module({ controllers: [VersionedController] })
class InnerModule {}

const ALL: Type[] = [ShopController, OtherController, ScopedController];

describe.each(PLATFORMS)('a cached route on %s', (platform) => {
  let app: TestApplication | undefined;
  const start = async (routes: readonly CachedRoute[], configure?: (app: INestApplication) => void): Promise<void> => {
    app = await TestApplication.start({
      platform,
      controllers: ALL,
      imports: [InnerModule, RouterModule.register([{ path: 'inner', module: InnerModule }])],
      providers: [Turn, { provide: APP_GUARD, useClass: SignIn }],
      cache: { routes, ignore: ['this'] },
      ...(configure && { configure }),
    });
  };
  const ask = async (path: string, init?: RequestInit) => app!.fetch(path, init);

  afterEach(async () => {
    await app?.stop();
    app = undefined;
  });

  it('is answered from the cache without a decorator', async () => {
    await start(cacheRoutes([{ path: '/shop/config', ttl: '5m' }]));
    const [first, second] = [await ask('/shop/config'), await ask('/shop/config')];
    expect([first.cache, second.cache, first.body === second.body]).toEqual(['MISS', 'HIT', true]);
    expect((await ask('/shop/list')).cache).toBeNull();
  });

  it('is one entry for each who is signed in', async () => {
    await start([{ path: '/shop/config' }]);
    const bodies = [];
    for (const init of [by({ id: 1 }), by({ id: 2 }), {}]) bodies.push((await ask('/shop/config', init)).body);
    expect(new Set(bodies).size).toBe(3);
    expect((await ask('/shop/config', by({ id: 2 }))).body).toBe(bodies[1]);
  });

  it('is one entry for each host', async () => {
    await start([{ path: '/shop/config' }]);
    const [first] = [await ask('/shop/config')];
    const other = await fetch(app!.url.replace('127.0.0.1', 'localhost') + '/shop/config').catch(() => undefined);
    const byName = other && (await other.text());
    expect(byName).not.toBe(first.body);
    const cache = app!.get(CacheService);
    const { hostname } = new URL(app!.url);
    expect(hostname).toBe('127.0.0.1');
    await cache.invalidate(['routes', 'GET', 'shop', 'config', 'ShopController.config', hostname]);
    expect((await ask('/shop/config')).cache).toBe('MISS');
  });

  it('is one entry for each arguments, in whatever order a query has them', async () => {
    await start([{ path: '/shop/list' }, { path: '/shop/posts/:id' }]);
    const paths = ['/shop/list?page=1&size=2', '/shop/list?size=2&page=1', '/shop/list?page=2&size=1'];
    expect(await app!.lookups(...paths)).toEqual(['MISS', 'HIT', 'MISS']);
    expect(await app!.lookups('/shop/posts/1', '/shop/posts/2', '/shop/posts/1')).toEqual(['MISS', 'MISS', 'HIT']);
  });

  it('does not know of query parameters that its handler cannot see', async () => {
    await start([{ path: '/shop/list' }]);
    expect(await app!.lookups('/shop/list?page=1', '/shop/list?page=1&x=1', '/shop/list?utm=2&page=1')).toEqual([
      'MISS',
      'HIT',
      'HIT',
    ]);
  });

  it('is none where the method is not GET, or the status not 200', async () => {
    await start([{ path: '/shop/config' }, { path: '/shop/accepted' }]);
    const posts = [await ask('/shop/config', { method: 'POST' }), await ask('/shop/config', { method: 'POST' })];
    expect([posts[0]!.cache, posts[0]!.body === posts[1]!.body]).toEqual([null, false]);
    expect(await app!.lookups('/shop/accepted', '/shop/accepted')).toEqual(['MISS', 'MISS']);
  });

  it('takes everything below a path that nobody has decided on by hand', async () => {
    await start([
      { path: '/shop/agent', ignore: ['request'] },
      { path: '/shop/*', ttl: '1m' },
    ]);
    expect(await app!.lookups('/shop/config', '/shop/config', '/shop/never', '/other/inherited')).toEqual([
      'MISS',
      'HIT',
      null,
      null,
    ]);
    const [one, two] = [await ask('/shop/own', by({ id: 1 })), await ask('/shop/own', by({ id: 2 }))];
    expect([one.cache, two.cache, one.body === two.body]).toEqual(['MISS', 'HIT', true]);
  });

  it('is dropped by its path and by tags', async () => {
    await start([{ path: '/shop/config', tags: ['shop'] }, { path: '/shop/posts/:id' }]);
    const cache = app!.get(CacheService);
    await app!.lookups('/shop/config', '/shop/posts/1', '/shop/posts/2');
    await cache.invalidate('routes:GET:shop:posts:1');
    expect(await app!.lookups('/shop/config', '/shop/posts/1', '/shop/posts/2')).toEqual(['HIT', 'MISS', 'HIT']);
    await cache.invalidateTags(['shop']);
    expect(await app!.lookups('/shop/config', '/shop/posts/1')).toEqual(['MISS', 'HIT']);
    await cache.invalidate('routes:GET:shop');
    expect(await app!.lookups('/shop/config', '/shop/posts/1')).toEqual(['MISS', 'MISS']);
  });

  it('counts global prefixes, versions and RouterModule', async () => {
    await start([{ path: '/api/v2/inner/versioned' }, { path: '/api/shop/config' }], (nest) => {
      nest.setGlobalPrefix('api');
      nest.enableVersioning({ type: VersioningType.URI });
    });
    expect(await app!.lookups('/api/v2/inner/versioned', '/api/v2/inner/versioned')).toEqual(['MISS', 'HIT']);
    expect(await app!.lookups('/api/shop/config', '/api/shop/config')).toEqual(['MISS', 'HIT']);
  });

  it('does not reach the same handler of another controller, or calls inside the class', async () => {
    await start([{ path: '/shop/inherited' }, { path: '/shop/config' }]);
    expect(await app!.lookups('/shop/inherited', '/shop/inherited', '/other/inherited')).toEqual(['MISS', 'HIT', null]);
    expect((await ask('/other/inherited')).body).toContain('"by":"OtherController"');
    const [one, two] = (await ask('/shop/twice')).json() as { run: number }[];
    expect(one!.run).not.toBe(two!.run);
  });

  it('may be one of a controller that is made for each request', async () => {
    await start([{ path: '/scoped' }]);
    const [first, second] = [await ask('/scoped'), await ask('/scoped')];
    expect([first.cache, second.cache, first.body === second.body]).toEqual(['MISS', 'HIT', true]);
  });

  it('belongs to its application alone', async () => {
    await start([{ path: '/shop/config' }]);
    const other = await TestApplication.start({ platform, controllers: [ShopController] });
    expect(await other.lookups('/shop/config', '/shop/config')).toEqual([null, null]);
    expect((await other.fetch('/shop/config')).status).toBe(200);
    await other.stop();
    expect(await app!.lookups('/shop/config', '/shop/config')).toEqual(['MISS', 'HIT']);
  });

  it('is watched while it loads', async () => {
    await start([{ path: '/shop/agent', ignore: ['request'] }]);
    const headers = { 'x-agent': 'a' };
    expect([(await ask('/shop/agent', { headers })).cache, (await ask('/shop/agent')).cache]).toEqual(['MISS', 'MISS']);
  });
});

describe('a cached route that cannot be', () => {
  const problemOf = async (routes: readonly CachedRoute[], controllers: Type[] = [ShopController]) =>
    problemsOf({ controllers, cache: { routes } });

  it('is refused with the nearest paths', async () => {
    const [problem] = await problemOf([{ path: '/shop/confg' }]);
    expect(problem).toContain('"/shop/confg": the option "path" is that of no GET handler');
    expect(problem).toMatch(/the nearest: "\/shop\/config", /);
  });

  it.each([
    ['/shop/own', 'ShopController.own, which has a decorator of its own'],
    ['/shop/never', 'ShopController.never, which has @NoCache()'],
  ])('is refused where its handler is decided on by hand: %s', async (path, text) => {
    expect(await problemOf([{ path }])).toEqual([expect.stringContaining(text)]);
  });

  it('is refused where its handler answers by itself, and where its path is no text', async () => {
    @Controller()
    class OwnController {
      @Get('own')
      own(@Res() response: { end(): void }): void {
        response.end();
      }

      @Get('files/{*path}')
      files(): string {
        return '';
      }
    }
    expect(await problemOf([{ path: '/own' }], [OwnController])).toEqual([expect.stringContaining('@Res()')]);
    expect(await problemOf([{ path: '/shop/agent' }])).toEqual([
      expect.stringContaining('leaves out @Req() request, which the method can read.'),
    ]);
    expect(await problemOf([{ path: '/files/*' }], [OwnController])).toEqual([
      expect.stringContaining('/files/{*path}'),
    ]);
  });
});

describe('cacheRoutes', () => {
  it.each([
    [{ path: 'shop' }, '"path"'],
    [{ path: '/shop?x=1' }, '"path"'],
    [{ path: '/*/list' }, '"path"'],
    [{ path: '/shop', ttl: '5 minutes' }, '"ttl"'],
    [{ path: '/shop', tags: 'shop' }, '"tags"'],
    [{ path: '/shop', ignore: [1] }, '"ignore"'],
    [{ path: '/shop', key: 'shop' }, '"key"'],
  ])('refuses %j', (route, text) => {
    expect(() => cacheRoutes([route as unknown as CachedRoute])).toThrow(text);
  });

  it('refuses anything but a list', () => {
    expect(() => cacheRoutes({ path: '/' } as never)).toThrow('"routes"');
  });
});
