import { jest } from '@jest/globals';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Controller, Get, Headers, Inject, Injectable, Param, Put, Req } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { tap } from 'rxjs';
import { CachePut, CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { RecordedLog } from '../support/recorded-log.js';

type Table = Record<string, string | undefined>;

/** What the requests of Express, Fastify and Node have in common, here. */
interface AppRequest {
  user?: unknown;
  auth?: unknown;
  session?: { cart?: number };
  cookies?: Table;
  signedCookies?: Table;
  readonly hostname: string;
  readonly headers: Table;
  readonly rawHeaders: readonly string[];
  readonly headersDistinct: Record<string, string[] | undefined>;
  readonly raw?: AppRequest;
  readonly url: string;
  get?(name: string): string | undefined;
}

const nodes = (request: AppRequest): AppRequest => request.raw ?? request;

/** Every way to read, what the log calls it, and a part of what it says to do. */
const WAYS: Readonly<Record<string, readonly [(request: AppRequest) => unknown, string, string]>> = {
  user: [({ user }) => user, '"user" of the request', '<<user_id>>'],
  auth: [(request) => request.auth === undefined, '"auth" of the request', "ignore: ['user']"],
  session: [({ session }) => session?.cart, 'the session of the request', "ignore: ['session']"],
  authorization: [
    ({ headers }) => headers['authorization'],
    'the header "authorization"',
    '<<@headers.authorization>>',
  ],
  'any-case': [({ headers }) => headers['X-Tenant'], 'the header "x-tenant"', "ignore: ['@headers.x-tenant']"],
  cookie: [({ headers }) => headers['cookie']?.length, 'the header "cookie"', '@headers.cookie'],
  presence: [({ headers }) => 'x-tenant' in headers, 'the header "x-tenant"', '<<@headers.x-tenant>>'],
  own: [({ headers }) => Object.hasOwn(headers, 'x-tenant'), 'the header "x-tenant"', '<<@headers.x-tenant>>'],
  destructured: [({ headers: { origin } }) => origin, 'the header "origin"', '<<@headers.origin>>'],
  all: [({ headers }) => ({ ...headers }), 'all headers', "ignore: ['headers']"],
  text: [({ headers }) => JSON.stringify(headers), 'all headers', '<<@headers.…>>'],
  node: [(request) => nodes(request).headers['x-tenant'], 'the header "x-tenant"', 'x-tenant'],
  'node-user': [(request) => nodes(request).user, '"user" of the request', '<<user_id>>'],
  distinct: [(request) => nodes(request).headersDistinct['x-tenant'], 'the header "x-tenant"', 'x-tenant'],
  raw: [(request) => nodes(request).rawHeaders.length, 'all headers', "ignore: ['headers']"],
  getter: [(request) => request.get?.('X-Tenant') ?? request.headers['x-tenant'], 'the header "x-tenant"', 'x-tenant'],
  host: [({ hostname }) => hostname, 'the host of the request', '<<@host>>'],
  'host-header': [({ headers }) => headers['host'], 'the header "host"', '<<@headers.host>>'],
  forwarded: [({ headers }) => headers['x-forwarded-host'], 'the header "x-forwarded-host"', 'x-forwarded-host'],
  cookies: [({ cookies }) => cookies?.['theme'], 'the cookie "theme"', '<<@cookies.theme>>'],
  signed: [({ signedCookies }) => signedCookies?.['theme'], 'the cookie "theme"', "ignore: ['@cookies.theme']"],
};

let runs = 0;
let gate: Gate | undefined;
let inside: (request: AppRequest) => unknown = () => undefined;
let before: (request: AppRequest) => void = () => undefined;
let around: (request: AppRequest) => void = () => undefined;

@Injectable()
class Tenants {
  @Cacheable('tenant-names:<<@headers.x-tenant>>', { ignore: ['request'] })
  async name(request: AppRequest): Promise<string> {
    return `${request.headers['x-tenant']} ${++runs}`;
  }

  @Cacheable('audited', { ignore: ['request', 'user'] })
  async audited(request: AppRequest): Promise<string> {
    return `${request.user === undefined ? '' : 'somebody '}${++runs}`;
  }
}

@Controller()
class ReadsController {
  constructor(
    @Inject(Tenants) private readonly tenants: Tenants,
    @Inject(CacheService) private readonly cache: CacheService,
  ) {}

  @Get('ways/:way')
  @Cacheable('public:ways:<<way>>', { ignore: ['request'] })
  async way(@Param('way') way: string, @Req() request: AppRequest): Promise<unknown> {
    await Promise.resolve();
    return { run: ++runs, value: String(WAYS[way]![0](request)) };
  }

  @Get('nothing')
  @Cacheable('public:nothing', { ignore: ['request'] })
  async nothing(@Req() request: AppRequest): Promise<unknown> {
    await gate?.pass();
    await inside(request);
    return { run: ++runs, url: request.url };
  }

  @Get('named')
  @Cacheable('named:<<user_id>>:<<@headers.X-Tenant|none>>:<<@cookies.theme>>:<<@host>>:<<x-lang>>', {
    ignore: ['request'],
  })
  async named(@Req() request: AppRequest, @Headers('x-lang') lang: string): Promise<unknown> {
    const { user, auth, headers, cookies, hostname } = request;
    const { theme } = cookies!;
    return { run: ++runs, of: [user, auth, headers['x-tenant'], headers['x-lang'], lang, theme, hostname] };
  }

  @Get('meant')
  @Cacheable('public:meant', { ignore: ['request', 'user', 'session', '@headers.X-Tenant', 'cookies'] })
  async meant(@Req() { user, session, headers, cookies }: AppRequest): Promise<unknown> {
    return { run: ++runs, of: [user, session, headers['x-tenant'], headers['cookie'], cookies?.['theme']] };
  }

  @Get('nested')
  @Cacheable('public:nested', { ignore: ['request'] })
  async nested(@Req() request: AppRequest): Promise<unknown> {
    return { run: ++runs, name: await this.tenants.name(request) };
  }

  @Get('audit')
  @Cacheable('public:audit', { ignore: ['request'] })
  async audit(@Req() request: AppRequest): Promise<unknown> {
    return { run: ++runs, name: await this.tenants.audited(request) };
  }

  @Get('varied')
  @Cacheable('public:varied', { vary: ['X-Tenant'], ignore: ['request'] })
  async varied(@Req() { headers }: AppRequest): Promise<unknown> {
    return { run: ++runs, tenant: headers['x-tenant'] };
  }

  @Get('sub')
  @Cacheable('sub:<<@user.sub>>', { ignore: ['request'] })
  async sub(@Req() { user }: AppRequest): Promise<unknown> {
    return { run: ++runs, user };
  }

  @Get('by-hand')
  async byHand(@Req() { user }: AppRequest): Promise<unknown> {
    return this.cache.getOrSet(['by-hand', (user as { id: number }).id], () => ({ run: ++runs, user }));
  }

  @Put('posts')
  @CachePut('public:posts', { ignore: ['request'] })
  async put(@Req() request: AppRequest): Promise<unknown> {
    return { run: ++runs, by: request.user === undefined ? 'nobody' : 'somebody' };
  }
}

/** Leaves what a guard, a session and a parser of cookies would. */
const identify = {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AppRequest>();
    if (request.headers['x-user'] !== undefined) request.user = { id: Number(request.headers['x-user']) };
    if (request.user !== undefined) request.user = { ...request.user, sub: request.headers['x-user'] };
    request.session = { cart: 1 };
    request.cookies = { theme: 'dark' };
    request.signedCookies = { theme: 'dark' };
    before(request);
    return true;
  },
};

@Injectable()
class Around implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<AppRequest>();
    return next.handle().pipe(tap(() => around(request)));
  }
}

describe.each(PLATFORMS)('what a load reads from its request on %s', (platform) => {
  let app: TestApplication;
  const log = new RecordedLog();

  beforeEach(async () => {
    log.lines.length = 0;
    gate = undefined;
    inside = before = around = () => undefined;
    app = await TestApplication.start({
      platform,
      logger: log,
      controllers: [ReadsController],
      providers: [Tenants, { provide: APP_GUARD, useValue: identify }, { provide: APP_INTERCEPTOR, useClass: Around }],
    });
  });
  afterEach(() => app.stop());

  it.each(Object.keys(WAYS))('keeps its result out of the cache: %s', async (way) => {
    expect(await app.lookups(`/ways/${way}`, `/ways/${way}`)).toEqual(['MISS', 'MISS']);
    const [, what, remedy] = WAYS[way]!;
    const lines = log.about('neither stored nor shared');
    expect(lines).toEqual([
      expect.stringContaining('ReadsController.way has the key "public:ways:<<way>>", but it read'),
    ]);
    expect([lines[0], lines[0]]).toEqual([expect.stringContaining(what), expect.stringContaining(remedy)]);
  });

  it('says nothing about what does not tell clients apart', async () => {
    expect(await app.lookups('/nothing', '/nothing')).toEqual(['MISS', 'HIT']);
    expect(log.about('stored')).toEqual([]);
  });

  it('may be what the key names', async () => {
    const headers = { 'x-user': '7', 'x-tenant': 'acme', 'x-lang': 'en' };
    const first = await app.fetch('/named', { headers });
    expect(first.body).toContain('[{"id":7,"sub":"7"},null,"acme","en","en","dark",');
    expect((await app.fetch('/named', { headers })).body).toBe(first.body);
    expect(log.about('stored')).toEqual([]);
  });

  it('may be what the key leaves out on purpose', async () => {
    expect(await app.lookups('/meant', '/meant')).toEqual(['MISS', 'HIT']);
    expect(log.about('stored')).toEqual([]);
  });

  it('may be what the option "vary" names', async () => {
    const headers = { 'x-tenant': 'acme' };
    const lookups = [await app.fetch('/varied', { headers }), await app.fetch('/varied', { headers })];
    expect(lookups.map(({ cache }) => cache)).toEqual(['MISS', 'HIT']);
    expect((await app.fetch('/varied')).cache).toBe('MISS');
    expect(log.about('stored')).toEqual([]);
  });

  it('may be the user, by whatever property the key says who it is', async () => {
    const [one, two] = [{ headers: { 'x-user': '7' } }, { headers: { 'x-user': '8' } }];
    expect((await app.fetch('/sub', one)).cache).toBe('MISS');
    expect((await app.fetch('/sub', one)).cache).toBe('HIT');
    expect((await app.fetch('/sub', two)).body).toContain('"id":8');
  });

  it('counts for every load around whose key does not name it', async () => {
    const headers = { 'x-tenant': 'acme' };
    const [first, second] = [await app.fetch('/nested', { headers }), await app.fetch('/nested', { headers })];
    const [one, two] = [first.json(), second.json()] as { run: number; name: string }[];
    expect([first.cache, second.cache, one!.run === two!.run, one!.name]).toEqual(['MISS', 'MISS', false, two!.name]);
    expect(log.about('Tenants.name, which it calls')).toEqual([]);
  });

  it('does not count where the load that reads it does not depend on it', async () => {
    expect(await app.lookups('/audit', '/audit')).toEqual(['MISS', 'HIT']);
  });

  it('is the business of whoever makes a key by hand', async () => {
    const [first, second] = [
      await app.fetch('/by-hand', { headers: { 'x-user': '7' } }),
      await app.fetch('/by-hand', { headers: { 'x-user': '7' } }),
    ];
    expect(first.body).toBe(second.body);
    expect((await app.fetch('/by-hand', { headers: { 'x-user': '8' } })).body).not.toBe(first.body);
  });

  it('keeps a put from storing', async () => {
    await app.fetch('/posts', { method: 'PUT' });
    expect(await app.get(CacheService).get('public:posts')).toBeUndefined();
    expect(log.about('ReadsController.put has the key "public:posts"')).toHaveLength(1);
  });

  it('reaches nobody who waits for it', async () => {
    gate = new Gate();
    inside = ({ headers }) => headers['x-tenant'];
    const before = runs;
    const waiting = [app.fetch('/nothing'), app.fetch('/nothing')];
    await gate.reached;
    gate.open();
    await Promise.all(waiting);
    expect(runs - before).toBe(2);
  });

  it('does not count what others read meanwhile', async () => {
    let seen: AppRequest | undefined;
    gate = new Gate();
    inside = (request) => void (seen = request);
    around = ({ headers, user }) => void [headers['authorization'], user];
    const first = app.fetch('/nothing');
    await gate.reached;
    gate.open();
    await first;
    void seen!.user;
    expect((await app.fetch('/nothing')).cache).toBe('HIT');
  });

  it('does not count what is left running after the load', async () => {
    const late = new Gate();
    let left: Promise<unknown> | undefined;
    inside = (request) => {
      left = late.pass().then(() => request.user);
    };
    await app.fetch('/nothing');
    late.open();
    await left;
    expect((await app.fetch('/nothing')).cache).toBe('HIT');
  });

  it('finds a request that looks and works as ever', async () => {
    inside = (request) => {
      const keys = Object.keys(request);
      expect(['user' in request, 'session' in request, 'headers' in request]).toEqual([false, true, true]);
      expect(keys).toEqual(expect.arrayContaining(['session', 'cookies']));
      expect(keys).not.toContain('headers');
      expect(request.headers).toBe(request.headers);
      expect(request).toBeInstanceOf(request.constructor);
      request.user = { id: 1 };
      request.session = { cart: 2 };
      expect([request.user, request.session]).toEqual([{ id: 1 }, { cart: 2 }]);
    };
    expect((await app.fetch('/nothing')).status).toBe(200);
  });

  it('leaves the request as it was', async () => {
    const shapeOf = (request: AppRequest): unknown[] => [
      Object.getPrototypeOf(request),
      Object.getPrototypeOf(nodes(request)),
      ...['user', 'session', 'cookies', 'headers'].map((name) => Object.getOwnPropertyDescriptor(request, name)),
      Object.getOwnPropertyDescriptor(nodes(request), 'rawHeaders'),
    ];
    let first: unknown[] = [];
    let last: unknown[] = [];
    before = (request) => (first = shapeOf(request));
    around = (request) => (last = shapeOf(request));
    inside = (request) => {
      request.session = { cart: 3 };
      expect(Object.getPrototypeOf(request)).not.toBe(first[0]);
    };
    expect((await app.fetch('/nothing')).status).toBe(200);
    expect([last[0] === first[0], last[1] === first[1]]).toEqual([true, true]);
    expect(last[3]).toEqual({ value: { cart: 3 }, writable: true, enumerable: true, configurable: true });
    expect([last[2], ...last.slice(4)]).toEqual([first[2], ...first.slice(4)]);
  });

  it('is watched on a miss only', async () => {
    const changes = jest.spyOn(Reflect, 'setPrototypeOf');
    await app.fetch('/nothing');
    expect(changes).toHaveBeenCalled();
    changes.mockClear();
    expect((await app.fetch('/nothing')).cache).toBe('HIT');
    expect(changes).not.toHaveBeenCalled();
    changes.mockRestore();
  });
});
