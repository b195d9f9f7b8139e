import { CacheService, cacheKeys } from '../../lib/index.js';
import { TestApplication } from '../support/application.js';
import { RecordedLog } from '../support/recorded-log.js';

/** CacheService as JavaScript sees it. */
type Untyped = Record<keyof CacheService, (...args: unknown[]) => Promise<unknown>>;

const untyped = (app: TestApplication): Untyped => app.get(CacheService) as unknown as Untyped;
const { post } = cacheKeys('public:blog', { post: 'post:<<id>>' });
const load = (): number => 1;

describe('CacheService without types', () => {
  let app: TestApplication;
  let cache: Untyped;

  beforeAll(async () => {
    app = await TestApplication.start({});
    cache = untyped(app);
  });
  afterAll(() => app.stop());

  describe.each([
    ['get', (key: unknown) => cache.get(key)],
    ['has', (key: unknown) => cache.has(key)],
    ['ttl', (key: unknown) => cache.ttl(key)],
    ['getOrSet', (key: unknown) => cache.getOrSet(key, load)],
    ['set', (key: unknown) => cache.set(key, 1)],
    ['put', (key: unknown) => cache.put(key, load)],
    ['delete', (key: unknown) => cache.delete(key)],
    ['invalidate', (key: unknown) => cache.invalidate(key)],
    ['getMany', (key: unknown) => cache.getMany([key])],
  ])('%s', (method, call) => {
    it.each([
      [undefined, 'undefined'],
      [null, 'null'],
      [42, 'the number 42'],
      [{ id: 1 }, 'an object'],
      [new Map(), 'an instance of Map'],
    ])('refuses %p as a key', async (key, found) => {
      await expect(call(key)).rejects.toMatchObject({
        code: 'KEY_MALFORMED',
        message: expect.stringMatching(
          `^CacheService\\.${method}\\(\\): the cache key is ${found} instead of an array or a string\\.`,
        ) as string,
      });
    });
  });

  it.each([
    ['get', () => cache.get(post)],
    ['set', () => cache.set(post, 1)],
    ['delete', () => cache.delete(post)],
  ])('%s refuses the key of a catalog', async (method, call) => {
    const text = `CacheService.${method}(): the cache key "public:blog:post:<<id>>" is the key of a catalog, which only invalidate() takes`;
    await expect(call()).rejects.toThrow(text);
  });

  it.each([
    ['get', 'options', () => cache.get('a', null)],
    ['has', 'options', () => cache.has('a', 'acme')],
    ['getOrSet', 'options', () => cache.getOrSet('a', load, null)],
    ['set', 'options', () => cache.set('a', 1, null)],
    ['put', 'options', () => cache.put('a', load, [])],
    ['delete', 'options', () => cache.delete('a', null)],
    ['invalidate', 'options', () => cache.invalidate('a', null)],
    ['invalidate', 'values', () => cache.invalidate(post, null)],
    ['invalidate', 'options', () => cache.invalidate(post, {}, null)],
    ['invalidateTags', 'options', () => cache.invalidateTags(['a'], null)],
    ['lock', 'options', () => cache.lock('a', load, null)],
  ])('%s refuses %s that are no object', async (method, name, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(
        `^CacheService\\.${method}\\(\\): the option "${name}" is .* must be an object`,
      ) as string,
    });
  });

  it.each([
    ['getOrSet', 'the option "load" is the number 5. It must be a function', () => cache.getOrSet('a', 5)],
    ['put', 'the option "compute" is missing. It must be a function', () => cache.put('a')],
    ['lock', 'the option "fn" is an object. It must be a function', () => cache.lock('a', {})],
    [
      'set',
      'the option "tags" is the string "posts". It must be an array of tags',
      () => cache.set('a', 1, { tags: 'posts' }),
    ],
    [
      'invalidateTags',
      'the option "tags" is the string "posts". It must be an array',
      () => cache.invalidateTags('posts'),
    ],
    ['invalidateTags', 'the option "tags" is missing. It must be an array', () => cache.invalidateTags()],
    ['getMany', 'the option "keys" is the string "ab". It must be an array of keys', () => cache.getMany('ab')],
    ['setMany', 'the option "entries" is an object. It must be a Map, or an array of pairs', () => cache.setMany({})],
    [
      'setMany',
      'the option "entries" is an array. It must be a Map, or an array of pairs',
      () => cache.setMany(['ab']),
    ],
  ])('%s says: %s', async (method, text, call) => {
    await expect(call()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(`CacheService.${method}(): ${text}`) as string,
    });
  });

  it('takes what yields pairs, once', async () => {
    function* pairs(): Generator<unknown> {
      yield ['many:a', 1];
      yield ['many:b', 2];
    }
    await cache.setMany(pairs());
    await cache.setMany(new Map([['many:c', 3]]));
    expect([...((await cache.getMany(['many:a', 'many:b', 'many:c'])) as Map<string, number>).values()]).toEqual([
      1, 2, 3,
    ]);
  });
});

describe('CacheService without types in production', () => {
  it('goes on uncached, and says so once', async () => {
    const logger = new RecordedLog();
    const app = await TestApplication.startInProduction({ logger });
    const cache = untyped(app);
    expect([await cache.get(undefined), await cache.get('a', null), await cache.has(5)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect([await cache.getOrSet(undefined, load), await cache.put('a', load, { tags: 'posts' })]).toEqual([1, 1]);
    expect([await cache.getMany('ab'), await cache.setMany({})]).toEqual([new Map(), undefined]);
    expect(logger.errors('CacheService.get() goes on uncached: the cache key is undefined')).toHaveLength(1);
    await expect(cache.invalidateTags('posts')).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(cache.getOrSet('a', 5)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await app.stop();
  });
});
