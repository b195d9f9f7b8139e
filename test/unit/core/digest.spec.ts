import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { digest, DIGEST_LENGTH, UnsupportedValue } from '../../../lib/core/digest.js';

class Query {
  constructor(
    public page: number,
    public tags: string[] = [],
  ) {}

  get isFirst(): boolean {
    return this.page === 1;
  }
}

/** Values that look alike, so that equal and nearly equal pairs are drawn often. */
const { alike } = fc.letrec((tie) => ({
  leaf: fc.constantFrom<unknown>(
    1,
    '1',
    1n,
    true,
    'T',
    null,
    undefined,
    'u',
    0,
    -0,
    NaN,
    '',
    's1:1',
    'n1;',
    '{}',
    '\ud800',
  ),
  list: fc.array(tie('alike'), { maxLength: 2 }),
  alike: fc.oneof(
    { maxDepth: 3, depthSize: 'medium' },
    tie('leaf'),
    tie('list'),
    tie('list').map((list) => new Set(list as unknown[])),
    fc.array(fc.tuple(tie('leaf'), tie('alike')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.dictionary(fc.constantFrom('a', 'b', '1', ''), tie('alike'), { maxKeys: 2, noNullPrototype: true }),
    tie('list').map((list) => Object.assign(new Array<unknown>(3), list)),
  ),
}));

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

function foundIn(value: unknown): string | undefined {
  try {
    digest(value);
    return undefined;
  } catch (error) {
    return error instanceof UnsupportedValue ? error.found : String(error);
  }
}

function holes(count: number): unknown[] {
  return new Array<unknown>(count);
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

describe('the digest of a value', () => {
  it('is 22 characters of base64url', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(digest(value)).toMatch(/^[\w-]{22}$/);
      }),
    );
    expect(DIGEST_LENGTH).toBe(22);
  });

  it('stays the same from release to release', () => {
    // Stored keys contain it: another result orphans every entry, and splits old pods from new ones in a rolling deploy.
    expect(digest({ b: [1, '2', null], a: new Date(0) })).toBe('TPr7JybugZe7vxlslNAT3v');
  });

  it('is the same for values that are deeply equal, and differs for all others', () => {
    fc.assert(
      fc.property(alike, alike, (one, other) => {
        expect(digest(one) === digest(other)).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is the same for two copies of one value', () => {
    fc.assert(
      fc.property(fc.clone(anything, 2), ([one, other]) => {
        expect(digest(one)).toBe(digest(other));
      }),
    );
  });

  it.each<[string, unknown[]]>([
    [
      'scalars of different types',
      [
        1,
        '1',
        1n,
        true,
        'true',
        null,
        'null',
        undefined,
        'undefined',
        [],
        {},
        '',
        0,
        -0,
        NaN,
        'NaN',
        Infinity,
        -Infinity,
      ],
    ],
    ['a hole, undefined, and nothing', [[], [undefined], holes(1), [undefined, undefined], holes(2), { 0: undefined }]],
    [
      'collections with the same content',
      [['a', 1], new Set(['a', 1]), new Map([['a', 1]]), { a: 1 }, [['a', 1]], { 0: 'a', 1: 1 }],
    ],
    [
      'empty objects of different types',
      [[], {}, new Map(), new Set(), new Uint8Array(), Buffer.alloc(0), new Uint16Array()],
    ],
    [
      'bytes and what they look like',
      [new Uint8Array([1, 2]), Buffer.from([1, 2]), new Int8Array([1, 2]), [1, 2], '1,2'],
    ],
    ['a date and what it looks like', [new Date(0), new Date(1), new Date(NaN), 0, '1970-01-01T00:00:00.000Z', {}]],
    ['texts that are drawn alike', ['\u00e9', 'e\u0301', '\ud800', '\udc00', '\ufffd', '\ud83d\ude00', '\u0000', '']],
    ['a property that is undefined, and none', [{ a: undefined }, {}, { a: null }, { b: undefined }]],
    ['data that is divided differently', [['a', 'b'], ['ab'], ['a,b'], [['a'], 'b'], { a: 'b' }, { ab: '' }]],
    [
      'texts that hold the form of another',
      [
        ['a', 'bs1sc'],
        ['as1sb', 'c'],
        ['a', 'bs1:1s1:c'],
        ['as1:1s1:b', 'c'],
      ],
    ],
    [
      'an array with named properties and one without',
      [['a'], Object.assign(['a'], { index: 0 }), Object.assign(['a'], { index: 1 })],
    ],
    [
      'a built-in with properties of its own',
      [new Date(0), Object.assign(new Date(0), { zone: 'UTC' }), Object.assign(new Map(), { a: 1 }), new Map()],
    ],
    ['an object with a toJSON and the data it returns', [{ toJSON: () => 'a' }, 'a', new URL('http://a'), 'http://a/']],
  ])('differs for %s', (_, values) => {
    expect(new Set(values.map(digest)).size).toBe(values.length);
  });

  it.each<[string, unknown, unknown]>([
    ['object keys', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    [
      'Map entries',
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ],
    ['Set members', new Set([1, 'a', null]), new Set([null, 1, 'a'])],
  ])('does not depend on the order of %s', (_, one, other) => {
    expect(digest(one)).toBe(digest(other));
  });

  it('depends on the order of array elements', () => {
    expect(digest([1, 2])).not.toBe(digest([2, 1]));
  });

  it('takes an instance of a class for its enumerable data, together with its class', () => {
    expect(digest(new Query(2, ['a']))).toBe(digest(new Query(2, ['a'])));
    expect(digest(new Query(2, ['a']))).not.toBe(digest({ tags: ['a'], page: 2 }));
    expect(digest(new Query(2, ['a']))).not.toBe(digest(new Query(2, ['b'])));
  });

  it('takes an object without a prototype for a plain one', () => {
    expect(digest(Object.assign(Object.create(null) as object, { a: 1 }))).toBe(digest({ a: 1 }));
  });

  it('takes objects of another realm for those of this one', () => {
    const foreign: unknown = runInNewContext(
      '[{ a: 1 }, [1], new Map([[1, 2]]), new Set([1]), new Date(5), new Uint8Array([7])]',
    );
    expect(digest(foreign)).toBe(
      digest([{ a: 1 }, [1], new Map([[1, 2]]), new Set([1]), new Date(5), new Uint8Array([7])]),
    );
  });

  it('takes an object with a toJSON for the text that it returns, and for its own data where that is an object', () => {
    class Principal {
      constructor(
        readonly tenant: string,
        readonly name: string,
      ) {}
      toJSON(): unknown {
        return { name: this.name };
      }
    }
    expect(digest(new Principal('a', 'x'))).not.toBe(digest(new Principal('b', 'x')));
    expect(digest(new URL('https://a.example/x'))).not.toBe(digest(new URL('https://a.example/y')));
    const itself = { a: 1, toJSON: (): unknown => itself };
    expect(foundIn(itself)).toBe('an object with a function at "toJSON"');
  });

  it('sees only the bytes that a view shows', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    expect(digest(bytes.subarray(1, 3))).toBe(digest(new Uint8Array([2, 3])));
  });

  it('holds an array with a huge length and one element', () => {
    const sparse: unknown[] = [];
    sparse[4_000_000_000] = 1;
    expect(digest(sparse)).not.toBe(digest([1]));
  });

  it('accepts one object in two places', () => {
    const shared = { a: 1 };
    expect(digest([shared, shared])).toBe(digest([{ a: 1 }, { a: 1 }]));
  });

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['an instance of Promise', Promise.resolve()],
    [
      'an instance of Thenable',
      new (class Thenable {
        then(): void {}
      })(),
    ],
    ['an instance of Readable', Readable.from([])],
    ['an instance of EventEmitter with a property named by a symbol', new EventEmitter()],
    ['an instance of RegExp', /a/],
    ['an instance of Error', new Error('a')],
    ['an instance of URLSearchParams', new URLSearchParams('a=1')],
    [
      'an instance of Paths',
      new (class Paths {
        *[Symbol.iterator](): Generator<number> {}
      })(),
    ],
    [
      'an instance of Secretive',
      new (class Secretive {
        readonly #id = 1;
        id(): number {
          return this.#id;
        }
      })(),
    ],
    ['an object', Object.defineProperty({}, 'id', { value: 1 })],
    ['an instance of WeakMap', new WeakMap()],
    ['an instance of ArrayBuffer', new ArrayBuffer(1)],
    ['an instance of String', Object('a')],
    [
      'an object that cannot be read',
      {
        get a() {
          throw new Error('no');
        },
      },
    ],
    ['an object with a function at "a.1.b"', { a: [0, { b: () => 1 }] }],
    ['an instance of Map with a symbol at "a member"', new Map([['a', Symbol('b')]])],
  ])('refuses %s', (found, value) => {
    expect(foundIn(value)).toBe(found);
  });

  it('refuses a cycle', () => {
    const parent: Record<string, unknown> = {};
    parent['child'] = { parent };
    expect(foundIn(parent)).toBe('an object with a cycle at "child.parent"');
  });

  it('refuses more than 64 levels', () => {
    expect(foundIn(nested(64))).toBeUndefined();
    expect(foundIn(nested(65))).toContain('an array with more than 64 levels at');
    expect(foundIn(nested(100_000))).toContain('more than 64 levels');
  });
});
