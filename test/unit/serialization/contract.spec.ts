import { Readable } from 'node:stream';
import fc from 'fast-check';
import { CacheError } from '../../../lib/core/errors.js';
import { Serializer, type ValueShape } from '../../../lib/serialization/codec.js';
import { acceptedValues } from './acceptable.js';

class User {
  id = 1;
}

const serializer = new Serializer();

function refusalOf(
  value: unknown,
  shape?: ValueShape,
  by = serializer,
): { path: string; found: string; remedy: string } {
  try {
    by.encode(value, shape);
  } catch (error) {
    if (CacheError.is(error, 'VALUE_NOT_SERIALIZABLE')) return error.details;
    throw error;
  }
  throw new Error('The value was accepted.');
}

const offenders: readonly [string, () => unknown][] = [
  ['an instance of User', () => new User()],
  ['a function', () => () => 1],
  ['a function', () => class {}],
  ['a symbol', () => Symbol('secret')],
  ['a promise', () => Promise.resolve(1)],
  ['an instance of RegExp', () => /a/],
  ['an instance of Error', () => new Error('secret')],
  ['an instance of URL', () => new URL('http://a')],
  ['an instance of Response', () => new Response('secret')],
  ['an instance of Readable', () => Readable.from(['a'])],
  ['an instance of WeakMap', () => new WeakMap()],
  ['an instance of Float32Array', () => new Float32Array(1)],
  ['an instance of ArrayBuffer', () => new ArrayBuffer(1)],
  ['an instance of String', () => Object('secret')],
  ['an instance of Late', () => new (class Late extends Date {})()],
  ['an instance of Date', () => new (class Date extends globalThis.Date {})(0)],
  ['an instance of Map', () => new (class Map extends globalThis.Map {})()],
  ['an instance of Index', () => new (class Index extends Map {})()],
  ['an instance of Bag', () => new (class Bag extends Set {})()],
  ['an instance of List', () => new (class List extends Array {})()],
  ['an instance of Blob', () => new (class Blob extends Uint8Array {})(1)],
  ['an instance of an anonymous class', () => Object.create({ inherited: 1 })],
  ['an instance of an anonymous class', () => Object.create(Object.create(Object.prototype))],
  ['a Proxy', () => new Proxy({ a: 1 }, {})],
  ['a Proxy', () => new Proxy([1], {})],
  ['a Proxy', () => revoked()],
  ['a built-in object with another prototype', () => Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype)],
];

/** Ways to hold a value, with the step that leads to it. */
const holders = fc.constantFrom<{ step: string; hold: (inner: unknown, sibling: unknown) => unknown }>(
  { step: '.author', hold: (author) => ({ author }) },
  { step: '.b', hold: (b, a) => ({ a, b }) },
  { step: '["a key"]', hold: (inner, last) => ({ 'a key': inner, last }) },
  { step: '.__proto__', hold: (inner) => Object.defineProperty({}, '__proto__', { value: inner, enumerable: true }) },
  { step: '["0"]', hold: (inner) => ({ 0: inner }) },
  { step: '.größe', hold: (größe) => ({ größe }) },
  { step: '[""]', hold: (inner) => ({ '': inner }) },
  { step: '[1]', hold: (inner, sibling) => [sibling, inner, sibling] },
  {
    step: '.get("id")',
    hold: (inner, sibling) =>
      new Map([
        ['first', sibling],
        ['id', inner],
      ]),
  },
  { step: '.get(7)', hold: (inner) => new Map([[7, inner]]) },
  { step: '.get(7n)', hold: (inner) => new Map([[7n, inner]]) },
  { step: '.get(undefined)', hold: (inner) => new Map([[undefined, inner]]) },
  { step: '.values()[0]', hold: (inner, sibling) => new Map([[{ sibling }, inner]]) },
  {
    step: '.keys()[1]',
    hold: (inner, sibling) =>
      new Map([
        ['first', sibling],
        [inner, sibling],
      ] as [unknown, unknown][]),
  },
  { step: '.values()[1]', hold: (inner, sibling) => new Set([[sibling], inner]) },
);

/** What is refused because of a member, with the step to that member. */
const faults: readonly [string, string, () => unknown][] = [
  [
    'an accessor',
    '.name',
    () => ({
      get name() {
        throw new Error('read');
      },
    }),
  ],
  ['an accessor', '.name', () => Object.defineProperty({}, 'name', { set() {}, enumerable: true })],
  ['an accessor', '[0]', () => Object.defineProperty([1], 0, { get: () => 1, enumerable: true, configurable: true })],
  ['a property that is not enumerable', '.hidden', () => Object.defineProperty({ a: 1 }, 'hidden', { value: 1 })],
  ['a property that is not enumerable', '[1]', () => Object.defineProperty([1, 2], 1, { enumerable: false })],
  ['a property named by a symbol', '[Symbol(tag)]', () => ({ a: 1, [Symbol('tag')]: 1 })],
  ['a property named by a symbol', '[Symbol(tag)]', () => Object.assign([1], { [Symbol('tag')]: 1 })],
  ['a hole in an array', '[1]', () => [1, , 3]], // eslint-disable-line no-sparse-arrays -- the hole is the point
  ['a hole in an array', '[0]', () => new Array(4_000_000_000)],
  ['a property on an array', '.total', () => Object.assign([1, 2], { total: 2 })],
  ['a hole in an array', '[1]', () => Object.assign([1, , 3], { total: 2 })], // eslint-disable-line no-sparse-arrays -- the hole is the point
  ['a property on an instance of Date', '.zone', () => Object.assign(new Date(0), { zone: 'UTC' })],
  ['a property on an instance of Date', '.toISOString', () => Object.assign(new Date(0), { toISOString: () => 'x' })],
  ['a property on an instance of Map', '.size2', () => Object.assign(new Map(), { size2: 1 })],
  ['a property on an instance of Set', '["a b"]', () => Object.assign(new Set(), { 'a b': 1 })],
  ['a property on an instance of Uint8Array', '.mime', () => Object.assign(new Uint8Array(2), { mime: 1 })],
  ['a property on an instance of Uint8Array', '.mime', () => Object.assign(new Uint8Array(5_000), { mime: 1 })],
  ['a property named by a symbol', '[Symbol(tag)]', () => Object.assign(Buffer.alloc(5_000), { [Symbol('tag')]: 1 })],
  ['a property on an instance of Buffer', '.mime', () => Object.assign(Buffer.from('a'), { mime: 1 })],
];

describe('the contract of values', () => {
  it('says what it found, where, and what to do', () => {
    const error = refusalOf({ items: [{}, {}, {}, { author: new User() }] });
    expect(error).toEqual({
      path: '$.items[3].author',
      found: 'an instance of User',
      remedy: 'Return plain data or set { type: User }.',
    });
    expect(() => serializer.encode({ author: new User() }, { where: 'Posts.find' })).toThrow(
      'Posts.find: $.author is an instance of User. Return plain data or set { type: User }.',
    );
  });

  it.each([
    ['a stream', 'Return its content as plain data.', () => Readable.from(['a'])],
    ['a body', 'Return its content as plain data.', () => new Response('a')],
    [
      'a query',
      'Run it, and return its result.',
      () =>
        new (class Query {
          then(): void {}
        })(),
    ],
    ['a promise', 'Await it before returning.', () => Promise.resolve(1)],
  ])('says what to do about %s', (_what, remedy, make) => {
    expect(refusalOf({ a: make() }).remedy).toBe(remedy);
  });

  it('names a codec as the remedy where no other object can be made of what a class hides', () => {
    class Money {
      #cents = 1;
      cents = () => this.#cents;
    }
    for (const value of [new URL('http://a'), new Money(), /a/]) {
      expect(refusalOf(value).remedy).toBe('Return plain data, or add a codec for it with { codecs: [ … ] }.');
    }
  });

  it.each(offenders)('refuses %s (%#)', (found, make) => {
    expect(refusalOf(make())).toMatchObject({ path: '$', found });
  });

  it.each(faults)('refuses %s at %s (%#)', (found, step, make) => {
    expect(refusalOf(make())).toMatchObject({ path: `$${step}`, found });
  });

  it('points at an offender wherever it stands in an accepted value', () => {
    const planted = fc.tuple(acceptedValues, fc.array(holders, { maxLength: 6 }), fc.constantFrom(...offenders));
    fc.assert(
      fc.property(planted, ([sibling, path, [found, make]]) => {
        const value = path.reduceRight((inner, holder) => holder.hold(inner, sibling), make());
        const steps = path.map((holder) => holder.step).join('');
        expect(refusalOf(value)).toMatchObject({ path: `$${steps}`, found });
      }),
      { numRuns: 1_000 },
    );
  });

  it('calls no accessor and no function of a value', () => {
    const calls: string[] = [];
    const value = {
      get a() {
        calls.push('a');
        return 1;
      },
    };
    refusalOf(value);
    refusalOf({ b: { toJSON: () => calls.push('toJSON') } });
    refusalOf(new Proxy({}, { ownKeys: () => [String(calls.push('ownKeys'))] }));
    expect(calls).toEqual([]);
  });

  it('gives nothing away of what it refuses', () => {
    const secrets = [Symbol('secret'), new Error('secret'), Object('secret'), new Response('secret')];
    for (const secret of secrets) expect(JSON.stringify(refusalOf({ a: secret }))).not.toContain('secret');
    const json = new Serializer({ serializer: 'json' });
    expect(JSON.stringify(refusalOf([1234567890123n], {}, json))).not.toContain('1234567890123');
  });

  it('accepts an empty array and object, frozen ones, and ones without a prototype', () => {
    for (const value of [
      [],
      {},
      Object.freeze({ a: Object.freeze([1]) }),
      Object.assign(Object.create(null), { a: 1 }),
    ]) {
      expect(serializer.encode(value).payload).toBe(JSON.stringify(value));
    }
  });
});

describe('a cycle', () => {
  it('is refused with where it leads back to', () => {
    const user: Record<string, unknown> = { name: 'a' };
    user['posts'] = [{ author: user }];
    expect(refusalOf({ user })).toMatchObject({ path: '$.user.posts[0].author', found: 'a reference back to $.user' });
  });

  it.each([
    ['an array', cycleOf([], (holder: unknown[], value) => holder.push(value)), '$[0]'],
    ['a Map', cycleOf(new Map(), (holder: Map<unknown, unknown>, value) => holder.set('me', value)), '$.get("me")'],
    [
      'the key of a Map',
      cycleOf(new Map(), (holder: Map<unknown, unknown>, value) => holder.set(value, 1)),
      '$.keys()[0]',
    ],
    ['a Set', cycleOf(new Set(), (holder: Set<unknown>, value) => holder.add(value)), '$.values()[0]'],
  ])('through %s is refused', (_kind, value, path) => {
    expect(refusalOf(value)).toMatchObject({ path, found: 'a reference back to $' });
  });

  it('is none where one object is held twice side by side', () => {
    const shared = { a: 1 };
    expect(serializer.encode([shared, shared, { shared }]).payload).toBe('[{"a":1},{"a":1},{"shared":{"a":1}}]');
  });
});

describe('the limits of a value', () => {
  it('let 200 levels pass and refuse one more', () => {
    expect(nested(200, serializer.decode(serializer.encode(nested(200))))).toBeDefined();
    expect(refusalOf(nested(201))).toMatchObject({
      path: `$${'[0]'.repeat(200)}`,
      found: 'nested more than 200 levels deep',
    });
  });

  it('refuse a depth without end', () => {
    expect(refusalOf(nested(100_000)).found).toBe('nested more than 200 levels deep');
  });

  it('let 200 levels of Maps be read again', () => {
    let value: unknown = 1n;
    for (let level = 0; level < 200; level++) value = new Map([['a', value]]);
    expect(() => serializer.decode(serializer.encode(value))).not.toThrow();
  });

  it.each([
    ['letters of one byte', 'a', 8],
    ['letters of two bytes', 'é', 4],
    ['letters of three bytes', '…', 2],
    ['emoji', '😀', 2],
  ])('count bytes of UTF-8: %s', (_kind, letter, count) => {
    const small = new Serializer({ maxValueBytes: 10 });
    expect(small.encode(letter.repeat(count)).payload).toHaveLength(letter.length * count + 2);
    expect(refusalOf(letter.repeat(count + 1), {}, small)).toEqual({
      path: '$',
      found: 'longer than 10 bytes as JSON',
      remedy: 'Cache less of it, or raise maxValueBytes.',
    });
  });

  it('never refuse what fits exactly, whatever it is', () => {
    fc.assert(
      fc.property(acceptedValues, (value) => {
        const { payload } = serializer.encode(value);
        const bytes = Buffer.byteLength(payload);
        expect(new Serializer({ maxValueBytes: bytes }).encode(value).payload).toBe(payload);
        if (bytes > 1) expect(() => new Serializer({ maxValueBytes: bytes - 1 }).encode(value)).toThrow(/longer than/);
      }),
    );
  });

  it('are 1 MiB unless another is set', () => {
    expect(serializer.encode('a'.repeat(1_048_574)).payload).toHaveLength(1_048_576);
    expect(refusalOf('a'.repeat(1_048_575)).found).toBe('longer than 1048576 bytes as JSON');
  });

  it('end the walk over a value that unfolds without end', () => {
    let value: unknown = 'a';
    for (let level = 0; level < 150; level++) value = [value, value];
    expect(refusalOf(value).found).toBe('longer than 1048576 bytes as JSON');
    expect(refusalOf(value, { form: 'wire' }).found).toBe('longer than 1048576 bytes as JSON');
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function nested(levels: number, value: unknown = 1): unknown {
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function cycleOf<T>(holder: T, add: (holder: T, value: unknown) => void): T {
  add(holder, holder);
  return holder;
}
