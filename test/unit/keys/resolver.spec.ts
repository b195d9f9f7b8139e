import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { CacheError } from '../../../lib/core/errors.js';
import { ANONYMOUS, pathOf } from '../../../lib/keys/escape.js';
import { parsePattern } from '../../../lib/keys/groups.js';
import { bindTemplate, MISSING, readOwnPath, resolvePath, resolvePattern } from '../../../lib/keys/resolver.js';
import type { BoundTemplate, ResolvedPattern } from '../../../lib/keys/resolver.js';
import { parseTemplate } from '../../../lib/keys/template.js';
import { identityOf, texts, values } from './arbitraries.js';
import { errorOf } from './errors-of.js';

type Scope = Record<string, unknown>;

const where = 'Posts.find';

/** Gets values by name and path; a value that is an error is thrown. */
function bind(text: string): BoundTemplate<Scope> {
  return bindTemplate<Scope>(parseTemplate(text, { where, pattern: true }), ({ name, path }) => (scope) => {
    if (!Object.hasOwn(scope, name)) return MISSING;
    const value = readOwnPath(scope[name], path);
    if (value instanceof Error) throw value;
    return value;
  });
}

function path(text: string, scope: Scope): string {
  return resolvePath(bind(text), scope);
}

function pattern(text: string, scope: Scope): ResolvedPattern {
  return resolvePattern(bind(text), scope);
}

describe('the path of a template', () => {
  it('has the values in the place of the placeholders', () => {
    expect(path('public:post-<<id>>.json:<<dto.slug>>', { id: 7, dto: { slug: 'a b' } })).toBe(
      'public:post-7.json:a%20b',
    );
  });

  it('is that of the array with the same values', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(path('x:<<a>>:<<b>>', { a, b })).toBe(pathOf(['x', a, b]));
      }),
    );
  });

  it('differs for different values, also within a segment', () => {
    for (const text of ['x:<<a>>:<<b>>', 'x:pre-<<a>>:<<b>>-post']) {
      fc.assert(
        fc.property(fc.tuple(values, values), fc.tuple(values, values), ([a, b], [c, d]) => {
          const same = isDeepStrictEqual([a, b].map(identityOf), [c, d].map(identityOf));
          expect(path(text, { a, b }) === path(text, { a: c, b: d })).toBe(same);
        }),
        { numRuns: 2_000 },
      );
    }
  });

  it.each(['$&', '$$', "$'", '$1', '<<id>>', '{{id}}', '{0}', '<<b>>'])(
    'has the value %s in it literally and once',
    (value) => {
      expect(path('x:<<a>>:<<b>>', { a: value, b: 1 })).toBe(pathOf(['x', value, 1]));
    },
  );

  it('is well formed whatever is in the segment besides the value', () => {
    const literal = 'l'.repeat(100);
    for (const value of ['v', 'v'.repeat(28), 'v'.repeat(29), '', undefined, null, {}, ANONYMOUS]) {
      const result = path(`x:<<a>>${literal}:${literal}<<a>>`, { a: value });
      expect(pathOf(result)).toBe(result);
    }
  });

  it('takes undefined and null for values', () => {
    expect(path('x:<<a>>:<<b>>', { a: undefined, b: null })).toBe('x:~none:~null');
    expect(path('x:<<a>>', { a: ANONYMOUS })).toBe('x:~anon');
  });

  it('uses the default for undefined and for what is missing, and for nothing else', () => {
    expect(path('x:<<a|1:2>>', { a: undefined })).toBe('x:1%3A2');
    expect(path('x:<<a|1>>', {})).toBe('x:1');
    expect(path('x:<<a.b|1>>', { a: {} })).toBe('x:1');
    expect(
      path('x:<<a|1>>', { a: new CacheError('KEY_VALUE_MISSING', { placeholder: 'a', where, reason: 'no' }) }),
    ).toBe('x:1');
    expect(path('x:<<a|1>>:<<b|1>>:<<c|1>>', { a: null, b: '', c: ANONYMOUS })).toBe('x:~null:~empty:~anon');
    expect(path('x:<<a|>>', {})).toBe('x:~empty');
  });

  it('does not let a default hide another mistake', () => {
    const mistake = new CacheError('CONTEXT_MISSING', { placeholder: 'a', where });
    expect(errorOf(() => path('x:<<a|1>>', { a: mistake }))).toBe(mistake);
  });

  it('is refused when a value is missing', () => {
    expect(errorOf(() => path('x:<<a.b>>', { a: {} }))).toMatchObject({
      code: 'KEY_VALUE_MISSING',
      details: { placeholder: 'a.b', where, reason: 'no own property of that name holds a value' },
    });
  });

  it('is refused when a value cannot be part of a key', () => {
    expect(errorOf(() => path('x:<<a>>', { a: { run: () => 1 } }))).toMatchObject({
      code: 'KEY_VALUE_UNSUPPORTED',
      details: { placeholder: 'a', where, found: 'an object with a function at "run"' },
    });
  });

  it('is refused when it becomes too long, and when it has wildcards', () => {
    const text = new Array(9).fill('<<a>>').join(':');
    expect(errorOf(() => path(text, { a: 'a'.repeat(128) })).code).toBe('KEY_MALFORMED');
    expect(errorOf(() => path('x:*:y', {})).code).toBe('KEY_MALFORMED');
  });

  it('asks for the source of each placeholder once, and not in a call', () => {
    const asked: string[] = [];
    const bound = bindTemplate<Scope>(parseTemplate('x:<<a>>:<<b>>', { where }), ({ text }) => {
      asked.push(text);
      return (scope) => scope[text];
    });
    expect(resolvePath(bound, { a: 1, b: 2 })).toBe('x:1:2');
    expect(resolvePath(bound, { a: 3, b: 4 })).toBe('x:3:4');
    expect(asked).toEqual(['a', 'b']);
  });
});

describe('the pattern of a template', () => {
  it('never takes a value for a wildcard or a separator', () => {
    fc.assert(
      fc.property(texts, texts, (value, other) => {
        const parsed = parsePattern(pattern('posts:<<a>>', { a: value }).pattern);
        expect(parsed).toEqual({ kind: 'path', path: pathOf(['posts', value]) });
        const glob = parsePattern(pattern('posts:*:<<a>>', { a: value }).pattern);
        const matches = glob.kind === 'glob' && glob.matches(pathOf(['posts', 'x', other]));
        expect(matches).toBe(value === other);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([undefined, null])('widens where the value is %s', (a) => {
    expect(pattern('posts:<<a>>:x', { a })).toMatchObject({ pattern: 'posts', widened: { placeholder: 'a' } });
  });

  it('says nothing of widening when every value is there', () => {
    expect(pattern('posts:*:<<a>>', { a: 1 })).toEqual({ pattern: 'posts:*:1' });
    expect(pattern('posts:<<a|1>>', {})).toEqual({ pattern: 'posts:1' });
    expect(pattern('*', {})).toEqual({ pattern: '' });
  });

  it.each<[string, string]>([
    ['posts:<<no>>', 'posts'],
    ['posts:<<no>>:comments:<<a>>', 'posts'],
    ['posts:pre-<<no>>', 'posts'],
    ['posts:<<a>>:<<no>>', 'posts:1'],
    ['posts:*:<<no>>', 'posts'],
    ['<<no>>:posts', ''],
  ])('%s widens to the path in front of a value that is missing', (text, widened) => {
    expect(pattern(text, { a: 1 })).toMatchObject({ pattern: widened, widened: { placeholder: 'no' } });
  });

  it.each<[string, unknown]>([
    ['no context', new CacheError('CONTEXT_MISSING', { placeholder: 'a', where })],
    ['no identity', new CacheError('IDENTITY_MISSING', { where, found: 'an object' })],
    ['a value that cannot be part of a key', () => 1],
    ['a source that fails', new TypeError('broken')],
  ])('widens where there is %s', (_, a) => {
    const result = pattern('posts:<<a>>', { a });
    expect(result.pattern).toBe('posts');
    expect(result.widened?.placeholder).toBe('a');
    expect(result.widened?.reason).not.toBe('');
  });

  it('covers the path that the same template names for the same values', () => {
    const text = 'x:<<a>>:y-<<b>>:<<c>>:<<a>>:<<b>>:<<c>>';
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(values, fc.string({ minLength: 100, maxLength: 128 }))),
        (scope) => {
          for (const wild of [text, text.replace('x', '*'), text.replace('x', 'x*')]) {
            const parsed = parsePattern(pattern(wild, scope).pattern);
            const full = path(text, { a: 1, b: 2, c: 3, ...scope });
            const covered =
              parsed.kind === 'glob' ? parsed.matches(full) : `${full}:`.startsWith(parsed.path && `${parsed.path}:`);
            expect(covered).toBe(true);
          }
        },
      ),
    );
  });

  it('widens where it would become longer than a pattern may be', () => {
    const a = 'a'.repeat(128);
    expect(pattern('*:<<a>>:<<b>>', { a, b: a })).toEqual({
      pattern: `*:${a}`,
      widened: { placeholder: 'b', reason: 'with its value the pattern would be too long' },
    });
    expect(pattern(`x:${new Array(9).fill('<<a>>').join(':')}`, { a }).pattern).toHaveLength(1 + 7 * 129);
  });
});

describe('a value by its path', () => {
  it('is found through own properties of objects and arrays', () => {
    expect(readOwnPath({ a: [{ b: 0 }] }, ['a', '0', 'b'])).toBe(0);
    expect(readOwnPath('text', [])).toBe('text');
    expect(readOwnPath(undefined, [])).toBeUndefined();
    expect(readOwnPath(null, [])).toBeNull();
    expect(readOwnPath({ a: null }, ['a'])).toBeNull();
    expect(readOwnPath(JSON.parse('{"__proto__":{"x":1}}'), ['__proto__', 'x'])).toBe(1);
  });

  it.each<[string, unknown, string[]]>([
    ['a property of the prototype', {}, ['__proto__', 'x']],
    ['the constructor', {}, ['constructor', 'name']],
    [
      'a getter of the class',
      new (class {
        get id() {
          return 1;
        }
      })(),
      ['id'],
    ],
    ['a property of a text', 'text', ['length']],
    ['a property of a function', () => 1, ['name']],
    ['an entry of a Map', new Map([['a', 1]]), ['a']],
    ['a property of undefined', undefined, ['a']],
    ['a property of null', { a: null }, ['a', 'b']],
    ['undefined at the end', { a: undefined }, ['a']],
    ['null on the way', { a: null }, ['a', 'b']],
    ['undefined at the end', { a: undefined }, ['a']],
  ])('is missing when it is %s', (_, value, steps) => {
    expect(readOwnPath(value, steps)).toBe(MISSING);
  });
});
