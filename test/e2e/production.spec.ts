import { Controller, Get, Inject, Injectable, Param } from '@nestjs/common';
import { Observable, of } from 'rxjs';
import { APP_GUARD } from '@nestjs/core';
import { CacheService, Cacheable, InvalidateCache } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';
import { by, SignIn } from '../support/signed-in.js';

@Injectable()
class Service {
  runs = 0;

  @Cacheable('feed:<<user_id>>')
  async feed(): Promise<number> {
    return ++this.runs;
  }

  @Cacheable('dto:<<dto.slug>>', { ignore: ['dto'] })
  async dto(dto: { slug?: string }): Promise<unknown> {
    return { slug: dto.slug ?? 'none' };
  }

  @Cacheable({ key: () => Symbol('x') as never })
  async brokenKey(): Promise<string> {
    return 'value';
  }

  @Cacheable({ key: 'when', when: () => broken('when') })
  async brokenWhen(): Promise<string> {
    return 'value';
  }

  @Cacheable({ key: 'unless', unless: () => broken('unless') })
  async brokenUnless(): Promise<string> {
    return 'value';
  }

  @Cacheable({ key: 'ttl', ttl: () => 600 as never })
  async brokenTtl(): Promise<string> {
    return 'value';
  }

  @Cacheable({ key: 'tags', tags: () => [{}] as never })
  async brokenTags(): Promise<string> {
    return 'value';
  }

  @Cacheable('sync')
  sync(): number {
    return ++this.runs;
  }

  @Cacheable('observed')
  observed(): Observable<number> {
    return of(++this.runs);
  }

  @InvalidateCache(['sync'], { unless: () => broken('unless') })
  async brokenSparing(): Promise<string> {
    return 'written';
  }

  @InvalidateCache(['sync'])
  syncWrite(): string {
    return 'written';
  }
}

function broken(name: string): never {
  throw new TypeError(`${name} is broken`);
}

@Controller()
class ServiceController {
  constructor(@Inject(Service) private readonly service: Service) {}

  @Get('feed')
  async feed(): Promise<unknown> {
    return this.service.feed();
  }

  @Get('handler/:id')
  @Cacheable('handler:<<user_id>>:<<id>>')
  handler(@Param('id') id: string): unknown {
    return { id };
  }
}

const CALLS = ['brokenKey', 'brokenWhen', 'brokenUnless', 'brokenTtl', 'brokenTags'] as const;
const PARTS = { controllers: [ServiceController], providers: [Service, { provide: APP_GUARD, useClass: SignIn }] };

describe('mistakes in development', () => {
  let app: TestApplication;

  beforeAll(async () => {
    app = await TestApplication.start(PARTS);
  });
  afterAll(() => app.stop());

  it.each(CALLS)('fail the call: %s', async (name) => {
    await expect(app.get(Service)[name]()).rejects.toThrow();
  });

  it('name a method that is not asynchronous, and what to do about it', async () => {
    await expect(async () => app.get(Service).observed()).rejects.toThrow(
      /Service\.observed returned .* not a promise/,
    );
    expect(() => app.get(Service).sync()).toThrow(/Service\.sync returned .* not a promise.* Make it async/);
    expect(() => app.get(Service).syncWrite()).toThrow(/Service\.syncWrite returned .* not a promise.* Make it async/);
  });
});

describe.each(PLATFORMS)('mistakes in production on %s', (platform) => {
  let app: TestApplication;
  let service: Service;
  const log = new RecordedLog();

  beforeAll(async () => {
    app = await TestApplication.startInProduction({ platform, ...PARTS, logger: log });
    service = app.get(Service);
  });
  afterAll(() => app.stop());

  it.each(CALLS)('leave the call uncached, with one line: %s', async (name) => {
    for (let call = 0; call < 3; call++) expect(await service[name]()).toBe('value');
    expect(log.errors(`Service.${name} goes on uncached`)).toHaveLength(1);
  });

  it('are logged once for each method, whatever it is called with', async () => {
    for (let call = 0; call < 3; call++) expect(await service.dto({})).toEqual({ slug: 'none' });
    expect(await service.dto({ slug: 'a' })).toEqual({ slug: 'a' });
    expect(log.errors('Service.dto goes on uncached')).toHaveLength(1);
    expect(await app.get(CacheService).has('dto:a')).toBe(true);
  });

  it('leave a request alone that has no identity, and code outside a request', async () => {
    for (const path of ['/feed', '/handler/1']) {
      const { status, cache } = await app.fetch(path, by({ name: 'nobody' }));
      expect([status, cache]).toEqual([200, path === '/feed' ? null : 'BYPASS']);
    }
    const first = await service.feed();
    expect(await service.feed()).toBe(first + 1);
  });

  it('leave synchronous methods synchronous, which invalidate all the same', async () => {
    const first = service.sync();
    expect(service.sync()).toBe(first + 1);
    await app.get(CacheService).set('sync:below', 1);
    expect(service.syncWrite()).toBe('written');
    expect(await app.get(CacheService).has('sync:below')).toBe(false);
    expect(log.errors('Service.sync goes on uncached')).toHaveLength(1);
  });

  it('leave a write as it is whose "unless" fails, and which invalidates', async () => {
    await app.get(CacheService).set('sync:below', 1);
    expect(await service.brokenSparing()).toBe('written');
    expect(await app.get(CacheService).has('sync:below')).toBe(false);
  });

  it('leave CacheService without an entry, except for invalidations', async () => {
    const cache = app.get(CacheService);
    expect(await cache.getOrSet('a b', () => 1)).toBe(1);
    expect(await cache.getOrSet('a', () => 1, { ttl: 5 as never })).toBe(1);
    expect([await cache.get('a b'), await cache.has('a b'), await cache.ttl('a b')]).toEqual([undefined, false, null]);
    expect(await cache.put('a b', () => 2)).toBe(2);
    await expect(cache.invalidate('a b')).rejects.toMatchObject({ code: 'KEY_MALFORMED' });
  });
});
