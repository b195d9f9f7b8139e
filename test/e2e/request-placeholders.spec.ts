import type { CanActivate } from '@nestjs/common';
import { Controller, Get, Inject, Injectable, Param, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { RequestContext } from '../../lib/index.js';
import { CacheError, CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { by, SignIn } from '../support/signed-in.js';

let runs = 0;

@Injectable()
class FeedService {
  @Cacheable('feed:<<user_id>>')
  async feed(): Promise<number> {
    return ++runs;
  }

  @Cacheable('tenant:<<@user.tenant.id>>')
  async tenant(): Promise<number> {
    return ++runs;
  }

  @Cacheable('parts:<<@params.id>>:<<@query.page|1>>:<<@headers.X-Kind|none>>:<<@host>>')
  async parts(): Promise<number> {
    return ++runs;
  }

  @Cacheable('cookies:<<@cookies.theme>>')
  async cookies(): Promise<number> {
    return ++runs;
  }

  @Cacheable('region:<<region>>')
  async region(): Promise<number> {
    return ++runs;
  }

  @Cacheable('custom:<<lang>>:<<region|none>>')
  async custom(): Promise<number> {
    return ++runs;
  }
}

@Injectable()
class ReadingGuard implements CanActivate {
  constructor(@Inject(FeedService) private readonly feed: FeedService) {}

  async canActivate(): Promise<boolean> {
    await this.feed.feed();
    return true;
  }
}

@Controller()
class FeedController {
  constructor(@Inject(FeedService) private readonly service: FeedService) {}

  @Get('feed')
  async feed(): Promise<unknown> {
    return this.service.feed();
  }

  @Get('me')
  @Cacheable('me:<<@user.id>>')
  me(): unknown {
    return { run: ++runs };
  }

  @Get('tenant')
  async tenant(): Promise<unknown> {
    return this.service.tenant();
  }

  @Get('parts/:id')
  async parts(@Param('id') _id: string): Promise<unknown> {
    return this.service.parts();
  }

  @Get('cookies')
  async cookies(): Promise<unknown> {
    return this.service.cookies();
  }

  @Get('custom')
  async custom(): Promise<unknown> {
    return this.service.custom();
  }

  @Get('region')
  async region(): Promise<unknown> {
    return this.service.region();
  }

  @Get('guarded')
  @UseGuards(ReadingGuard)
  guarded(): string {
    return 'reached';
  }
}

const PARTS = { controllers: [FeedController], providers: [FeedService, { provide: APP_GUARD, useClass: SignIn }] };
const placeholders = {
  lang: ({ headers }: RequestContext) => headers['accept-language'],
  region: () => undefined,
};
const errors: unknown[] = [];

describe.each(PLATFORMS)('placeholders of the request on %s', (platform) => {
  let app: TestApplication;
  let cache: CacheService;
  const bodies = async (path: string, ...inits: RequestInit[]) => {
    const found: string[] = [];
    for (const init of inits) found.push((await app.fetch(path, init)).body);
    return found;
  };

  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      ...PARTS,
      cache: { placeholders },
      configure: (nest) => {
        nest.useGlobalFilters({
          catch(error: unknown, host) {
            errors.push(error);
            nest.getHttpAdapter().reply(host.switchToHttp().getResponse(), { failed: true }, 500);
          },
        });
      },
    });
    cache = app.get(CacheService);
  });
  beforeEach(() => {
    errors.length = 0;
  });
  afterAll(() => app.stop());

  it('keep users apart in services', async () => {
    const [a, b, again, nobody, nobodyAgain] = await bodies(
      '/feed',
      by({ id: 1 }),
      by({ id: 2 }),
      by({ id: 1 }),
      {},
      {},
    );
    expect(new Set([a, b, nobody]).size).toBe(3);
    expect([again, nobodyAgain]).toEqual([a, nobody]);
  });

  it.each(['id', 'sub', 'userId', '_id'])('know an identity by the name %s', async (name) => {
    const [first, second] = await bodies('/feed', by({ [name]: `by-${name}` }), by({ [name]: `by-${name}` }));
    expect(second).toBe(first);
    expect(await cache.has(`feed:by-${name}`)).toBe(true);
  });

  it('take a scalar for the identity itself, and request.auth where there is no user', async () => {
    await bodies('/feed', by('somebody'), by({ sub: 'someone' }, 'auth'));
    expect([await cache.has('feed:somebody'), await cache.has('feed:someone')]).toEqual([true, true]);
  });

  it('refuse a user without an identity', async () => {
    for (const user of [{}, { _id: {} }, { id: null }]) {
      expect((await app.fetch('/feed', by(user))).status).toBe(500);
      expect(errors.splice(0)).toEqual([expect.objectContaining({ code: 'IDENTITY_MISSING' })]);
    }
  });

  it('stand for nobody as ~anon, which no identity can be', async () => {
    await bodies('/feed', {}, by('~anon'));
    expect([await cache.has('feed:~anon'), await cache.has(['feed', '~anon'])]).toEqual([true, true]);
    expect(await cache.get('feed:~anon')).not.toBe(await cache.get(['feed', '~anon']));
  });

  it('key handlers by user', async () => {
    const lookups: unknown[] = [];
    for (const user of [1, 2, 1]) lookups.push((await app.fetch('/me', by({ id: user }))).cache);
    expect(lookups).toEqual(['MISS', 'MISS', 'HIT']);
  });

  it('name properties of the user, and refuse a user that lacks them', async () => {
    await bodies('/tenant', by({ id: 1, tenant: { id: 'acme' } }), {});
    expect([await cache.has('tenant:acme'), await cache.has('tenant:~anon')]).toEqual([true, true]);
    expect((await app.fetch('/tenant', by({ id: 1 }))).status).toBe(500);
    expect(errors).toEqual([expect.objectContaining({ code: 'KEY_VALUE_MISSING' })]);
  });

  it('name parameters, query, headers and host', async () => {
    await bodies('/parts/7?page=2', { headers: { 'x-kind': 'k' } });
    await bodies('/parts/8', {});
    expect(await cache.has('parts:7:2:k:127.0.0.1')).toBe(true);
    expect(await cache.has('parts:8:1:none:127.0.0.1')).toBe(true);
  });

  it('say that cookies need a parser', async () => {
    await app.fetch('/cookies');
    expect(String(errors[0])).toMatch(/<<@cookies\.theme>> has no value: .*parser is not installed/);
  });

  it('may be functions of the application, with defaults', async () => {
    const [german, english] = await bodies(
      '/custom',
      { headers: { 'accept-language': 'de' } },
      { headers: { 'accept-language': 'en' } },
    );
    expect(german).not.toBe(english);
    expect(await cache.has('custom:de:none')).toBe(true);
  });

  it('are a mistake where a function of the application returns nothing and there is no default', async () => {
    expect((await app.fetch('/region')).status).toBe(500);
    expect(errors).toEqual([expect.objectContaining({ code: 'KEY_VALUE_MISSING' })]);
  });

  it('are a mistake outside a request', async () => {
    await expect(app.get(FeedService).feed()).rejects.toThrow(
      /FeedService\.feed: <<@user\.id>> can only be read while a request is being handled/,
    );
  });

  it('are a mistake in a guard', async () => {
    expect((await app.fetch('/guarded', by({ id: 1 }))).status).toBe(500);
    expect(CacheError.is(errors[0], 'CONTEXT_MISSING') && errors[0].message).toMatch(/guards, middleware/);
  });
});

describe.each(PLATFORMS)('the option "user" on %s', (platform) => {
  it('says who is signed in', async () => {
    const user = (request: { account?: unknown }) => request.account;
    const app = await TestApplication.start({ platform, ...PARTS, cache: { user, placeholders } });
    await app.fetch('/feed', by({ id: 7 }, 'account'));
    await app.fetch('/feed', by({ id: 8 }));
    const cache = app.get(CacheService);
    expect(await Promise.all(['7', '8', '~anon'].map((id) => cache.has(`feed:${id}`)))).toEqual([true, false, true]);
    await app.stop();
  });
});
