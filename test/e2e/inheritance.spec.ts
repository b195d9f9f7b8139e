import { Controller, Get, Injectable, Param } from '@nestjs/common';
import { CacheDefaults, CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

const runs: string[] = [];

abstract class Repository {
  abstract readonly kind: string;

  @Cacheable()
  async find(id: number): Promise<string> {
    runs.push(`${this.kind} base ${id}`);
    return `${this.kind} ${id}`;
  }

  @Cacheable()
  async count(): Promise<number> {
    runs.push(`${this.kind} count`);
    return 1;
  }
}

@Injectable()
class Posts extends Repository {
  readonly kind = 'posts';
}

@Injectable()
class Pages extends Repository {
  readonly kind = 'pages';

  override async find(id: number): Promise<string> {
    runs.push(`pages plain ${id}`);
    return `page of ${await super.find(id)}`;
  }
}

@Injectable()
class Notes extends Repository {
  readonly kind = 'notes';

  @Cacheable()
  override async find(id: number): Promise<string> {
    runs.push(`notes own ${id}`);
    return `note of ${await super.find(id)}`;
  }
}

@CacheDefaults({ prefix: 'public:defaults', ttl: '90s' })
abstract class WithDefaults {
  @Cacheable('item:<<id>>')
  async item(id: number): Promise<number> {
    return id;
  }

  @Cacheable({ key: (id: number) => ['by', id], ttl: '30s' })
  async byFunction(id: number): Promise<number> {
    return id;
  }
}

@Injectable()
class Inheriting extends WithDefaults {}

abstract class ReadController {
  @Get(':id')
  @Cacheable()
  read(@Param('id') id: string): unknown {
    runs.push(`${this.constructor.name} ${id}`);
    return { by: this.constructor.name, id };
  }
}

@Controller('one')
class OneController extends ReadController {}

@Controller('two')
class TwoController extends ReadController {}

describe.each(PLATFORMS)('inherited methods on %s', (platform) => {
  let app: TestApplication;
  let cache: CacheService;

  beforeEach(async () => {
    runs.length = 0;
    const providers = [Posts, Pages, Notes, Inheriting];
    app = await TestApplication.start({ platform, controllers: [OneController, TwoController], providers });
    cache = app.get(CacheService);
  });
  afterEach(() => app.stop());

  it('have an entry for each class that inherits them', async () => {
    expect([await app.get(Posts).count(), await app.get(Notes).count()]).toEqual([1, 1]);
    expect(runs).toEqual(['posts count', 'notes count']);
    expect([await cache.has('Posts:count'), await cache.has('Notes:count'), await cache.has('Pages:count')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('are keyed by class and base when an override without a decorator calls super', async () => {
    for (let call = 0; call < 2; call++) expect(await app.get(Pages).find(1)).toBe('page of pages 1');
    expect(runs).toEqual(['pages plain 1', 'pages base 1', 'pages plain 1']);
    expect(await cache.get(['Pages>Repository', 'find', 1])).toBeUndefined();
    expect(await cache.invalidate('Pages')).toBeUndefined();
    await app.get(Pages).find(1);
    expect(runs.at(-1)).toBe('pages plain 1');
  });

  it('are entries of their own when a decorated override calls super', async () => {
    for (let call = 0; call < 2; call++) expect(await app.get(Notes).find(1)).toBe('note of notes 1');
    expect(runs).toEqual(['notes own 1', 'notes base 1']);
    expect(await cache.get('Notes:find:1')).toBe('note of notes 1');
    await cache.invalidate('Notes');
    await app.get(Notes).find(1);
    expect(runs).toEqual(['notes own 1', 'notes base 1', 'notes own 1']);
  });

  it('take the defaults of the class that they come from', async () => {
    await app.get(Inheriting).item(1);
    await app.get(Inheriting).byFunction(2);
    const lifetimes = [await cache.ttl('public:defaults:item:1'), await cache.ttl('public:defaults:by:2')];
    expect(lifetimes.map((lifetime) => Math.round(lifetime! / 1_000))).toEqual([90, 30]);
  });

  it('serve the requests of each controller from its own entries', async () => {
    expect(await app.lookups('/one/1', '/two/1', '/one/1', '/two/1')).toEqual(['MISS', 'MISS', 'HIT', 'HIT']);
    expect((await app.fetch('/two/1')).json()).toEqual({ by: 'TwoController', id: '1' });
  });
});
