import { Controller, Get, Injectable, Next, Param, Post, Query, Res, Sse, UseGuards } from '@nestjs/common';
import { NEVER } from 'rxjs';
import type { CacheService } from '../../lib/index.js';
import { CacheDefaults, CachePut, Cacheable, InjectCache, InvalidateCache } from '../../lib/index.js';
import { TestApplication } from '../support/application.js';
import { problemsOf } from '../support/start-up-problems.js';

/** Options as JavaScript would pass them. */
const untyped = (options: object) => options as never;

@Controller()
class BrokenController {
  @Get('a')
  @Cacheable('public::a')
  malformed(): string {
    return '';
  }

  @Get('b')
  @Cacheable('public:b:<<id')
  unclosed(@Param('id') id: string): string {
    return id;
  }

  @Get('c')
  @Cacheable('public:c:<<slug>>')
  unknownPlaceholder(@Param('id') id: string): string {
    return id;
  }

  @Get('d')
  @Cacheable('public:d', untyped({ tll: '5m', ttl: 600, tags: 'posts', store: 'nowhere' }))
  manyOptions(): string {
    return '';
  }

  @Get('e')
  @Cacheable('public:e')
  response(@Res() reply: { send(text: string): void }): void {
    reply.send('');
  }

  @Get('f')
  @Cacheable('public:f')
  next(@Next() next: () => void): void {
    next();
  }

  @Sse('g')
  @Cacheable('public:g')
  events(): unknown {
    return NEVER;
  }

  @Get('h')
  @Cacheable('public:h')
  @InvalidateCache(['public:h'])
  readAndInvalidate(): string {
    return '';
  }

  @Get('i')
  @CachePut('public:i')
  @Cacheable('public:i')
  readAndPut(): string {
    return '';
  }

  @Get('j/:id')
  @Cacheable('public:j:<<id>>')
  twins(@Param('id') one: string, @Query('id') other: string): string {
    return one + other;
  }

  @Post('k')
  @InvalidateCache(['public:<<result.id>>:<<slug>>', 'public:a:'], untyped({ always: 'yes' }))
  patterns(): string {
    return '';
  }

  @Post('l')
  @CachePut(untyped({ ttl: '5 minutes' }))
  put(): string {
    return '';
  }

  @Get('m')
  @Cacheable('public:m', { ignore: ['page'] })
  ignored(): string {
    return '';
  }

  @Get('n')
  @Cacheable('public:n:<<user_id>>')
  ambiguous(@Query('user_id') id: string): string {
    return id;
  }

  @Post('o')
  @CachePut('public:o:<<slug>>', { vary: ['accept-language'] })
  varied(@Param('id') id: string): string {
    return id;
  }
}

@Injectable()
@CacheDefaults(untyped({ prefix: 'public', ttl: 60, scope: 'x' }))
class BrokenDefaults {
  @Cacheable('x')
  async find(): Promise<string> {
    return '';
  }
}

@Injectable()
class AsksForMore {
  constructor(@InjectCache('elsewhere') readonly cache: CacheService) {}
}

describe('the report of an application that refuses to start', () => {
  let problems: readonly string[];

  beforeAll(async () => {
    problems = await problemsOf({ controllers: [BrokenController], providers: [BrokenDefaults, AsksForMore] });
  });

  it.each([
    ['malformed: the template "public::a" has an empty segment'],
    ['unclosed: the template "public:b:<<id" opens a placeholder with "<<" and never closes it'],
    [
      'unknownPlaceholder: the template "public:c:<<slug>>" names <<slug>>, which the method does not have. It can name: "id"',
    ],
    ['manyOptions: there is no option "tll". Remove it, or use one of: "key", "ttl"'],
    ['manyOptions: the option "ttl" is the bare number 600, which is no duration'],
    ['manyOptions: the option "tags" is the string "posts". It must be an array of templates'],
    ['manyOptions: there is no store "nowhere". Configure it in forRoot({ stores: { … } }), or use one of: "default"'],
    [
      'response cannot be cached: with @Res() it answers by itself. Return the value, or use @Res({ passthrough: true })',
    ],
    ['next cannot be cached: with @Next() it may not answer at all. Remove @Next()'],
    ['events cannot be cached: with @Sse() it answers with a stream of events'],
    ['readAndInvalidate cannot be cached: a method that reads through the cache cannot change it as well. Move'],
    ['readAndPut cannot be cached: a method that reads through the cache cannot change it as well. Move'],
    ['twins cannot be cached: two of its parameters are called "id"'],
    ['patterns: the template "public:<<result.id>>:<<slug>>" names <<slug>>, which the method does not have'],
    ['patterns: the template "public:a:" has an empty segment'],
    ['patterns: the option "always" is the string "yes". It must be true or false'],
    ['put: the option "key" is'],
    ['put: the option "ttl" is "5 minutes", which is no duration'],
    ['ignored: the option "ignore" is the string "page". It must be a list of names among none'],
    ['varied: the option "vary" is'],
    ['varied: the template "public:o:<<slug>>" names <<slug>>, which the method does not have. It can name: "id"'],
    ['ambiguous cannot be cached: <<user_id>> could be its parameter "user_id" or the placeholder of that name'],
  ])('says BrokenController.%s', (expected) => {
    expect(problems.filter((problem) => problem.startsWith(`BrokenController.${expected}`))).toHaveLength(1);
  });

  it('names classes where the mistake is theirs', () => {
    const others = problems.filter((problem) => !problem.startsWith('BrokenController.'));
    expect(others).toEqual([
      expect.stringContaining('@CacheDefaults of BrokenDefaults: there is no option "scope"'),
      expect.stringContaining('@CacheDefaults of BrokenDefaults: the option "ttl" is the bare number 60'),
      expect.stringContaining('AsksForMore with @InjectCache(\'elsewhere\'): there is no store "elsewhere"'),
    ]);
  });

  it('counts the mistakes and lists each once', async () => {
    const starting = TestApplication.start({
      controllers: [BrokenController],
      providers: [BrokenDefaults, AsksForMore],
    });
    await expect(starting).rejects.toThrow(
      `nestash found ${problems.length} mistakes and refuses to start:\n\nBrokenController.`,
    );
    expect(new Set(problems).size).toBe(problems.length);
  });

  it('is the same in production', async () => {
    const parts = { controllers: [BrokenController], providers: [BrokenDefaults, AsksForMore] };
    await expect(TestApplication.startInProduction(parts)).rejects.toMatchObject({ code: 'START_UP_REFUSED' });
  });

  it('covers guards and interceptors that decorators name', async () => {
    @Injectable()
    class BrokenGuard {
      @Cacheable('public:<<nobody>>')
      async find(): Promise<string> {
        return '';
      }
      canActivate = (): boolean => true;
    }
    @Controller()
    @UseGuards(BrokenGuard)
    class GuardedController {}
    expect(await problemsOf({ controllers: [GuardedController] })).toEqual([
      expect.stringContaining('BrokenGuard.find: the template "public:<<nobody>>" names <<nobody>>'),
    ]);
  });
});

describe('what cannot be decorated', () => {
  it('is refused where the decorator stands', () => {
    const decorate = Cacheable('public:x') as (target: object, name: string, descriptor?: PropertyDescriptor) => void;
    class Posts {
      static find = (): string => '';
    }
    const refusal = { code: 'METHOD_NOT_CACHEABLE' };
    expect(() => decorate(Posts, 'find', { value: Posts.find })).toThrow(
      'Posts.find cannot be cached: static methods have no application to belong to. Put the decorator on a method',
    );
    expect(() => decorate(Posts.prototype, 'title')).toThrow(expect.objectContaining(refusal));
    expect(() => decorate(Posts.prototype, 'title', { get: () => '' })).toThrow(/Posts\.title .* it is not a method/);
  });
});
