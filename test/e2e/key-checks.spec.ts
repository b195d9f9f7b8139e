import {
  All,
  Body,
  Controller,
  Get,
  Head,
  Headers,
  HostParam,
  Inject,
  Injectable,
  Ip,
  Param,
  Post,
  Query,
  Req,
  Scope,
  UseGuards,
  UsePipes,
  ValidationPipe,
  createParamDecorator,
} from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { IsOptional } from 'class-validator';
import { CacheControl, CachePut, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';
import { problemsOf } from '../support/start-up-problems.js';

const Tenant = createParamDecorator(() => 'acme');

class Filters {
  @IsOptional()
  q?: string;

  @IsOptional()
  page?: string;
}

class Guard {
  canActivate = (): boolean => true;
}

@Injectable({ scope: Scope.REQUEST })
class Person {}

@Injectable({ scope: Scope.REQUEST })
class RequestGuard extends Guard {}

const METHODS = [
  { read: (): object => ({}) }.read,
  { read: (p0: unknown): object => ({ p0 }) }.read,
  { read: (p0: unknown, p1: unknown): object => ({ p0, p1 }) }.read,
];

/** A controller with one handler, `Pages.read`. */
function controller(
  decorate: (...decorators: MethodDecorator[]) => MethodDecorator[],
  parameters: ParameterDecorator[],
) {
  @Controller()
  class Pages {}
  Object.defineProperty(Pages.prototype, 'read', {
    value: METHODS[parameters.length],
    writable: true,
    configurable: true,
  });
  parameters.forEach((parameter, index) => parameter(Pages.prototype, 'read', index));
  for (const each of decorate().reverse()) {
    const descriptor = Object.getOwnPropertyDescriptor(Pages.prototype, 'read')!;
    each(Pages.prototype, 'read', descriptor);
    Object.defineProperty(Pages.prototype, 'read', descriptor);
  }
  return Pages as Type;
}

const cached = (key: string | undefined, parameters: ParameterDecorator[], ignore: string[] = []): Type =>
  controller(() => [Get(), Cacheable({ ...(key !== undefined && { key }), ignore } as never)], parameters);

describe.each(PLATFORMS)('what a handler can read on %s', (platform) => {
  const problems = (...controllers: Type[]) => problemsOf({ platform, controllers });

  it.each([
    ['@Param', Param('id'), 'id', "@Param('id') p0", 'public:x:<<id>>'],
    ['@Headers', Headers('x-lang'), 'x-lang', "@Headers('x-lang') p0", 'public:x:<<x-lang>>'],
    ['@Body', Body(), 'p0', '@Body() p0', 'public:x:<<p0>>'],
    ['@Ip', Ip(), 'ip', '@Ip() p0', 'public:x:<<p0>>'],
    ['@HostParam', HostParam('shop'), 'shop', "@HostParam('shop') p0", 'public:x:<<shop>>'],
    ['a decorator of the application', Tenant(), 'custom', 'custom parameter p0', 'public:x:<<p0>>'],
  ])('is in its key or ignored: %s', async (...[, parameter, name, text, right]) => {
    const [problem, ...others] = await problems(cached('public:x', [parameter]));
    expect(others).toEqual([]);
    expect(problem).toContain(`Pages.read: the key "public:x" leaves out ${text}, which the method can read.`);
    expect(problem).toContain(`Write '${right}', or ignore:`);
    expect(await problems(cached(right, [parameter]))).toEqual([]);
    expect(await problems(cached('public:x', [parameter], [name]))).toEqual([]);
    expect(await problems(cached(undefined, [parameter]))).toEqual([]);
  });

  it('is covered by the same value from the request', async () => {
    expect(await problems(cached('public:x:<<@params.id>>', [Param('id')]))).toEqual([]);
    expect(await problems(cached('public:x:<<@headers.X-Lang>>', [Headers('x-lang')]))).toEqual([]);
    expect(await problems(cached('public:x:<<@host>>', [HostParam('shop')]))).toEqual([]);
    expect(await problems(cached('public:x:<<@params.id>>', [Param('other')]))).toHaveLength(1);
    expect(await problems(cached('public:x:<<@params.id>>', [Headers('id')]))).toHaveLength(1);
  });

  it('is never covered by a hash where it is the request', async () => {
    for (const key of ['public:x', 'public:x:<<p0>>', 'public:x:<<args>>', undefined]) {
      expect(await problems(cached(key, [Req()]))).toEqual([expect.stringContaining("ignore: ['request']")]);
    }
    expect(await problems(cached('public:x', [Req()], ['request']))).toEqual([]);
  });

  it('is ignored in all of an application', async () => {
    const cache = { ignore: ['request', 'ip'] };
    expect(await problemsOf({ platform, cache, controllers: [cached('public:x', [Req(), Ip()])] })).toEqual([]);
  });

  it('has no query that is not in the key', async () => {
    expect(await problems(cached('public:x', [Query('q'), Query('page')]))).toEqual([]);
  });

  it('is named in parts only where a pipe lets nothing else in', async () => {
    const dto = (pipe: ValidationPipe | undefined, key: string): Type => {
      @Controller()
      class Pages {
        @Get()
        @UsePipes(...(pipe ? [pipe] : []))
        @Cacheable(key)
        read(@Body() dto: Filters): unknown {
          return dto;
        }
      }
      return Pages;
    };
    const strict = new ValidationPipe({ whitelist: true });
    const [all, some] = ['public:x:<<dto.q|>>:<<dto.page|>>', 'public:x:<<dto.q|>>'];
    expect(await problems(dto(strict, all))).toEqual([]);
    expect(await problems(dto(strict, some))).toEqual([expect.stringContaining('@Body() dto (all but "q")')]);
    expect(await problems(dto(new ValidationPipe(), all))).toHaveLength(1);
    const providers = [{ provide: APP_PIPE, useValue: strict }];
    expect(await problemsOf({ platform, providers, controllers: [dto(undefined, all)] })).toEqual([]);
    const configure = (app: INestApplication) => app.useGlobalPipes(strict);
    expect(await problemsOf({ platform, configure, controllers: [dto(undefined, all)] })).toEqual([]);
  });

  it.each([
    ['@Post', Post()],
    ['@All', All()],
  ])('is cached for requests that only read, not for %s', async (_name, route) => {
    const pages = controller(() => [route, Cacheable('public:x')], []);
    expect(await problems(pages)).toEqual([expect.stringContaining('answers requests that may change something')]);
    expect(await problems(controller(() => [Head(), Cacheable('public:x')], []))).toEqual([]);
  });
});

describe('a whole query', () => {
  it.each([
    ['without a pipe', undefined, 1],
    ['behind a pipe that lets everything in', new ValidationPipe(), 1],
    ['behind a pipe that lets in what its class knows', new ValidationPipe({ whitelist: true }), 0],
  ])('is warned of: %s', async (_name, pipe, count) => {
    @Controller()
    class Pages {
      @Get()
      @UsePipes(...(pipe ? [pipe] : []))
      @Cacheable('public:x', { ttl: '1m' })
      read(@Query() filters: Filters): unknown {
        return filters;
      }
    }
    const logger = new RecordedLog();
    await (await TestApplication.start({ controllers: [Pages], logger })).stop();
    expect(logger.about('(QUERY_UNBOUNDED)')).toHaveLength(count);
  });
});

describe('what a method of a provider can read', () => {
  const service = (method: object): Type => {
    class Service {}
    Object.defineProperty(Service.prototype, 'read', { value: method, writable: true, configurable: true });
    return Service;
  };
  const problems = async (key: unknown, method: object, ignore: string[] = []) => {
    const provider = service(method);
    const descriptor = Object.getOwnPropertyDescriptor(provider.prototype, 'read')!;
    Cacheable({ ...(key !== undefined && { key }), ignore } as never)(provider.prototype as object, 'read', descriptor);
    Object.defineProperty(provider.prototype, 'read', descriptor);
    Injectable()(provider);
    return problemsOf({ providers: [provider] });
  };
  const plain = async (id: string, page = 1): Promise<unknown> => [id, page];
  const rest = async (id: string, ...others: string[]): Promise<unknown> => [id, others];
  const taken = async ({ slug }: { slug: string }): Promise<unknown> => slug;
  const all = async function (_id: string): Promise<unknown> {
    return arguments.length;
  };

  it.each<[string, unknown, object, number]>([
    ['an argument with a default', 'x:<<id>>', plain, 1],
    ['all of them', 'x:<<id>>:<<page>>', plain, 0],
    ['the hash of all', 'x:<<args>>', plain, 0],
    ['a derived key', undefined, plain, 0],
    ['a key function of fewer', { fn: (id: string) => ['x', id] }, plain, 1],
    ['a key function of all', { fn: (id: string, page: number) => ['x', id, page] }, plain, 0],
    ['a key function of the rest', { fn: (...given: unknown[]) => ['x', ...given] }, plain, 0],
    ['a rest argument', 'x:<<id>>', rest, 1],
    ['a rest argument in part', 'x:<<id>>:<<1>>', rest, 1],
    ['a rest argument in full', 'x:<<id>>:<<others>>', rest, 0],
    ['a part of what is taken apart', 'x:<<0.slug>>', taken, 1],
    ['all of what is taken apart', 'x:<<0>>', taken, 0],
    ['arguments that are not declared', 'x:<<_id>>', all, 1],
    ['arguments that are not declared, hashed', 'x:<<args>>', all, 0],
  ])('is compared with the key: %s', async (_name, key, method, count) => {
    const given = typeof key === 'object' && key !== null && 'fn' in key ? key.fn : key;
    expect(await problems(given, method)).toHaveLength(count);
  });

  it('may be left out', async () => {
    expect(await problems('x:<<id>>', plain, ['page'])).toEqual([]);
    expect(await problems('x:<<_id>>', all, ['arguments'])).toEqual([]);
  });

  it('is `this` where it belongs to one request', async () => {
    @Injectable()
    class Feed {
      constructor(@Inject(Person) readonly person: Person) {}

      @Cacheable('feed')
      async read(): Promise<string> {
        return '';
      }
    }
    expect(await problemsOf({ providers: [Person, Feed] })).toEqual([expect.stringContaining("ignore: ['this']")]);
  });

  it('is not `this` where only a guard belongs to one request', async () => {
    @Controller()
    @UseGuards(RequestGuard)
    class Pages {
      @Get()
      @Cacheable('public:x')
      read(): string {
        return '';
      }
    }
    expect(await problemsOf({ controllers: [Pages] })).toEqual([]);
  });

  it('does not count for @CachePut', async () => {
    class Posts {
      @CachePut('posts:<<slug>>')
      async update(slug: string, dto: object): Promise<unknown> {
        return { slug, dto };
      }
    }
    expect(await problemsOf({ providers: [Posts] })).toEqual([]);
  });
});

describe.each(PLATFORMS)('a handler behind a guard on %s', (platform) => {
  const pages = (key: string, ...decorators: MethodDecorator[]): Type =>
    controller(() => [Get(), ...decorators, Cacheable(key)], []);
  const guarded = UseGuards(Guard);
  const problems = (...controllers: Type[]) => problemsOf({ platform, controllers });

  it('says whose data it holds', async () => {
    expect(await problems(pages('feed', guarded))).toEqual([
      expect.stringContaining(
        `Pages.read: the key "feed" does not say whose data it holds, and the handler is guarded by Guard.\nWrite 'feed:<<user_id>>'.`,
      ),
    ]);
    for (const key of ['feed:<<user_id>>', 'feed:<<@user.sub>>', 'public:feed']) {
      expect(await problems(pages(key, guarded))).toEqual([]);
    }
    for (const key of ['feed:<<@user.role>>', 'feed:<<@user.sub|none>>']) {
      expect(await problems(pages(key, guarded))).toHaveLength(1);
    }
    expect(await problems(pages('feed'))).toEqual([]);
  });

  it('is one wherever the guard stands', async () => {
    const configure = (app: INestApplication) => app.useGlobalGuards(new Guard());
    expect(await problemsOf({ platform, configure, controllers: [pages('feed')] })).toHaveLength(1);
    for (const useClass of [Guard, RequestGuard]) {
      const providers = [{ provide: APP_GUARD, useClass }];
      expect(await problemsOf({ platform, providers, controllers: [pages('feed')] })).toHaveLength(1);
    }
    const whole = pages('feed');
    UseGuards(new Guard())(whole);
    expect(await problems(whole)).toHaveLength(1);
  });

  it('is none where the guard identifies nobody', async () => {
    const cache = { plainGuards: [Guard] };
    expect(await problemsOf({ platform, cache, controllers: [pages('feed', guarded)] })).toEqual([]);
  });

  it('sends what belongs to one person to nobody else', async () => {
    for (const [options, text] of [
      [{ public: true }, 'public'],
      [{ sMaxAge: '1h' }, 's-maxage=3600'],
      [{ maxAge: '1h', mustRevalidate: true }, 'must-revalidate, max-age=3600'],
    ] as const) {
      const toAll = CacheControl(options);
      expect(await problems(pages('feed:<<user_id>>', toAll))).toEqual([
        expect.stringContaining(`@CacheControl, which says "${text}", lets every cache on the way keep it`),
      ]);
      expect(await problems(pages('public:feed', toAll))).toEqual([]);
    }
    for (const toOne of [CacheControl({ private: true, maxAge: '1h' }), CacheControl({ noCache: true })]) {
      expect(await problems(pages('feed:<<user_id>>', toOne))).toEqual([]);
    }
  });
});

describe('the option keyCheck', () => {
  it.each([
    ['warn', 1],
    ['off', 0],
  ] as const)('lets the application start: %s', async (keyCheck, count) => {
    const logger = new RecordedLog();
    const controllers = [cached('public:x', [Ip()])];
    await (await TestApplication.start({ controllers, logger, cache: { keyCheck } })).stop();
    expect(logger.about('1 mistake, and starts because keyCheck is "warn"')).toHaveLength(count);
  });
});
