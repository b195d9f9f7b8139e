import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ANONYMOUS, encodeSegment, encodeTag, pathOf, pathOfFunctionResult } from '../../../lib/keys/escape.js';
import { identityOf, scalars, texts, values } from './arbitraries.js';
import { reasonOf } from './errors-of.js';

describe('a segment', () => {
  it.each<[string, unknown, string]>([
    ['undefined', undefined, '~none'],
    ['null', null, '~null'],
    ['the empty text', '', '~empty'],
    ['nobody', ANONYMOUS, '~anon'],
    ['a number', 42, '42'],
    ['minus zero', -0, '0'],
    ['a bigint', 42n, '42'],
    ['a boolean', true, 'true'],
    ['what is special', ':*?[]\\%{}~<> ', '%3A%2A%3F%5B%5D%5C%25%7B%7D%7E%3C%3E%20'],
    ['control characters', '\u0000\n\u007f\u0085', '%00%0A%7F%C2%85'],
    [
      'invisible characters',
      '\u00a0\u200b\u202e\u2028\ufeff\u3000',
      '%C2%A0%E2%80%8B%E2%80%AE%E2%80%A8%EF%BB%BF%E3%80%80',
    ],
    ['letters of all scripts', 'é中😀-_.!$&|^', 'é中😀-_.!$&|^'],
    ['lone surrogates', '\ud800a\udfff', '%uD800a%uDFFF'],
    ['a text that looks encoded', '%uD800%3A', '%25uD800%253A'],
    ['a text that looks like a marker', '~none', '%7Enone'],
  ])('shows %s', (_, value, segment) => {
    expect(encodeSegment(value)).toBe(segment);
  });

  it('encodes every space, control, format, surrogate and private character that Unicode knows', () => {
    const left: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const character = String.fromCodePoint(code);
      if (/[\s\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}]/u.test(character) && encodeSegment(character) === character) {
        left.push(code.toString(16));
      }
    }
    expect(left).toEqual([]);
  });

  it('is the same for a scalar and its text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.bigInt({ min: 10n ** 200n })),
        (scalar) => {
          expect(encodeSegment(scalar)).toBe(encodeSegment(String(scalar)));
        },
      ),
    );
  });

  it('differs for all other values', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const same = isDeepStrictEqual(identityOf(one), identityOf(other));
        expect(encodeSegment(one) === encodeSegment(other)).toBe(same);
      }),
      { numRuns: 5_000 },
    );
  });

  it('holds no separator, no wildcard, and nothing that Redis or a terminal would take for more than text', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(encodeSegment(value)).toMatch(/^~?[^:*?[\]\\{}~<>\s\p{Cc}\p{Cf}\p{Cs}]+$/u);
      }),
      { numRuns: 2_000 },
    );
  });

  it('replaces a text of more than 128 encoded characters by its hash', () => {
    expect(encodeSegment('a'.repeat(128))).toBe('a'.repeat(128));
    expect(encodeSegment('a'.repeat(129))).toMatch(/^~[\w-]{22}$/);
    expect(encodeSegment(':'.repeat(42))).toBe('%3A'.repeat(42));
    expect(encodeSegment(':'.repeat(43))).toMatch(/^~[\w-]{22}$/);
    expect(encodeSegment('a'.repeat(129))).not.toBe(encodeSegment('a'.repeat(130)));
    expect(encodeSegment(10n ** 200n)).toBe(encodeSegment(String(10n ** 200n)));
  });

  it('tells a hashed text from an object with the same content', () => {
    const text = 'a'.repeat(129);
    expect(new Set([text, [text], { toJSON: () => text }].map((value) => encodeSegment(value))).size).toBe(3);
  });
});

describe('the path of an array', () => {
  it('differs for different values', () => {
    const arrays = fc.array(values, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(arrays, arrays, (one, other) => {
        const same = isDeepStrictEqual(one.map(identityOf), other.map(identityOf));
        expect(pathOf(one) === pathOf(other)).toBe(same);
      }),
      { numRuns: 3_000 },
    );
  });

  it('differs where only the division into elements differs', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(pathOf([one, other])).not.toBe(pathOf([`${one}:${other}`]));
        expect(pathOf([one, other])).not.toBe(pathOf([`${one}${other}`]));
      }),
    );
  });

  it('takes a hole for undefined', () => {
    expect(pathOf(new Array(2))).toBe('~none:~none');
  });

  it('is refused when the array is empty, too long or holds what no key can hold', () => {
    expect(reasonOf(() => pathOf([]))).toBe('is an empty array');
    expect(reasonOf(() => pathOf(new Array(33).fill(1)))).toBe('has more than 32 segments');
    expect(reasonOf(() => pathOf(new Array(9).fill('a'.repeat(128))))).toBe('is longer than 1024 characters');
    expect(reasonOf(() => pathOf(['a', () => 1]))).toBe(
      'goes on with a function at position 1, which cannot be part of a key',
    );
  });

  it('shows a refused long key cut short', () => {
    expect(() => pathOf(new Array(9).fill('a'.repeat(128)))).toThrow(/^.{200,500}$/);
  });
});

describe('the path of a string', () => {
  it('is the string, where it is the path of an array', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (elements) => {
        const path = pathOf(elements);
        expect(pathOf(path)).toBe(path);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused where no value encodes to one of its segments', () => {
    fc.assert(
      fc.property(texts, (text) => {
        // A text with "%" may be encoded already; what of those is refused, the examples below say.
        fc.pre(!/[:%]/.test(text));
        const isEncoded = text !== '' && encodeSegment(text) === text;
        const isMarker = /^~(none|null|empty|anon)$/.test(text);
        expect(reasonOf(() => pathOf(text)) === undefined).toBe(isEncoded || isMarker);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, string]>([
    ['', 'has an empty segment'],
    ['a::b', 'has an empty segment'],
    [':a', 'has an empty segment'],
    ['a:', 'has an empty segment'],
    ['a:b c', 'has a space in "b c"'],
    ['a:b*c?', 'has "*", "?" in "b*c?"'],
    ['a:\u0000\u200b', 'has U+0000, U+200B in "\\u0000\u200b"'],
    ['a:\ud800', 'has U+D800 in "\\ud800"'],
    ['a:<<id>>', 'has "<", ">" in "<<id>>"'],
    ['a:~root', 'has "~" in "~root"'],
    ['~p.acme:a', 'has "~" in "~p.acme"'],
    ['~gen:a', 'has "~" in "~gen"'],
    ['a:b c~none', 'has a space in "b c"'],
    ['a:~none*', 'has "*" in "*"'],
    ['a:~none~null', 'has "~" in "~none~null"'],
    [`a:${'b'.repeat(129)}`, 'has a segment of more than 128 characters, which only an array can name'],
    [new Array(33).fill('a').join(':'), 'has more than 32 segments'],
    [new Array(9).fill('a'.repeat(120)).join(':'), 'is longer than 1024 characters'],
  ])('refuses %j', (path, reason) => {
    expect(reasonOf(() => pathOf(path))).toBe(reason);
  });

  it.each(['%', '%4', '%zz', '%3a', '%41', '%C3', '%C3%A9', '%FF', '%u0041', '%uD83D%uDE00', '%uD80', '%2', '%C0%AF'])(
    'refuses %s, which encodes nothing',
    (segment) => {
      expect(reasonOf(() => pathOf(`a:${segment}`))).toBe(
        `has a "%" in "${segment}" that does not begin the encoding of a character, such as "%3A"`,
      );
    },
  );

  it.each([
    '%3A',
    '%25',
    '%00',
    '%E2%80%8B',
    '%EF%BB%BF',
    '%uD800',
    '%uDE00%uD83D',
    'a%20b%2A',
    '~none',
    '~empty',
    'post-~none',
    '~null.json',
  ])('takes %s', (segment) => {
    expect(pathOf(`a:${segment}`)).toBe(`a:${segment}`);
  });
});

describe('the path of what a key function returned', () => {
  it('is that of an array', () => {
    expect(pathOfFunctionResult(['a:b', '*', 1])).toBe('a%3Ab:%2A:1');
  });

  it('has everything but the colons of a string encoded', () => {
    expect(pathOfFunctionResult('a:b c:*:~none:<<id>>')).toBe('a:b%20c:%2A:%7Enone:%3C%3Cid%3E%3E');
    fc.assert(
      fc.property(
        fc.array(
          texts.filter((text) => !text.includes(':')),
          { minLength: 1, maxLength: 3 },
        ),
        (parts) => {
          expect(pathOfFunctionResult(parts.join(':'))).toBe(pathOf(parts));
        },
      ),
    );
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['the number 5', 5],
    ['an object', {}],
    ['an instance of Promise', Promise.resolve('a')],
  ])('is refused for %s', (found, result) => {
    expect(reasonOf(() => pathOfFunctionResult(result))).toBe(`is ${found} instead of an array or a string`);
  });
});

describe('a tag', () => {
  it('is a path, so that a template, a string and an array name the same one', () => {
    expect(encodeTag('author:7')).toBe('author:7');
    expect(encodeTag(['author', 7])).toBe('author:7');
    expect(encodeTag(7)).toBe('7');
  });

  it('tells a colon in a value from a separator', () => {
    expect(encodeTag(['author:7'])).toBe('author%3A7');
    expect(reasonOf(() => encodeTag('two words'))).toBe('has a space in "two words"');
  });
});

describe('scalars', () => {
  it('that are texts never give a marker', () => {
    fc.assert(
      fc.property(scalars, (value) => {
        fc.pre(value !== undefined && value !== null && value !== '');
        expect(encodeSegment(value)).not.toMatch(/^~(none|null|empty|anon)$/);
      }),
    );
  });
});
