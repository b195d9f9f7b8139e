import fc from 'fast-check';
import { cacheKeys, isCatalogKey, patternOfCatalogKey } from '../../../lib/keys/catalog.js';
import type { CatalogKey } from '../../../lib/keys/catalog.js';
import type { CatalogEntry } from '../../../lib/keys/catalog-entry.js';
import { pathOf } from '../../../lib/keys/escape.js';
import type { PlaceholderNames } from '../../../lib/keys/placeholder-names.js';
import { bindTemplate, resolvePattern } from '../../../lib/keys/resolver.js';
import { parseTemplate } from '../../../lib/keys/template.js';
import { values } from './arbitraries.js';
import { errorOf } from './errors-of.js';

const blog = cacheKeys('public:blog', {
  list: { key: 'list:<<query>>', ttl: '60s' },
  detail: { key: 'detail:<<id>>', ttl: '5m', nullTtl: '10s', tags: ['blog', 'post:<<id>>'] },
  page: 'page:{{ lang | en }}:<<number>>',
  feed: 'feed:<<user_id>>:<<@query.page>>',
});

describe('a key catalog', () => {
  it('puts its prefix in front of every template and keeps what is said about it', () => {
    expect(blog.detail).toMatchObject({
      template: 'public:blog:detail:<<id>>',
      where: 'cacheKeys("public:blog").detail',
      ttl: '5m',
      nullTtl: '10s',
      tags: ['blog', 'post:<<id>>'],
    });
    expect(blog.page.template).toBe('public:blog:page:{{ lang | en }}:<<number>>');
    expect('ttl' in blog.page).toBe(false);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(blog)).toBe(true);
    expect(Object.isFrozen(blog.detail)).toBe(true);
    expect(Object.isFrozen(blog.detail.tags)).toBe(true);
  });

  it('is recognised across copies of the library', () => {
    expect(isCatalogKey(blog.detail)).toBe(true);
    expect(isCatalogKey(blog.detail.with({ id: 1 }))).toBe(true);
    expect(isCatalogKey({ [Symbol.for('nestash.CatalogKey')]: true })).toBe(true);
    expect(isCatalogKey({ ...blog.detail })).toBe(false);
    expect(isCatalogKey(null)).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['an unknown option', { key: 'a', tll: '5m' }, 'OPTION_UNKNOWN'],
    ['a malformed template', { key: 'a:' }, 'TEMPLATE_MALFORMED'],
    ['a malformed template without options', 'a b', 'TEMPLATE_MALFORMED'],
    ['a wildcard', 'a:*', 'TEMPLATE_MALFORMED'],
    ['a bare number as ttl', { key: 'a', ttl: 60 }, 'DURATION_INVALID'],
    ['a malformed nullTtl', { key: 'a', nullTtl: '5 minutes' }, 'DURATION_INVALID'],
    ['a malformed tag', { key: 'a', tags: ['x:'] }, 'TEMPLATE_MALFORMED'],
    ['tags that are no array', { key: 'a', tags: 'x' }, 'OPTION_INVALID'],
    ['no key', { ttl: '5m' }, 'OPTION_INVALID'],
  ])('refuses %s, and says where', (_, entry, code) => {
    const error = errorOf(() => cacheKeys('public:blog', { broken: entry as CatalogEntry }));
    expect(error.code).toBe(code);
    expect(error.message).toContain('cacheKeys("public:blog").broken');
  });
});

describe('the path of a catalog key', () => {
  it('is that of the array with the same values', () => {
    fc.assert(
      fc.property(values, (id) => {
        fc.pre(id !== undefined && id !== null);
        expect(patternOfCatalogKey(blog.detail, { id }).pattern).toBe(pathOf(['public', 'blog', 'detail', id]));
      }),
    );
  });

  it('takes values for what comes from a request otherwise', () => {
    expect(patternOfCatalogKey(blog.feed, { user_id: 7, '@query.page': 2 }).pattern).toBe('public:blog:feed:7:2');
  });

  it('has no value that only the prototype has', () => {
    const inherited = Object.create({ id: 1 }) as { id: number };
    expect(patternOfCatalogKey(blog.detail, inherited)).toEqual({ pattern: 'public:blog:detail' });
  });

  it('takes a text that looks like a placeholder for a value', () => {
    expect(patternOfCatalogKey(blog.detail, { id: '<<result.id>>' }).pattern).toBe(
      'public:blog:detail:%3C%3Cresult.id%3E%3E',
    );
  });
});

describe('the pattern of a catalog key', () => {
  it('is its path when every value is there', () => {
    expect(patternOfCatalogKey(blog.detail, { id: 7 })).toEqual({ pattern: 'public:blog:detail:7' });
  });

  it('widens where a value is left out or is nothing', () => {
    expect(patternOfCatalogKey(blog.list, {})).toEqual({ pattern: 'public:blog:list' });
    expect(patternOfCatalogKey(blog.detail, { id: undefined })).toEqual({ pattern: 'public:blog:detail' });
    expect(patternOfCatalogKey(blog.detail, { id: null }).pattern).toBe('public:blog:detail');
  });

  it('widens where a value is left out that has a default, for the default is one value of many', () => {
    expect(patternOfCatalogKey(blog.page, { number: 1 })).toEqual({ pattern: 'public:blog:page' });
  });
});

describe('a catalog key with values', () => {
  it('has them in its path', () => {
    expect(patternOfCatalogKey(blog.detail.with({ id: 'a:b' }), {}).pattern).toBe('public:blog:detail:a%3Ab');
    expect(patternOfCatalogKey(blog.page.with({ number: 1 }).with({ lang: 'de' }), {}).pattern).toBe(
      'public:blog:page:de:1',
    );
  });

  it('leaves the key that it was made from as it was', () => {
    blog.detail.with({ id: 1 });
    expect(blog.detail.bindings.size).toBe(0);
  });

  it.each(['<<result.id>>', '{{ result.id }}'])('takes %s for another placeholder', (text) => {
    const key: CatalogKey = blog.detail.with({ id: text });
    const asked: string[] = [];
    const bound = bindTemplate<object>(
      parseTemplate(key.template, { where: 'here' }),
      (placeholder) => {
        asked.push(`${placeholder.root} ${placeholder.text}`);
        return () => 7;
      },
      key.bindings,
    );
    expect(resolvePattern(bound, {}).pattern).toBe('public:blog:detail:7');
    expect(asked).toEqual(['result result.id']);
  });

  it.each(['x<<result.id>>', '<<a>>-<<b>>', '<<a>>{{b}}', '<', ''])('takes %j for a value', (text) => {
    expect(patternOfCatalogKey(blog.detail.with({ id: text }), {}).pattern).toBe(
      pathOf(['public', 'blog', 'detail', text]),
    );
  });

  it('widens where nobody has a value for the new placeholder', () => {
    expect(patternOfCatalogKey(blog.page.with({ lang: '<<result.lang|en>>' }), {}).pattern).toBe('public:blog:page');
  });

  it('refuses a name that the template does not have, and a placeholder that is malformed', () => {
    // @ts-expect-error The compiler knows the names.
    const error = errorOf(() => blog.detail.with({ slug: 1 }));
    expect(error).toMatchObject({
      code: 'OPTION_UNKNOWN',
      details: { option: 'slug', where: 'cacheKeys("public:blog").detail.with()', available: ['id'] },
    });
    expect(errorOf(() => blog.detail.with({ id: '<<result id>>' })).code).toBe('TEMPLATE_MALFORMED');
  });
});

describe('the compiler', () => {
  type Same<A, B> = [A, B] extends [B, A] ? true : false;
  const proven = <T extends true>(...facts: T[]): number => facts.length;

  it('knows the names of placeholders', () => {
    const names: [
      Same<PlaceholderNames<'a:<<id>>:{{ dto.slug | x }}:<<@user.id>>'>, 'id' | 'dto.slug' | '@user.id'>,
      Same<PlaceholderNames<'a:b'>, never>,
      Same<PlaceholderNames<string>, string>,
    ] = [true, true, true];
    expect(proven(...names)).toBe(3);
  });

  it('checks the names that are given, and lets every key be passed on', () => {
    const keys: readonly CatalogKey[] = [blog.detail, blog.page, blog.detail.with({ id: 1 })];
    expect(keys).toHaveLength(3);
    // @ts-expect-error A bare number is no duration.
    expect(() => cacheKeys('a', { b: { key: 'c', ttl: 60 } })).toThrow('no duration');
  });
});
