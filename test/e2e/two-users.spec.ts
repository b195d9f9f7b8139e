import type { CanActivate, ExecutionContext, INestApplication, Type } from '@nestjs/common';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Post,
  Put,
  Session,
  createParamDecorator,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import expressSession from 'express-session';
import type { CacheModuleOptions } from '../../lib/index.js';
import {
  CacheDefaults,
  CachePut,
  CacheService,
  Cacheable,
  InjectCache,
  cacheKeys,
  cacheRoutes,
  memoryStore,
} from '../../lib/index.js';
import type { ApplicationParts, Platform } from '../support/application.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { problemsOf } from '../support/start-up-problems.js';

interface Visitor {
  readonly id: string;
}

interface VisitorRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly session?: { visitor?: Visitor };
  user?: Visitor | undefined;
}

const SECRET = 'a secret of at least thirty-two characters';
const USERS = ['ann', 'bob', undefined] as const;
const WHO_TWICE = ['ann', 'bob', 'nobody', 'ann', 'bob', 'nobody'];
/** Forms of decorators without the user. */
const NAMELESS = ['template', 'catalog', 'function', 'derived', 'named-store', 'put'];
type HeadersOfUsers = Map<(typeof USERS)[number], Record<string, string>>;

/** How a request says whose it is. */
const CARRIERS = {
  Authorization: {
    visitorOf: ({ headers }: VisitorRequest) => visitorFrom(headers['authorization']?.replace(/^Bearer /, '')),
    headersOf: async (_app: TestApplication, id: string) => ({ authorization: `Bearer ${id}` }),
  },
  'a session cookie': {
    visitorOf: ({ session }: VisitorRequest) => session?.visitor,
    headersOf: async (app: TestApplication, id: string) => {
      const answer = await app.fetch('/sign-in', {
        method: 'POST',
        body: JSON.stringify({ id }),
        headers: { 'content-type': 'application/json' },
      });
      return { cookie: answer.headers.get('set-cookie')!.split(';')[0]! };
    },
  },
  'a header of its own': {
    visitorOf: ({ headers }: VisitorRequest) => visitorFrom(headers['x-account']),
    headersOf: async (_app: TestApplication, id: string) => ({ 'x-account': id }),
  },
};
type Carrier = keyof typeof CARRIERS;

const CurrentVisitor = createParamDecorator((_data: undefined, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<VisitorRequest>().user;
});

const ownKeys = cacheKeys('own', { page: 'catalog:<<user_id>>' });
const namelessKeys = cacheKeys('own', { page: 'catalog' });
const own = (visitor: Visitor | undefined, form: string) => ({ who: visitor?.id ?? 'nobody', form });

@Injectable()
class OwnPages {
  @Cacheable('own:service:<<visitor>>')
  async pageOf(visitor: Visitor | undefined): Promise<unknown> {
    return own(visitor, 'service');
  }

  @Cacheable('own:contextual:<<user_id>>', { ignore: ['visitor'] })
  async contextual(visitor: Visitor | undefined): Promise<unknown> {
    return own(visitor, 'contextual-service');
  }
}

/** Each form of decorator, on a page that shows who reads it. */
@Controller('own')
@CacheDefaults({ prefix: 'own' })
class OwnController {
  constructor(
    @Inject(OwnPages) private readonly pages: OwnPages,
    @Inject(CacheService) private readonly cache: CacheService,
    @InjectCache('second') private readonly second: CacheService,
  ) {}

  @Get('template')
  @Cacheable('template:<<user_id>>', { ignore: ['visitor'] })
  template(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'template');
  }

  @Get('argument')
  @Cacheable('argument:<<visitor>>:<<user_id>>')
  argument(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'argument');
  }

  @Get('catalog')
  @Cacheable(ownKeys.page, { ignore: ['visitor'] })
  catalog(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'catalog');
  }

  @Get('put')
  @Cacheable('put:<<user_id>>', { ignore: ['visitor'] })
  read(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'put');
  }

  @Put('put')
  @CachePut('put:<<user_id>>', { ignore: ['visitor'] })
  put(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'put');
  }

  @Get('named-store')
  @Cacheable('named-store:<<user_id>>', { store: 'second', ignore: ['visitor'] })
  namedStore(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'named-store');
  }

  @Get('service')
  async service(@CurrentVisitor() visitor?: Visitor): Promise<unknown> {
    return this.pages.pageOf(visitor);
  }

  @Get('contextual-service')
  async contextual(@CurrentVisitor() visitor?: Visitor): Promise<unknown> {
    return this.pages.contextual(visitor);
  }

  @Get('get-or-set')
  async getOrSet(@CurrentVisitor() visitor?: Visitor): Promise<unknown> {
    return this.cache.getOrSet(['own', 'page', visitor?.id], async () => own(visitor, 'get-or-set'));
  }

  @Get('named-get-or-set')
  async namedGetOrSet(@CurrentVisitor() visitor?: Visitor): Promise<unknown> {
    return this.second.getOrSet(['own', 'page', visitor?.id], async () => own(visitor, 'named-get-or-set'));
  }
}

/** What says whose it is in a partition: there nothing else has to. */
@Controller('parted')
class PartedController {
  constructor(@Inject(CacheService) private readonly cache: CacheService) {}

  @Get('partition')
  @Cacheable('public:partition', { ignore: ['visitor'] })
  partition(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'partition');
  }

  @Get('get-or-set')
  async getOrSet(@CurrentVisitor() visitor?: Visitor): Promise<unknown> {
    return this.cache.getOrSet('public:page', async () => own(visitor, 'get-or-set'));
  }
}

/** The same without the user in any key. */
@Controller('nameless')
@CacheDefaults({ prefix: 'own' })
class NamelessController {
  @Get('template')
  @Cacheable('template', { ignore: ['visitor'] })
  template(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'template');
  }

  @Get('catalog')
  @Cacheable(namelessKeys.page, { ignore: ['visitor'] })
  catalog(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'catalog');
  }

  @Get('function')
  @Cacheable({ key: () => ['function'], ignore: ['visitor'] })
  function(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'function');
  }

  @Get('derived')
  @Cacheable({ ignore: ['visitor'] })
  derived(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'derived');
  }

  @Get('named-store')
  @Cacheable('named-store', { store: 'second', ignore: ['visitor'] })
  namedStore(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'named-store');
  }

  @Put('put')
  @CachePut('put', { ignore: ['visitor'] })
  put(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'put');
  }
}

/** A key that everybody may share, with the user in it. */
@Controller('shared')
class SharedController {
  @Get('function')
  @Cacheable({ key: (visitor) => ['public', 'function', visitor?.id] })
  function(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'function');
  }

  @Get('argument')
  @Cacheable('public:argument:<<visitor>>')
  argument(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'argument');
  }
}

/** Cached by its path. */
@Controller('whole')
class WholeController {
  @Get('page')
  page(@CurrentVisitor() visitor?: Visitor): unknown {
    return own(visitor, 'page');
  }
}

@Controller()
class SignInController {
  @Post('sign-in')
  @HttpCode(200)
  signIn(@Body() { id }: Visitor, @Session() session: { visitor?: Visitor }): object {
    session.visitor = { id };
    return {};
  }
}

describe.each(PLATFORMS)('two users at one URL on %s', (platform) => {
  describe.each(Object.keys(CARRIERS) as Carrier[])('told apart by %s', (carrier) => {
    const controllers = [OwnController, SharedController];
    let app: TestApplication;
    let headers: HeadersOfUsers;

    beforeAll(async () => {
      app = await TestApplication.start(partsOf(platform, carrier, controllers));
      headers = await headersOfUsers(app, carrier);
    });
    afterAll(() => app.stop());

    it.each([
      '/own/template',
      '/own/argument',
      '/own/catalog',
      '/own/put',
      '/own/named-store',
      '/shared/function',
      '/shared/argument',
    ])('are each shown their own page, from the cache: %s', async (path) => {
      const answers = await answersOf(app, path, headers);
      expect(answers.map(({ who }) => who)).toEqual(WHO_TWICE);
      expect(answers.map(({ lookup }) => lookup)).toEqual(['MISS', 'MISS', 'MISS', 'HIT', 'HIT', 'HIT']);
    });

    it.each(['/own/service', '/own/contextual-service', '/own/get-or-set', '/own/named-get-or-set'])(
      'are each shown their own page, which a service keeps: %s',
      async (path) => {
        expect((await answersOf(app, path, headers)).map(({ who }) => who)).toEqual(WHO_TWICE);
      },
    );

    it('each replace their own page', async () => {
      const answers = await answersOf(app, '/own/put', headers, 'PUT');
      expect(answers.map(({ who }) => who)).toEqual(WHO_TWICE);
      expect((await answersOf(app, '/own/put', headers)).map(({ who }) => who)).toEqual(WHO_TWICE);
    });

    it.each(['/parted/partition', '/parted/get-or-set'])('have partitions of their own: %s', async (path) => {
      const partition: CacheModuleOptions['partition'] = ({ user }) => (user as Visitor | undefined)?.id ?? 'nobody';
      const parted = await TestApplication.start(partsOf(platform, carrier, [PartedController], { partition }));
      const answers = await answersOf(parted, path, await headersOfUsers(parted, carrier));
      await parted.stop();
      expect(answers.map(({ who }) => who)).toEqual(WHO_TWICE);
    });

    it('have entries of their own where a whole route is cached', async () => {
      const routes = cacheRoutes([{ path: '/whole/page' }]);
      const whole = await TestApplication.start(partsOf(platform, carrier, [WholeController], { routes }));
      const answers = await answersOf(whole, '/whole/page', await headersOfUsers(whole, carrier));
      await whole.stop();
      expect(answers.map(({ who }) => who)).toEqual(WHO_TWICE);
      expect(answers.map(({ lookup }) => lookup)).toEqual(['MISS', 'MISS', 'MISS', 'HIT', 'HIT', 'HIT']);
    });

    it('are not shown the page of each other where no key is checked, and none names them', async () => {
      const unchecked = await TestApplication.start(
        partsOf(platform, carrier, [NamelessController], { keyCheck: 'off' }),
      );
      const theirs = await headersOfUsers(unchecked, carrier);
      for (const form of NAMELESS) {
        const answers = await answersOf(unchecked, `/nameless/${form}`, theirs, form === 'put' ? 'PUT' : 'GET');
        expect([form, answers.map(({ who }) => who)]).toEqual([form, WHO_TWICE]);
      }
      await unchecked.stop();
    });

    it('stop an application from starting whose templates do not name them', async () => {
      const problems = (await problemsOf(partsOf(platform, carrier, [NamelessController]))).join('\n');
      const methods = ['template', 'catalog', 'derived', 'namedStore', 'put'].map(
        (name) => `NamelessController.${name}`,
      );
      expect(methods.filter((method) => problems.includes(`${method}: the key `))).toEqual(methods);
    });
  });
});

function partsOf(
  platform: Platform,
  carrier: Carrier,
  controllers: Type[],
  cache: CacheModuleOptions = {},
): ApplicationParts {
  @Injectable()
  class SignedIn implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const request = context.switchToHttp().getRequest<VisitorRequest>();
      request.user = CARRIERS[carrier].visitorOf(request);
      return true;
    }
  }
  return {
    platform,
    controllers: [SignInController, ...controllers],
    providers: [OwnPages, { provide: APP_GUARD, useClass: SignedIn }],
    cache: { stores: { second: memoryStore() }, ...cache },
    configure: installSessions,
  };
}

function installSessions(app: INestApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as { register?: (plugin: unknown, options?: object) => unknown };
  if (!fastify.register) {
    app.use(expressSession({ secret: SECRET, resave: false, saveUninitialized: false }));
    return;
  }
  void fastify.register(fastifyCookie);
  // A cookie in each answer, which is the default, keeps every answer out of the cache.
  void fastify.register(fastifySession, {
    secret: SECRET,
    cookie: { secure: false },
    saveUninitialized: false,
    rolling: false,
  });
}

async function headersOfUsers(app: TestApplication, carrier: Carrier): Promise<HeadersOfUsers> {
  const headers: HeadersOfUsers = new Map();
  for (const user of USERS) headers.set(user, user === undefined ? {} : await CARRIERS[carrier].headersOf(app, user));
  return headers;
}

/** What each user is shown, in two rounds. */
async function answersOf(
  app: TestApplication,
  path: string,
  headers: HeadersOfUsers,
  method = 'GET',
): Promise<{ who: string; lookup: string | null }[]> {
  const answers: { who: string; lookup: string | null }[] = [];
  for (const user of [...USERS, ...USERS]) {
    const { body, cache, json } = await app.fetch(path, { method, headers: headers.get(user)! });
    const { who = body } = json() as { who?: string };
    answers.push({ who, lookup: cache });
  }
  return answers;
}

function visitorFrom(id: string | undefined): Visitor | undefined {
  return id === undefined ? undefined : { id };
}
