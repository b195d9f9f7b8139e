import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { CacheModuleOptions, CacheOptionsFactory } from '../../lib/index.js';
import { CacheModule, CacheService, Cacheable, InjectCache, memoryStore } from '../../lib/index.js';
import { PLATFORMS, TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

/** Options as JavaScript would pass them. */
const untyped = (options: object) => options as CacheModuleOptions;

@Injectable()
class Named {
  constructor(
    @Inject(CacheService) readonly cache: CacheService,
    @InjectCache() readonly same: CacheService,
    @InjectCache('static') readonly named: CacheService,
  ) {}
}

@Injectable()
class Posts {
  runs = 0;

  @Cacheable('public:posts')
  async find(): Promise<number> {
    return ++this.runs;
  }
}

@Controller()
class PostsController {
  constructor(@Inject(Posts) private readonly posts: Posts) {}

  @Get()
  @Cacheable('public:page', { debug: true })
  async find(): Promise<string> {
    return `post ${await this.posts.find()}`;
  }
}

@Injectable()
class Options implements CacheOptionsFactory {
  createCacheOptions(): CacheModuleOptions {
    return { prefix: 'made', version: 3 };
  }
}

@Module({ providers: [Options], exports: [Options] })
class OptionsModule {}

describe.each(PLATFORMS)('CacheModule on %s', (platform) => {
  it.each([
    ['forRoot', CacheModule.forRoot({ prefix: 'made', version: 3 })],
    ['useFactory', CacheModule.forRootAsync({ useFactory: async () => ({ prefix: 'made', version: 3 }) })],
    [
      'useFactory with imports',
      CacheModule.forRootAsync({
        imports: [OptionsModule],
        inject: [Options],
        useFactory: (options: Options) => options.createCacheOptions(),
      }),
    ],
    ['useClass', CacheModule.forRootAsync({ useClass: Options })],
    ['useExisting', CacheModule.forRootAsync({ imports: [OptionsModule], useExisting: Options })],
  ])('takes its options from %s, and is global', async (_name, cache) => {
    const logger = new RecordedLog();
    @Module({ controllers: [PostsController], providers: [Posts] })
    class Feature {}
    const app = await TestApplication.start({ platform, cache, logger, imports: [Feature] });
    expect(await app.lookups('/', '/')).toEqual(['MISS', 'HIT']);
    expect(logger.about('HIT made:v3:public:page')).toHaveLength(1);
    await app.stop();
  });

  it('leaves every older entry behind with another version', async () => {
    const logger = new RecordedLog();
    const parts = { platform, controllers: [PostsController], providers: [Posts], logger };
    const app = await TestApplication.start({ ...parts, cache: { version: 2 } });
    await app.fetch('/');
    expect(logger.about('MISS cache:v2:public:page')).toHaveLength(1);
    await app.stop();
  });
});

describe('CacheModule.forRoot', () => {
  it.each([
    ['an unknown option', { ttll: '5m' }, 'OPTION_UNKNOWN', 'there is no option "ttll"'],
    ['a bare number as ttl', { ttl: 300 }, 'DURATION_INVALID', 'the option "ttl" is the bare number 300'],
    ['a version that is no whole number', { version: 1.5 }, 'OPTION_INVALID', 'the option "version"'],
    ['a prefix with a wildcard', { prefix: 'a*' }, 'OPTION_INVALID', 'the option "prefix" is the string "a*"'],
    [
      'no prefix beside another store',
      { store: { kind: 'redis', create: () => undefined } },
      'OPTION_INVALID',
      '"prefix"',
    ],
    ['a store that is none', { store: 'redis://localhost' }, 'OPTION_INVALID', 'It must be what memoryStore()'],
    ['store and stores', { store: memoryStore(), stores: {} }, 'OPTION_INVALID', 'left out where "stores" is given'],
    ['a store with a bad name', { stores: { 'a b': memoryStore() } }, 'OPTION_INVALID', 'letters, digits'],
    ['a placeholder that is no function', { placeholders: { lang: 'de' } }, 'OPTION_INVALID', '"placeholders.lang"'],
    ['a placeholder with a name that is taken', { placeholders: { args: () => 1 } }, 'OPTION_INVALID', '"args"'],
    ['a partition that is no function', { partition: 'acme' }, 'OPTION_INVALID', '"partition"'],
    ['a user that is no function', { user: 'me' }, 'OPTION_INVALID', '"user"'],
    ['scopes that are no array', { sharedScopes: 'public' }, 'OPTION_INVALID', '"sharedScopes"'],
    [
      'scopes of more than a segment',
      { sharedScopes: ['public', 'public:blog'] },
      'OPTION_INVALID',
      'the option "sharedScopes[1]" is the string "public:blog". It must be the first segment of keys',
    ],
    [
      'stores without names',
      { stores: [memoryStore()] },
      'OPTION_INVALID',
      'the option "stores" is an array. It must be an object such as { default: memoryStore() }',
    ],
    ['placeholders without names', { placeholders: [() => 1] }, 'OPTION_INVALID', '"placeholders" is an array'],
    ['debug that is no flag', { debug: 'yes' }, 'OPTION_INVALID', '"debug"'],
  ])('refuses %s', async (_name, options, code, text) => {
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(text) as string });
    expect(() => CacheModule.forRoot(untyped(options))).toThrow(refusal);
    const cache = CacheModule.forRootAsync({ useFactory: () => untyped(options) });
    await expect(TestApplication.start({ cache })).rejects.toEqual(refusal);
  });

  it('is named by Nest where it is missing', async () => {
    @Injectable()
    class Lonely {
      @Cacheable('public:lonely')
      async find(): Promise<string> {
        return '';
      }
    }
    const building = Test.createTestingModule({ providers: [Lonely] }).compile();
    await expect(building).rejects.toThrow(/Lonely[^]*import CacheModule\.forRoot\(\) in the root module/);
  });
});

describe('named caches', () => {
  it('are injected by name, and keep entries of their own', async () => {
    const stores = { static: memoryStore({ ttl: '1h' }) };
    const app = await TestApplication.start({ providers: [Named], cache: { stores, ttl: '90s' } });
    const { cache, same, named } = app.get(Named);
    await cache.set('a:b', 1);
    expect([await same.get('a:b'), await named.has('a:b')]).toEqual([1, false]);
    await named.set('a:b', 2);
    const lifetimes = [await cache.ttl('a:b'), await named.ttl('a:b')].map((lifetime) => Math.round(lifetime! / 1_000));
    expect(lifetimes).toEqual([90, 3_600]);
    await named.invalidate('a');
    expect([await cache.has('a:b'), await named.has('a:b')]).toEqual([true, false]);
    await app.stop();
  });

  it('of one application are not asked of another', async () => {
    const app = await TestApplication.start({ providers: [Posts] });
    expect(await app.get(Posts).find()).toBe(1);
    await app.stop();
  });
});

describe('a container that mocks what is missing', () => {
  it('leaves decorated methods as if they had no decorator', async () => {
    const everything = new Proxy(() => everything, {
      get: (_target, name) => (name === 'then' ? undefined : everything),
    });
    const module = await Test.createTestingModule({ providers: [Posts] })
      .useMocker(() => everything)
      .compile();
    const posts = module.get(Posts);
    expect([await posts.find(), await posts.find()]).toEqual([1, 2]);
    await module.close();
  });

  it('leaves objects alone that nobody injected anything into', async () => {
    const posts = new Posts();
    expect([await posts.find(), await posts.find()]).toEqual([1, 2]);
  });
});
