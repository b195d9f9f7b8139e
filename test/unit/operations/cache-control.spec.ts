import 'reflect-metadata';
import { CacheControl, Cacheable } from '../../../lib/index.js';
import type { CacheControlOptions } from '../../../lib/index.js';
import { cacheControlOf, checkedCacheControl } from '../../../lib/operations/cache-control.js';

const WHERE = '@CacheControl of A.b';

function textOf(options: CacheControlOptions): string {
  return checkedCacheControl(options, WHERE).text;
}

describe('the directives of @CacheControl', () => {
  it.each<[CacheControlOptions, string]>([
    [{ public: true, maxAge: '1h', mustRevalidate: true }, 'public, must-revalidate, max-age=3600'],
    [{ private: true, maxAge: '30s' }, 'private, max-age=30'],
    [{ noStore: true, noTransform: true }, 'no-store, no-transform'],
    [{ private: true, noCache: true }, 'private, no-cache'],
    [{ public: true, sMaxAge: '1d', proxyRevalidate: true }, 'public, proxy-revalidate, s-maxage=86400'],
    [{ maxAge: '365d', immutable: true }, 'max-age=31536000, immutable'],
    [
      { maxAge: '1m', staleWhileRevalidate: '5m', staleIfError: '1d' },
      'max-age=60, stale-while-revalidate=300, stale-if-error=86400',
    ],
    [{ maxAge: '1.5m', public: false }, 'max-age=90'],
  ])('of %j are %s', (options, text) => {
    expect(textOf(options)).toBe(text);
  });

  it.each<[string, CacheControlOptions]>([
    ['public', { private: true, public: true }],
    ['sMaxAge', { private: true, sMaxAge: '1m' }],
    ['maxAge', { noStore: true, maxAge: '1m' }],
    ['private', { noStore: true, private: true }],
    ['maxAge', { noCache: true, maxAge: '1m' }],
    ['staleIfError', { mustRevalidate: true, maxAge: '1m', staleIfError: '1m' }],
    ['immutable', { immutable: true }],
    ['staleWhileRevalidate', { staleWhileRevalidate: '1m' }],
    ['maxAge', { maxAge: '1500ms' }],
    ['mustRevalidate', { mustRevalidate: 'yes' as never }],
    ['options', {}],
    ['options', { public: false }],
  ])('refuse "%s" in %j', (option, options) => {
    expect(() => textOf(options)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => textOf(options)).toThrow(`${WHERE}: the option "${option}" is`);
  });

  it('refuse numbers and what does not exist', () => {
    expect(() => textOf({ maxAge: 3600 as never })).toThrow(expect.objectContaining({ code: 'DURATION_INVALID' }));
    expect(() => textOf({ maxage: '1h' } as never)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });

  it('are read from the method, above and below @Cacheable', () => {
    class Terms {
      @CacheControl({ public: true })
      @Cacheable('public:above')
      async above(): Promise<number> {
        return 1;
      }

      @Cacheable('public:below')
      @CacheControl({ private: true })
      async below(): Promise<number> {
        return 1;
      }

      async other(): Promise<number> {
        return 1;
      }
    }
    const { above, below, other } = Terms.prototype;
    expect([above, below, other].map((each) => cacheControlOf(each)?.text)).toEqual(['public', 'private', undefined]);
  });

  it('refuse to stand on what is no method, and say where they are wrong', () => {
    class Terms {
      static shared(): void {}
      terms(): void {}
    }
    const put = (target: object, method: string, options: CacheControlOptions): void => {
      CacheControl(options)(target, method, Object.getOwnPropertyDescriptor(target, method)!);
    };
    expect(() => put(Terms, 'shared', { public: true })).toThrow(
      expect.objectContaining({ code: 'METHOD_NOT_CACHEABLE' }),
    );
    expect(() => put(Terms.prototype, 'terms', { public: true, private: true })).toThrow(
      '@CacheControl of Terms.terms',
    );
  });
});
