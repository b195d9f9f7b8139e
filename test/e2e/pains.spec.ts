import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { All, Controller, Delete, Get, Inject, Injectable, Patch, Post, Put, Req, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CacheDefaults, Cacheable, cacheKeys } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { by, SignIn } from '../support/signed-in.js';
import { problemsOf } from '../support/start-up-problems.js';

interface SignedIn {
  readonly user?: unknown;
}

let runs = 0;

/** Refuses who says in the header `x-refused-by` that this guard is to refuse. */
abstract class Doorkeeper implements CanActivate {
  abstract readonly place: string;

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['x-refused-by'] !== this.place;
  }
}

@Injectable()
class AtTheApplication extends Doorkeeper {
  readonly place = 'application';
}

@Injectable()
class AtTheController extends Doorkeeper {
  readonly place = 'controller';
}

@Injectable()
class AtTheMethod extends Doorkeeper {
  readonly place = 'method';
}

@Injectable()
class Accounts {
  @Cacheable('account:<<id>>')
  async find(id: string): Promise<string> {
    return `account ${id}, run ${++runs}`;
  }
}

@Controller()
@UseGuards(AtTheController)
class GuardedController {
  constructor(@Inject(Accounts) private readonly accounts: Accounts) {}

  @Get('guarded')
  @UseGuards(AtTheMethod)
  @Cacheable('public:guarded')
  guarded(): unknown {
    return { run: ++runs };
  }

  @Get('guarded-service')
  @UseGuards(AtTheMethod)
  async guardedService(): Promise<unknown> {
    return this.accounts.find('1');
  }

  @Get('bare')
  bare(): unknown {
    return { run: ++runs };
  }
}

const personal = cacheKeys('me', { page: 'page', own: 'own:<<@user.id>>' });

/** Each handler shows who asks. */
@Controller('me')
@CacheDefaults({ prefix: 'profiles' })
class ProfileController {
  @Get('template')
  @Cacheable('me:template')
  template(@Req() { user }: SignedIn): unknown {
    return { user, run: ++runs };
  }

  @Get('named')
  @Cacheable({ key: 'me:of:<<user_id>>' })
  named(@Req() { user }: SignedIn): unknown {
    return { user, run: ++runs };
  }

  @Get('function')
  @Cacheable({ key: () => ['me', 'function'] })
  function(@Req() { user }: SignedIn): unknown {
    return { user, run: ++runs };
  }

  @Get('derived')
  @Cacheable({ ignore: ['0'] })
  derived(@Req() { user }: SignedIn): unknown {
    return { user, run: ++runs };
  }

  @Get('catalog')
  @Cacheable(personal.page)
  catalog(@Req() { user }: SignedIn): unknown {
    return { user, run: ++runs };
  }

  @Get('catalog-named')
  @Cacheable(personal.own)
  catalogNamed(@Req() { user }: SignedIn): unknown {
    return { user, run: ++runs };
  }
}

describe.each(PLATFORMS)('a visitor on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({
      platform,
      // What start-up would refuse is noticed by the request, too.
      cache: { keyCheck: 'off' },
      controllers: [GuardedController, ProfileController],
      providers: [
        Accounts,
        AtTheController,
        AtTheMethod,
        { provide: APP_GUARD, useClass: SignIn },
        { provide: APP_GUARD, useClass: AtTheApplication },
      ],
    });
  });
  afterAll(() => app.stop());

  it.each(['/guarded', '/guarded-service'])(
    'meets the guards of all three places before an entry is looked for: %s',
    async (path) => {
      const { body } = await app.fetch(path);
      expect((await app.fetch(path)).body).toBe(body);
      for (const place of ['application', 'controller', 'method']) {
        const refused = await app.fetch(path, { headers: { 'x-refused-by': place } });
        expect([place, refused.status, refused.cache]).toEqual([place, 403, null]);
      }
    },
  );

  it('finds routes without a decorator as they were', async () => {
    const [first, second] = [await app.fetch('/bare'), await app.fetch('/bare')];
    expect([first.cache, second.cache, first.body === second.body]).toEqual([null, null, false]);
  });

  it.each([
    ['POST', Post],
    ['PUT', Put],
    ['PATCH', Patch],
    ['DELETE', Delete],
    ['every method', All],
  ])('meets no application that caches what may change something: %s', async (_name, route) => {
    @Controller()
    class OrdersController {
      @route('orders')
      @Cacheable('public:orders')
      orders(): unknown {
        return { run: ++runs };
      }
    }
    expect(await problemsOf({ platform, controllers: [OrdersController] })).toEqual([
      expect.stringContaining('OrdersController.orders cannot be cached'),
    ]);
  });

  it('cannot make a hit a miss by headers of the request', async () => {
    await app.fetch('/guarded');
    for (const headers of [
      { 'cache-control': 'no-cache' },
      { 'cache-control': 'no-store, max-age=0' },
      { pragma: 'no-cache' },
      { 'x-cache': 'BYPASS' },
    ]) {
      expect((await app.fetch('/guarded', { headers })).cache).toBe('HIT');
    }
  });

  it.each(['template', 'named', 'function', 'derived', 'catalog', 'catalog-named'])(
    'never sees somebody else at one URL, whatever the form of the decorator: %s',
    async (form) => {
      const read = async (user?: { id: number }) => {
        const { json } = await app.fetch(`/me/${form}`, user ? by(user) : {});
        return (json() as SignedIn).user;
      };
      for (let turn = 0; turn < 2; turn++) {
        expect([await read({ id: 1 }), await read({ id: 2 })]).toEqual([{ id: 1 }, { id: 2 }]);
        expect(await read()).toBeUndefined();
      }
    },
  );
});
