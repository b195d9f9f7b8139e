import type { OnModuleInit } from '@nestjs/common';
import { Controller, Get, Inject, Injectable, Module, Param, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CacheService, Cacheable } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';

class Loads {
  private static readonly counts = new Map<string, number>();

  static count(name: string): number {
    const count = (Loads.counts.get(name) ?? 0) + 1;
    Loads.counts.set(name, count);
    return count;
  }

  static of(name: string): number {
    return Loads.counts.get(name) ?? 0;
  }

  static reset(): void {
    Loads.counts.clear();
  }
}

@Injectable()
class Singleton {
  @Cacheable('public:singleton:<<id>>')
  async find(id: number): Promise<unknown> {
    return { id, load: Loads.count('singleton') };
  }

  async findTwice(id: number): Promise<unknown[]> {
    return [await this.find(id), await this.find(id)];
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScoped {
  @Cacheable('public:request-scoped', { ignore: ['this'] })
  async find(): Promise<number> {
    return Loads.count('request-scoped');
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @Cacheable('public:transient')
  async find(): Promise<number> {
    return Loads.count('transient');
  }
}

class Made {
  constructor(private readonly name: string) {}

  @Cacheable('public:made:<<name>>', { ignore: ['this'] })
  async find(name: string): Promise<string> {
    return `${name} ${this.name} ${Loads.count(this.name)}`;
  }
}

@Injectable()
class Eager implements OnModuleInit {
  constructed: Promise<unknown>;
  initialized: unknown;

  constructor(
    @Inject(Singleton) private readonly singleton: Singleton,
    @Inject('factory') private readonly made: Made,
    @Inject('value') private readonly value: Made,
  ) {
    this.constructed = singleton.findTwice(100);
  }

  async onModuleInit(): Promise<void> {
    this.initialized = [await this.singleton.findTwice(101), await this.made.find('a'), await this.value.find('b')];
  }
}

class LateService {
  @Cacheable('public:late')
  async find(): Promise<number> {
    return Loads.count('late');
  }
}

@Controller()
class ProvidersController {
  constructor(
    @Inject(RequestScoped) private readonly scoped: RequestScoped,
    @Inject('scoped factory') private readonly made: Made,
    @Inject(Transient) private readonly transient: Transient,
    @Inject(Singleton) private readonly singleton: Singleton,
  ) {}

  @Get('scoped')
  async all(): Promise<unknown> {
    return [await this.scoped.find(), await this.made.find('x'), await this.transient.find()];
  }

  @Get('twice/:id')
  async twice(@Param('id') id: string): Promise<unknown> {
    return this.singleton.findTwice(Number(id));
  }
}

const PROVIDERS = [
  Singleton,
  RequestScoped,
  Transient,
  Eager,
  { provide: 'factory', useFactory: () => new Made('factory') },
  { provide: 'value', useValue: new Made('value') },
  { provide: 'scoped factory', useFactory: () => new Made('scoped factory'), scope: Scope.REQUEST },
];

describe.each(PLATFORMS)('decorated methods of providers on %s', (platform) => {
  let app: TestApplication;

  beforeEach(async () => {
    Loads.reset();
    app = await TestApplication.start({ platform, controllers: [ProvidersController], providers: PROVIDERS });
  });
  afterEach(() => app.stop());

  it('are cached when their own object calls them', async () => {
    const first = (await app.fetch('/twice/1')).json();
    expect((await app.fetch('/twice/1')).json()).toEqual(first);
    expect(await app.get(Singleton).find(1)).toEqual((first as unknown[])[0]);
  });

  it('are cached in another constructor and in onModuleInit', async () => {
    const [one, other] = (await app.get(Eager).constructed) as unknown[];
    expect(other).toEqual(one);
    const [[first, second]] = app.get(Eager).initialized as [unknown[]];
    expect(second).toEqual(first);
    expect(await app.get(CacheService).has('public:singleton:100')).toBe(true);
  });

  it('are cached when a factory or a value provides their object', async () => {
    const made = app.get<Made>('factory' as never);
    const value = app.get<Made>('value' as never);
    await made.find('a');
    await value.find('b');
    expect([Loads.of('factory'), Loads.of('value')]).toEqual([1, 1]);
    expect(await app.get(CacheService).has('public:made:a')).toBe(true);
  });

  it('are cached for objects that live as long as a request or a consumer', async () => {
    const first = (await app.fetch('/scoped')).body;
    expect((await app.fetch('/scoped')).body).toBe(first);
    expect([Loads.of('request-scoped'), Loads.of('scoped factory'), Loads.of('transient')]).toEqual([1, 1, 1]);
  });

  it('are cached for objects that are created later', async () => {
    const created = await app.app.get(ModuleRef).create(LateService);
    await created.find();
    expect(await (await app.app.get(ModuleRef).create(LateService)).find()).toBe(1);
  });

  it('belong to the application that made their object', async () => {
    const other = await TestApplication.start({ platform, providers: [Singleton] });
    await app.get(Singleton).find(5);
    expect(await other.get(CacheService).has('public:singleton:5')).toBe(false);
    expect(await other.get(Singleton).find(5)).toEqual({ id: 5, load: Loads.of('singleton') });
    await other.stop();
    expect(await app.get(CacheService).has('public:singleton:5')).toBe(true);
  });
});

describe('an object that a value provides', () => {
  it('serves the next application when the first one has ended', async () => {
    const value = new Made('shared');
    const providers = [{ provide: 'value', useValue: value }];
    const first = await TestApplication.start({ providers });
    await value.find('a');
    await first.stop();
    const second = await TestApplication.start({ providers });
    await value.find('a');
    expect(await second.get(CacheService).has('public:made:a')).toBe(true);
    await second.stop();
  });

  it('is refused when it is frozen', async () => {
    const providers = [{ provide: 'value', useValue: Object.freeze(new Made('frozen')) }];
    await expect(TestApplication.start({ providers })).rejects.toThrow(/Made\n {2}1\. Cannot be cached: .* is frozen/);
  });
});

describe('a global module of another make', () => {
  it('finds decorated methods of factories ready in its onModuleInit', async () => {
    @Module({})
    class Early {}
    const providers = [...PROVIDERS];
    const app = await TestApplication.start({
      imports: [{ module: Early, global: true, providers, exports: providers }],
    });
    expect(Loads.of('factory')).toBeGreaterThan(0);
    expect(await app.get(CacheService).has('public:made:a')).toBe(true);
    await app.stop();
  });
});
