import { Readable } from 'node:stream';
import fc from 'fast-check';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { CacheError } from '../../../lib/core/errors.js';
import { Serializer } from '../../../lib/serialization/codec.js';
import { prepareClassTransformer } from '../../../lib/serialization/dto.js';
import { acceptedValues, jsonValues } from './acceptable.js';
import { difference, sharedObject } from './sameness.js';

const serializer = new Serializer();
const WIRE = { form: 'wire' } as const;

function payloadOf(value: unknown): string {
  return serializer.encode(value, WIRE).payload;
}

function sent(value: unknown): unknown {
  return serializer.decode(serializer.encode(value, WIRE));
}

function refusalOf(value: unknown): { path: string; found: string; remedy: string } {
  try {
    serializer.encode(value, WIRE);
  } catch (error) {
    if (CacheError.is(error, 'VALUE_NOT_SERIALIZABLE')) return error.details;
    throw error;
  }
  throw new Error('The value was accepted.');
}

class Post {
  title = 'a';
  draft = undefined;
  #secret = 1;
  get shout(): string {
    return `${this.title}${this.#secret}`;
  }
  publish(): void {}
}

class Price {
  constructor(private readonly cents: number) {}
  toJSON(key: string): unknown {
    return { key, cents: this.cents, at: new Date(0) };
  }
}

class Secret {
  id = 1;
  @Exclude() password = 'secret';
}

class SecretHeir extends Secret {}

class WithNested {
  @Type(() => Secret) secret = new Secret();
}

class WithTransform {
  @Transform(() => 'x') name = 'y';
}

@Exclude()
class Hidden {
  @Expose() id = 1;
}

beforeAll(prepareClassTransformer);

describe('the form for the wire', () => {
  it('is what JSON.stringify sends, for every value that has no type JSON lacks', () => {
    fc.assert(
      fc.property(jsonValues, (value) => {
        expect(serializer.encode(value, WIRE)).toEqual({
          payload: JSON.stringify(value),
          serializer: 'json',
          form: 'wire',
        });
      }),
    );
  });

  it('is either what JSON.stringify sends, or refused', () => {
    fc.assert(
      fc.property(fc.array(acceptedValues), (value) => {
        let payload: string;
        try {
          payload = payloadOf(value);
        } catch (error) {
          expect(CacheError.is(error, 'VALUE_NOT_SERIALIZABLE')).toBe(true);
          return;
        }
        expect(payload).toBe(JSON.stringify(value));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a date', { at: new Date(0) }],
    ['an invalid date', { at: new Date(NaN) }],
    ['an undefined property', { a: undefined, b: 1 }],
    ['an undefined element', [undefined, 1]],
    ['a hole', new Array(3)],
    ['numbers that JSON lacks', [NaN, Infinity, -0]],
    ['an instance without decorators', [new Post()]],
    ['an object with toJSON', { price: new Price(5) }],
    ['an array of objects with toJSON', [new Price(5)]],
    ['a toJSON that returns nothing', { a: 1, b: { toJSON: () => undefined } }],
    ['a toJSON that returns itself', selfToJson()],
    [
      'an own accessor',
      {
        get a() {
          return 1;
        },
      },
    ],
    ['a hidden property', Object.defineProperty({ a: 1 }, 'hidden', { value: 1 })],
    ['a property named by a symbol', { a: 1, [Symbol('b')]: 2 }],
    ['a Proxy', new Proxy({ a: [1] }, {})],
    ['a Proxy of an array', { list: new Proxy([1, { a: 2 }], {}) }],
    ['an array with more than elements', Object.assign([1], { total: 1 })],
    ['an array of a derived class', new (class List extends Array<number> {})(1, 2)],
    ['a URL', { url: new URL('http://a/b') }],
    ['an own __proto__', JSON.parse('{"__proto__":{"a":1},"b":2}')],
    ['lone surrogates', { '\ud800': '\udfff' }],
    ['what looks like a tag', { $date: 'x', a: { $map: [] } }],
  ])('is what JSON.stringify sends: %s', (_kind, value) => {
    expect(payloadOf(value)).toBe(JSON.stringify(value));
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string that is JSON', '{"a":1}'],
    ['an empty string', ''],
    ['NaN', NaN],
    ['a number', 0],
    ['a boolean', false],
  ])('keeps %s at the root', (_kind, value) => {
    expect(difference(sent(value), value)).toBeUndefined();
    expect(serializer.encode(value, WIRE).form).toBe('wire');
  });

  it('is what a handler reads of an entry that a service stored', () => {
    const value = { at: new Date(0), gone: undefined, list: [NaN] };
    expect(serializer.decode(serializer.encode(value), WIRE)).toEqual(JSON.parse(JSON.stringify(value)));
    expect(() => serializer.decode(serializer.encode(new Map()), WIRE)).toThrow('which JSON empties');
  });

  it('changes no value and shares nothing with it', () => {
    const value = { at: new Date(0), post: new Post(), list: [{ a: undefined }] };
    const keys = JSON.stringify(Object.keys(value.list[0]!));
    expect(sharedObject(sent(value), value)).toBeUndefined();
    expect(value.at).toBeInstanceOf(Date);
    expect(value.post).toBeInstanceOf(Post);
    expect(JSON.stringify(Object.keys(value.list[0]!))).toBe(keys);
  });

  it('does not count what it drops', () => {
    const small = new Serializer({ maxValueBytes: 7 });
    expect(small.encode({ a: 1, dropped: undefined }, WIRE).payload).toBe('{"a":1}');
    expect(() => small.encode({ a: 10, dropped: undefined }, WIRE)).toThrow('longer than 7 bytes');
  });

  it('reads each accessor once', () => {
    let reads = 0;
    payloadOf({
      get a() {
        return ++reads;
      },
    });
    expect(reads).toBe(1);
  });

  it.each([
    ['a Map', new Map([[1, 2]]), 'an instance of Map, which JSON empties'],
    ['a Set', new Set([1]), 'an instance of Set, which JSON empties'],
    ['a function', () => 1, 'a function'],
    ['a symbol', Symbol('a'), 'a symbol'],
    ['a bigint', 1n, 'a bigint, for which JSON has no type'],
    ['a Buffer', Buffer.from('a'), 'an instance of Buffer, and binary results are not cached'],
    ['bytes', new Uint8Array(1), 'an instance of Uint8Array, and binary results are not cached'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'an instance of ArrayBuffer, and binary results are not cached'],
    ['a promise', Promise.resolve(1), 'a promise, which is no data'],
    [
      'a query',
      new (class Query {
        then() {}
      })(),
      'an instance of Query, which is no data',
    ],
    ['a stream', Readable.from(['a']), 'an instance of Readable, which is no data'],
    ['a web stream', new ReadableStream(), 'an instance of ReadableStream, which is no data'],
    ['a Response', new Response('a'), 'an instance of Response, which is no data'],
    ['a Blob', new Blob(['a']), 'an instance of Blob, which is no data'],
    ['headers', new Headers({ a: 'b' }), 'an instance of Headers, which is no data'],
    ['an error', new Error('a'), 'an instance of Error, which JSON empties'],
    ['a RegExp', /a/, 'an instance of RegExp, which JSON empties'],
    ['a boxed string', Object('a'), 'an instance of String, which is no data'],
    [
      'a field that is a function',
      new (class Bound {
        run = () => 1;
      })().run,
      'a function',
    ],
    ['a decorated class', new Secret(), 'an instance of Secret, which class-transformer decorates'],
    ['its heir', new SecretHeir(), 'an instance of SecretHeir, which class-transformer decorates'],
    ['a nested type', new WithNested(), 'an instance of WithNested, which class-transformer decorates'],
    ['a transformed class', new WithTransform(), 'an instance of WithTransform, which class-transformer decorates'],
    ['a class that hides all', new Hidden(), 'an instance of Hidden, which class-transformer decorates'],
  ])('refuses %s, at the root and anywhere below', (_kind, value, found) => {
    expect(refusalOf(value)).toMatchObject({ path: '$', found });
    expect(refusalOf({ list: [1, { 'a b': value }] })).toMatchObject({ path: '$.list[1]["a b"]', found });
    expect(refusalOf([Object.assign(new Post(), { of: value })])).toMatchObject({ path: '$[0].of', found });
    expect(refusalOf({ toJSON: () => ({ value: { value } }) })).toMatchObject({ path: '$.value.value', found });
  });

  it('names the remedy that keeps hidden what is hidden', () => {
    expect(refusalOf({ user: new Secret() }).remedy).toBe(
      'Return plain data or set { type: Secret }. What it excludes would be sent on a hit.',
    );
  });

  it('refuses a decorated class although it has a toJSON, which an outer serializer would not call', () => {
    class Converted {
      @Exclude() password = 'secret';
      toJSON(): unknown {
        return {};
      }
    }
    expect(refusalOf(new Converted()).found).toBe('an instance of Converted, which class-transformer decorates');
  });

  it('takes a bigint where the application gave all of them a toJSON', () => {
    try {
      Object.defineProperty(BigInt.prototype, 'toJSON', { value() { return String(this); }, configurable: true }); // prettier-ignore
      expect(payloadOf({ a: 12n })).toBe('{"a":"12"}');
    } finally {
      Reflect.deleteProperty(BigInt.prototype, 'toJSON');
    }
  });

  it('refuses cycles and depths without end', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['post'] = { author: cyclic };
    expect(refusalOf(cyclic)).toMatchObject({ path: '$.post.author', found: 'a reference back to $' });
    class Endless {
      toJSON(): unknown {
        return { next: new Endless() };
      }
    }
    expect(refusalOf(new Endless()).found).toBe('nested more than 200 levels deep');
  });

  it('tells with path and cause what throws while it is read', () => {
    const broken = { a: [{ get b(): never { throw new RangeError('broken'); } }] }; // prettier-ignore
    expect(refusalOf(broken)).toMatchObject({ path: '$.a[0].b', found: 'a value that throws when it is read' });
    expect(() => serializer.encode(broken, WIRE)).toThrow(expect.objectContaining({ cause: new RangeError('broken') }));
  });
});

function selfToJson(): unknown {
  return {
    value: new (class Self {
      a = 1;
      toJSON(): this {
        return this;
      }
    })(),
  };
}
