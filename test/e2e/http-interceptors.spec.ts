import { compileFunction } from 'node:vm';
import type { CallHandler, ExecutionContext, INestApplication, NestInterceptor } from '@nestjs/common';
import { Controller, Get, Injectable, Scope, UseInterceptors } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { gzipSync } from 'node:zlib';
import { Cacheable } from '../../lib/index.js';
import type { ApplicationParts, Platform } from '../support/application.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

interface Person {
  name: string;
  salary?: number;
}

/** Takes away in its place what a role must not see. */
@Injectable()
class ByRole implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return next.handle().pipe(
      map((person: Person) => {
        if (headers['x-role'] !== 'boss') delete person.salary;
        return person;
      }),
    );
  }
}

@Injectable()
class Envelope implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Controller()
class PeopleController {
  @Get('person')
  @UseInterceptors(ByRole)
  @Cacheable('public:person')
  person(): Person {
    return { name: 'Ann', salary: 100 };
  }

  @Get('wrapped')
  @UseInterceptors(Envelope)
  @Cacheable('public:wrapped')
  wrapped(): Person {
    return { name: 'Ann' };
  }
}

describe.each(PLATFORMS)('interceptors around a cached handler on %s', (platform) => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, controllers: [PeopleController] });
  });
  afterAll(() => app.stop());

  const ask = (path: string, headers: Record<string, string> = {}) => app.fetch(path, { headers });

  it('may take away from a result in its place, and no 304 confirms what they took', async () => {
    const boss = { 'x-role': 'boss' };
    const full = await ask('/person', boss);
    const etag = full.headers.get('etag')!;
    expect(full.json()).toEqual({ name: 'Ann', salary: 100 });
    const reduced = await ask('/person', { 'if-none-match': etag });
    expect([reduced.status, reduced.cache, reduced.body]).toEqual([200, 'HIT', '{"name":"Ann"}']);
    expect((await ask('/person', { ...boss, 'if-none-match': etag })).status).toBe(304);
  });

  it('may wrap a result, which then has no validator of ours', async () => {
    for (const lookup of ['MISS', 'HIT']) {
      const answer = await ask('/wrapped');
      expect([answer.cache, answer.body]).toEqual([lookup, '{"data":{"name":"Ann"}}']);
      expect(answer.headers.get('etag') ?? 'W/').toMatch(/^W\//);
    }
  });
});

interface Incoming {
  readonly headers: Record<string, string>;
}

interface Outgoing {
  json(body: unknown): unknown;
  send(body: unknown): unknown;
  write(chunk: unknown): boolean;
  end(chunk?: unknown): unknown;
  setHeader(name: string, value: string): void;
}

interface ExpressApplication {
  readonly response: Outgoing;
  set(setting: string, value: unknown): void;
  use(middleware: (request: Incoming, response: Outgoing, next: () => void) => void): void;
}

interface FastifyApplication {
  addHook(name: string, hook: (request: Incoming & object, reply: Reply, body: never) => Promise<unknown>): void;
  addHook(name: 'onRoute', hook: (route: { schema?: object }) => void): void;
  setReplySerializer(serialize: (body: unknown) => string): void;
}

interface Reply {
  serializer(serialize: (body: unknown) => string): void;
}

/** A new prototype between the responses of an application and those of Express. */
function prototypeBetween(app: INestApplication): Outgoing {
  const { response } = express(app);
  const between = Object.create(Object.getPrototypeOf(response) as object) as Outgoing;
  Object.setPrototypeOf(response, between);
  return between;
}

const express = (app: INestApplication): ExpressApplication => app.getHttpAdapter().getInstance() as ExpressApplication;
const fastify = (app: INestApplication): FastifyApplication => app.getHttpAdapter().getInstance() as FastifyApplication;
const shownTo = ({ headers }: Incoming, text: string): string =>
  headers['x-role'] === 'boss' ? text : text.replace('100', '999');

/** What changes an answer for one role behind all interceptors. */
const BEHIND: [string, (app: INestApplication) => void][] = [
  [
    'a middleware of Express that replaces send',
    (app) =>
      express(app).use((request, response, next) => {
        const { send } = response;
        response.send = function (body) {
          return send.call(this, typeof body === 'string' ? shownTo(request, body) : body);
        };
        next();
      }),
  ],
  [
    'an application of Express with a json of its own',
    (app) => {
      const { json } = express(app).response;
      express(app).response.json = function (this: Outgoing & { req: Incoming }, body) {
        return json.call(this, JSON.parse(shownTo(this.req, JSON.stringify(body))));
      };
    },
  ],
  [
    'a prototype of Express with a json of its own',
    (app) => {
      const { json } = express(app).response;
      prototypeBetween(app).json = function (this: Outgoing & { req: Incoming }, body) {
        return json.call(this, JSON.parse(shownTo(this.req, JSON.stringify(body))));
      };
    },
  ],
  [
    'a copy of json of Express in which one word is another',
    (app) => {
      const { response } = express(app);
      const text = response.json.toString().replace('stringify(obj,', 'stringify(shown(this.req, obj),');
      const shown = (request: Incoming, body: unknown): unknown =>
        JSON.parse(shownTo(request, JSON.stringify(body))) as unknown;
      const make = compileFunction(`return ${text}`, ['stringify', 'shown']) as (...given: unknown[]) => unknown;
      response.json = make((body: unknown) => JSON.stringify(body), shown) as typeof response.json;
    },
  ],
  [
    'an application of Express with a send of its own',
    (app) => {
      const { send } = express(app).response;
      express(app).response.send = function (this: Outgoing & { req: Incoming }, body) {
        return send.call(this, typeof body === 'string' ? shownTo(this.req, body) : body);
      };
    },
  ],
  [
    'a prototype of Express with a send of its own',
    (app) => {
      const { send } = express(app).response;
      prototypeBetween(app).send = function (this: Outgoing & { req: Incoming }, body) {
        return send.call(this, typeof body === 'string' ? shownTo(this.req, body) : body);
      };
    },
  ],
  [
    'an onSend hook of Fastify',
    (app) => fastify(app).addHook('onSend', (request, _, body) => Promise.resolve(body && shownTo(request, body))),
  ],
  [
    'a preSerialization hook of Fastify that changes the object in its place',
    (app) =>
      fastify(app).addHook('preSerialization', (request, _, body: Person) => {
        if (request.headers['x-role'] !== 'boss') delete body.salary;
        return Promise.resolve(body);
      }),
  ],
];

@Controller()
class PlainController {
  @Get('person')
  @Cacheable('public:person')
  person(): Person {
    return { name: 'Ann', salary: 100 };
  }
}

/** A decorator of the application that changes in its place what the method below it returns. */
const reducing: MethodDecorator = (_, __, descriptor) => {
  const below = descriptor.value as (...args: unknown[]) => Promise<Person>;
  descriptor.value = async function (this: unknown, ...args: unknown[]) {
    const person = await below.apply(this, args);
    delete person.salary;
    return person;
  } as never;
};

/** The same for every request. */
@Injectable()
class Reducing implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((person: Person) => {
        delete person.salary;
        return person;
      }),
    );
  }
}

@Injectable({ scope: Scope.REQUEST })
class ReducingOnce extends Reducing {}

@Controller()
class DecoratedController {
  @Get('person')
  @reducing
  @Cacheable('public:person')
  person(): Person {
    return { name: 'Ann', salary: 100 };
  }
}

class BaseController {
  @Cacheable('public:person')
  person(): Promise<Person> {
    return Promise.resolve({ name: 'Ann', salary: 100 });
  }
}

@Controller()
class OverridingController extends BaseController {
  @Get('person')
  override async person(): Promise<Person> {
    const person = await super.person();
    delete person.salary;
    return person;
  }
}

@Controller()
@UseInterceptors(Reducing)
class ClassController {
  @Get('person')
  @Cacheable('public:person')
  person(): Person {
    return { name: 'Ann', salary: 100 };
  }
}

const AROUND: [string, Partial<ApplicationParts>][] = [
  ['a decorator around the cached method', { controllers: [DecoratedController] }],
  ['a method that overrides the cached one', { controllers: [OverridingController] }],
  ['an interceptor of the class', { controllers: [ClassController] }],
  [
    'an interceptor of the module',
    { controllers: [PlainController], providers: [{ provide: APP_INTERCEPTOR, useClass: Reducing }] },
  ],
  [
    'an interceptor of the module, made for each request',
    { controllers: [PlainController], providers: [{ provide: APP_INTERCEPTOR, useClass: ReducingOnce }] },
  ],
  [
    'an interceptor of the application',
    { controllers: [PlainController], configure: (app) => app.useGlobalInterceptors(new Reducing()) },
  ],
];

describe.each(PLATFORMS)('what changes a result in its place on %s', (platform) => {
  it.each(AROUND)('%s', async (_, parts) => {
    const app = await TestApplication.start({ platform, ...parts });
    for (let call = 0; call < 2; call++) expect((await app.fetch('/person')).body).toBe('{"name":"Ann"}');
    await app.stop();
  });
});

/** What makes other JSON than `JSON.stringify`, and what it makes of the person. */
const WRITERS: [string, Platform, string, (app: INestApplication) => void][] = [
  [
    'json spaces of Express',
    'express',
    '{\n "name": "Ann",\n "salary": 100\n}',
    (app) => express(app).set('json spaces', 1),
  ],
  [
    'a middleware that replaces json of Express',
    'express',
    '{"data":{"name":"Ann","salary":100}}',
    (app) =>
      express(app).use((_, response, next) => {
        const { json } = response;
        response.json = function (body) {
          return json.call(this, { data: body });
        };
        next();
      }),
  ],
  [
    'a serializer for all replies of Fastify',
    'fastify',
    '<{"name":"Ann","salary":100}>',
    (app) => fastify(app).setReplySerializer((body) => `<${JSON.stringify(body)}>`),
  ],
  [
    'a serializer of one reply of Fastify',
    'fastify',
    '<{"name":"Ann","salary":100}>',
    (app) =>
      fastify(app).addHook('onRequest', (_, reply) => {
        reply.serializer((body) => `<${JSON.stringify(body)}>`);
        return Promise.resolve();
      }),
  ],
  [
    'a schema of Fastify',
    'fastify',
    '{"name":"Ann"}',
    (app) =>
      fastify(app).addHook('onRoute', (route: { schema?: object }) => {
        route.schema = { response: { 200: { type: 'object', properties: { name: { type: 'string' } } } } };
      }),
  ],
];

describe('what writes other JSON', () => {
  it.each(WRITERS)('%s has its way on hits, and no validator of ours', async (_, platform, body, configure) => {
    const app = await TestApplication.start({ platform, controllers: [PlainController], configure });
    for (const lookup of ['MISS', 'HIT']) {
      const answer = await app.fetch('/person');
      expect([answer.cache, answer.body]).toEqual([lookup, body]);
      expect(answer.headers.get('etag') ?? 'W/').toMatch(/^W\//);
    }
    await app.stop();
  });
});

describe('what stands behind the interceptors', () => {
  it.each(BEHIND)('%s: no 304 confirms what it took, and nothing is sent around it', async (name, configure) => {
    const platform = name.includes('Fastify') ? 'fastify' : 'express';
    const app = await TestApplication.start({ platform, controllers: [PlainController], configure });
    const boss = { 'x-role': 'boss' };
    const full = await app.fetch('/person', { headers: boss });
    expect(full.body).toBe('{"name":"Ann","salary":100}');
    const etag = full.headers.get('etag') ?? '"none"';
    for (const method of ['GET', 'HEAD']) {
      const other = await app.fetch('/person', { method, headers: { 'if-none-match': etag } });
      expect([other.status, other.cache, other.headers.get('etag') === etag]).toEqual([200, 'HIT', false]);
      expect(other.body).not.toContain('100');
    }
    await app.stop();
  });

  it('what compresses inside of Express makes the validator weak (RFC 9110, section 8.8.1)', async () => {
    const configure = (app: INestApplication): void =>
      express(app).use((_, response, next) => {
        const { end } = response;
        response.write = () => true;
        response.end = function (chunk) {
          if (chunk === undefined || chunk === '') return end.call(this);
          this.setHeader('Content-Encoding', 'gzip');
          const bytes = gzipSync(chunk as Buffer);
          this.setHeader('Content-Length', String(bytes.length));
          return end.call(this, bytes);
        };
        next();
      });
    const app = await TestApplication.start({ controllers: [PlainController], configure });
    const full = await app.fetch('/person');
    const etag = full.headers.get('etag')!;
    expect([full.body, etag]).toEqual(['{"name":"Ann","salary":100}', expect.stringMatching(/^W\/"[\w-]{22}"$/)]);
    expect((await app.fetch('/person', { headers: { 'if-none-match': etag } })).status).toBe(304);
    await app.stop();
  });
});
