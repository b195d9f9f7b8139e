import { Controller, Get, Injectable, Param, ParseIntPipe, Query } from '@nestjs/common';
import { CacheDefaults, CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

interface Filters {
  page?: string;
  slug?: string;
}

let runs = 0;

/** Counts a run that read these arguments. */
function run(..._read: unknown[]): number {
  return ++runs;
}

@Controller('templates')
class TemplatesController {
  @Get('detail/:id')
  @Cacheable('public:detail:<<id>>')
  detail(@Param('id', ParseIntPipe) renamed: number): unknown {
    return { renamed, run: ++runs };
  }

  @Get('list')
  @Cacheable('public:list')
  list(@Query('page') page?: string, @Query('sort') sort?: string): unknown {
    return { page, sort, run: ++runs };
  }

  @Get('partly')
  @Cacheable('public:partly:<<page|1>>')
  partly(@Query('page') page?: string, @Query('sort') sort?: string): unknown {
    return { page, sort, run: ++runs };
  }

  @Get('whole')
  @Cacheable('public:whole:{{query}}')
  whole(@Query() query: Filters): unknown {
    return { query, run: ++runs };
  }

  @Get('path')
  @Cacheable('public:path:<<filters.page|1>>')
  path(@Query() filters: Filters): unknown {
    return { filters, run: ++runs };
  }

  @Get('args/:id')
  @Cacheable('public:args:<<args>>')
  args(@Param('id') id: string, @Query('page') page?: string): unknown {
    return { id, page, run: ++runs };
  }

  @Get('ignored/:id')
  @Cacheable('public:ignored:<<id>>', { ignore: ['trace'] })
  ignored(@Param('id') id: string, @Query('trace') trace?: string): unknown {
    return { id, trace, run: ++runs };
  }

  @Get('derived/:id')
  @Cacheable()
  derived(@Param('id') id: string, @Query('page') page?: string): unknown {
    return { id, page, run: ++runs };
  }

  @Get('function/:id')
  @Cacheable({ key: (id: string) => ['public', 'function', id], ignore: ['page'] })
  byFunction(@Param('id') id: string, @Query('page') page?: string): unknown {
    return { id, page, run: ++runs };
  }
}

@Injectable()
class Service {
  @Cacheable('public:dto:<<dto.slug>>:<<1.page|first>>', { ignore: ['dto', 'filters'] })
  async dto(dto: Filters, filters: Filters): Promise<number> {
    return run(dto, filters);
  }

  @Cacheable('public:position:<<0>>')
  async position(first: unknown): Promise<number> {
    return run(first);
  }

  @Cacheable({ key: (name: string) => `public:text:${name}` })
  async text(name: string): Promise<number> {
    return run(name);
  }

  @Cacheable('public:rest:<<ids>>')
  async rest(...ids: number[]): Promise<number> {
    return run(ids);
  }

  @Cacheable()
  async derived(...values: unknown[]): Promise<number> {
    return run(values);
  }
}

@Injectable()
@CacheDefaults({ prefix: 'public:defaults', ttl: '90s' })
class Defaults {
  @Cacheable('detail:<<id>>')
  async detail(id: number): Promise<number> {
    return id;
  }
}

describe.each(PLATFORMS)('keys of handlers on %s', (platform) => {
  let app: TestApplication;
  let cache: CacheService;

  beforeAll(async () => {
    app = await TestApplication.start({ platform, controllers: [TemplatesController] });
    cache = app.get(CacheService);
  });
  afterAll(() => app.stop());

  it('name parameters as their decorators do', async () => {
    await app.fetch('/templates/detail/7');
    await cache.delete('public:detail:7');
    expect(await app.lookups('/templates/detail/7')).toEqual(['MISS']);
  });

  it('hold the query parameters that the template does not name, in any order', async () => {
    const paths = ['?page=1&sort=a', '?sort=a&page=1', '?page=1', '', '?page=2&sort=a'].map(
      (query) => `/templates/list${query}`,
    );
    expect(await app.lookups(...paths)).toEqual(['MISS', 'HIT', 'MISS', 'MISS', 'MISS']);
  });

  it('hold what is left of the query when the template names a part of it', async () => {
    const paths = ['?page=2', '?page=2&sort=a', '?page=2', ''].map((query) => `/templates/partly${query}`);
    expect(await app.lookups(...paths)).toEqual(['MISS', 'MISS', 'HIT', 'MISS']);
    await cache.invalidate('public:partly:2');
    expect(await app.lookups('/templates/partly?page=2', '/templates/partly')).toEqual(['MISS', 'HIT']);
  });

  it('are the same with a default as with its value given', async () => {
    await app.fetch('/templates/path?page=1');
    await cache.invalidate('public:path:1');
    expect(await app.lookups('/templates/path?page=1')).toEqual(['MISS']);
  });

  it('do not hold what the handler cannot see', async () => {
    expect(
      await app.lookups('/templates/list?page=9', '/templates/list?page=9&utm=1', '/templates/list?x=2&page=9'),
    ).toEqual(['MISS', 'HIT', 'HIT']);
  });

  it('hash a whole query for <<query>>, whatever the order of its parts', async () => {
    const paths = ['?a=1&b=2', '?b=2&a=1', '?a=2&b=1', '?a=1&b=2&c='].map((query) => `/templates/whole${query}`);
    expect(await app.lookups(...paths)).toEqual(['MISS', 'HIT', 'MISS', 'MISS']);
  });

  it('hold the whole query when the template names a path into it', async () => {
    const paths = ['?page=2', '?page=2&slug=a', '?page=2'].map((query) => `/templates/path${query}`);
    expect(await app.lookups(...paths)).toEqual(['MISS', 'MISS', 'HIT']);
  });

  it('hash every argument for <<args>>', async () => {
    const paths = ['1?page=1', '1?page=2', '2?page=1', '1?page=1&x=1'].map((path) => `/templates/args/${path}`);
    expect(await app.lookups(...paths)).toEqual(['MISS', 'MISS', 'MISS', 'HIT']);
    await cache.delete(['public', 'args', ['1', '1']]);
    expect(await app.lookups('/templates/args/1?page=1')).toEqual(['MISS']);
  });

  it('leave out what is ignored on purpose', async () => {
    expect(await app.lookups('/templates/ignored/1', '/templates/ignored/1?trace=x')).toEqual(['MISS', 'HIT']);
  });

  it('are made of class, method and every input where none is given', async () => {
    expect(
      await app.lookups('/templates/derived/1?page=2', '/templates/derived/1?page=2', '/templates/derived/1'),
    ).toEqual(['MISS', 'HIT', 'MISS']);
    await cache.invalidate('TemplatesController:derived:1');
    expect(await app.lookups('/templates/derived/1?page=2')).toEqual(['MISS']);
  });

  it('are what a key function says, and nothing else', async () => {
    expect(await app.lookups('/templates/function/1', '/templates/function/1?page=2')).toEqual(['MISS', 'HIT']);
    await cache.delete('public:function:1');
    expect(await app.lookups('/templates/function/1')).toEqual(['MISS']);
  });
});

describe('keys of services', () => {
  let app: TestApplication;
  let cache: CacheService;
  let service: Service;

  beforeAll(async () => {
    app = await TestApplication.start({ providers: [Service, Defaults] });
    cache = app.get(CacheService);
    service = app.get(Service);
  });
  afterAll(() => app.stop());

  it('name paths into arguments, and take defaults for what is not there', async () => {
    await service.dto({ slug: 'one' }, {});
    await service.dto({ slug: 'one' }, { page: '2' });
    expect([await cache.has('public:dto:one:first'), await cache.has('public:dto:one:2')]).toEqual([true, true]);
  });

  it('refuse a path into an argument that leads to nothing', async () => {
    await expect(service.dto({}, {})).rejects.toThrow(/Service\.dto: the placeholder <<dto\.slug>> has no value/);
  });

  it('read own properties only', async () => {
    const inherited = Object.create({ slug: 'inherited' }) as Filters;
    await expect(service.dto(inherited, {})).rejects.toThrow(/<<dto\.slug>> has no value/);
  });

  it('name arguments by position, with an encoding for each kind of nothing', async () => {
    const values = [undefined, null, '', 42, 'a:b*'];
    for (const value of values) await service.position(value);
    for (const value of values) expect(await cache.has(['public', 'position', value])).toBe(true);
    expect([await cache.has('public:position:~none'), await cache.has('public:position:42')]).toEqual([true, true]);
    expect(await service.position('42')).toBe(await service.position(42));
  });

  it('encode everything but the colon in the text of a key function', async () => {
    await service.text('a b*');
    await service.text('c:d');
    expect([await cache.has('public:text:a%20b%2A'), await cache.has('public:text:c:d')]).toEqual([true, true]);
  });

  it('hold all arguments of a rest parameter', async () => {
    expect(await service.rest(1, 2)).toBe(await service.rest(1, 2));
    expect(await service.rest(1, 2)).not.toBe(await service.rest(1));
  });

  it('hold whatever a caller passes where none is given', async () => {
    expect(await service.derived(1, 2)).toBe(await service.derived(1, 2));
    expect(await service.derived(1, 2)).not.toBe(await service.derived(1, 3));
    expect(await service.derived()).not.toBe(await service.derived(undefined));
  });

  it('begin with the prefix that their class has for all, and live as long as it says', async () => {
    await app.get(Defaults).detail(1);
    expect(Math.round((await cache.ttl('public:defaults:detail:1'))! / 1_000)).toBe(90);
  });
});
