import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { Exclude } from 'class-transformer';
import { CacheError } from '../../../lib/core/errors.js';
import type { EntryForm } from '../../../lib/core/entry.js';
import { Serializer, type SerializerOptions } from '../../../lib/serialization/codec.js';
import { prepareClassTransformer } from '../../../lib/serialization/dto.js';
import { difference } from './sameness.js';

class Entity {
  id = 1;
}

class Decorated {
  @Exclude() password = 'secret';
}

const codec = { name: 'a', is: (_value: unknown): _value is never => false, encode: () => 1, decode: () => 1 as never };
const serializers = { lossless: new Serializer(), json: new Serializer({ serializer: 'json' }) };

beforeAll(prepareClassTransformer);

/**
 * What becomes of a kind of value under `lossless`, under `json`, and in the form for the wire: `same`, `sent` (what
 * JSON.stringify makes of it), or `refused`. There is nothing else.
 */
type Fate = 'same' | 'sent' | 'refused';
const kinds: readonly [string, unknown, readonly [lossless: Fate, json: Fate, wire: Fate]][] = [
  ['a string', 'a', ['same', 'same', 'same']],
  ['an empty string', '', ['same', 'same', 'same']],
  ['a lone surrogate', '\ud800', ['same', 'same', 'same']],
  ['a number', 1.5, ['same', 'same', 'same']],
  ['NaN', { a: NaN }, ['same', 'refused', 'sent']],
  ['Infinity', [Infinity], ['same', 'refused', 'sent']],
  ['-0', [-0], ['same', 'refused', 'sent']],
  ['a boolean', true, ['same', 'same', 'same']],
  ['null', null, ['same', 'same', 'same']],
  ['undefined', undefined, ['same', 'refused', 'same']],
  ['an undefined property', { a: undefined }, ['same', 'refused', 'sent']],
  ['an undefined element', [undefined], ['same', 'refused', 'sent']],
  ['a bigint', 1n, ['same', 'refused', 'refused']],
  ['a plain object', { a: { b: 1 } }, ['same', 'same', 'same']],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), ['same', 'same', 'same']],
  ['an object of another realm', runInNewContext('({ a: [1] })'), ['same', 'same', 'same']],
  ['an own __proto__', JSON.parse('{"__proto__":1}'), ['same', 'same', 'same']],
  ['what looks like a tag', { $date: 'x' }, ['same', 'same', 'same']],
  ['an array', [1, [2]], ['same', 'same', 'same']],
  ['an array with a hole', new Array(1), ['refused', 'refused', 'sent']],
  ['an array with a property', Object.assign([1], { a: 1 }), ['refused', 'refused', 'sent']],
  ['a Date', new Date(0), ['same', 'refused', 'refused']],
  ['an invalid Date', [new Date(NaN)], ['same', 'refused', 'sent']],
  ['a derived Date', new (class Day extends Date {})(0), ['refused', 'refused', 'refused']],
  ['a Map', new Map([[1, 2]]), ['same', 'refused', 'refused']],
  ['a Set', new Set([1]), ['same', 'refused', 'refused']],
  ['a WeakMap', new WeakMap(), ['refused', 'refused', 'refused']],
  ['a Buffer', Buffer.from('a'), ['same', 'refused', 'refused']],
  ['a Uint8Array', new Uint8Array(1), ['same', 'refused', 'refused']],
  ['another typed array', new Int16Array(1), ['refused', 'refused', 'refused']],
  ['an ArrayBuffer', new ArrayBuffer(1), ['refused', 'refused', 'refused']],
  ['an instance of a class', new Entity(), ['refused', 'refused', 'sent']],
  ['an instance of a decorated class', new Decorated(), ['refused', 'refused', 'refused']],
  ['an object with toJSON', new URL('http://a'), ['refused', 'refused', 'refused']],
  ['a function', () => 1, ['refused', 'refused', 'refused']],
  ['a method', { run() {} }, ['refused', 'refused', 'refused']], // prettier-ignore
  ['a class', Entity, ['refused', 'refused', 'refused']],
  ['a symbol', Symbol('a'), ['refused', 'refused', 'refused']],
  ['a property named by a symbol', { [Symbol('a')]: 1 }, ['refused', 'refused', 'sent']],
  ['an accessor', { get a() { return 1; } }, ['refused', 'refused', 'sent']], // prettier-ignore
  ['a hidden property', Object.defineProperty({}, 'a', { value: 1 }), ['refused', 'refused', 'sent']],
  ['a Proxy', new Proxy({ a: 1 }, {}), ['refused', 'refused', 'same']],
  ['a RegExp', /a/, ['refused', 'refused', 'refused']],
  ['an Error', new Error('a'), ['refused', 'refused', 'refused']],
  ['a boxed number', Object(1), ['refused', 'refused', 'refused']],
  ['a promise', Promise.resolve(1), ['refused', 'refused', 'refused']],
  ['a stream', Readable.from(['a']), ['refused', 'refused', 'refused']],
  ['a generator', (function* () { yield 1; })(), ['refused', 'refused', 'refused']], // prettier-ignore
  ['an emitter', Object.assign(new EventEmitter(), { on: () => 1 }), ['refused', 'refused', 'refused']],
  ['a Response', new Response('a'), ['refused', 'refused', 'refused']],
  ['arguments', runInNewContext('(function () { return arguments; })(1)'), ['refused', 'refused', 'sent']],
  ['a cycle', cycle(), ['refused', 'refused', 'refused']],
];

describe('every kind of value comes back the same or is refused', () => {
  it.each(kinds)('%s', (_kind, value, [lossless, json, wire]) => {
    expect(fateOf(serializers.lossless, value, 'value')).toBe(lossless);
    expect(fateOf(serializers.json, value, 'value')).toBe(json);
    expect(fateOf(serializers.lossless, value, 'wire')).toBe(wire);
  });

  it('on every level', () => {
    for (const [, value, [lossless, json]] of kinds) {
      expect(fateOf(serializers.lossless, { a: [value] }, 'value')).toBe(lossless);
      expect(fateOf(serializers.json, { a: [value] }, 'value')).toBe(json);
    }
  });
});

describe('the options of a serializer', () => {
  it.each<[string, string, unknown]>([
    ['OPTION_UNKNOWN', 'serialiser', { serialiser: 'json' }],
    ['OPTION_INVALID', 'serializer', { serializer: 'msgpack' }],
    ['OPTION_INVALID', 'maxValueBytes', { maxValueBytes: 0 }],
    ['OPTION_INVALID', 'maxValueBytes', { maxValueBytes: '1 MiB' }],
    ['OPTION_INVALID', 'codecs', { codecs: codec }],
    ['OPTION_INVALID', 'codecs', { codecs: [null] }],
    ['OPTION_INVALID', 'codecs', { codecs: [{ ...codec, name: '' }] }],
    ['OPTION_INVALID', 'codecs', { codecs: [{ ...codec, decode: undefined }] }],
    ['OPTION_INVALID', 'codecs', { codecs: [codec, { ...codec }] }],
    ['OPTION_INVALID', 'codecs', { serializer: 'json', codecs: [codec] }],
  ])('are refused with %s: %s (%#)', (code, option, options) => {
    expect(() => new Serializer(options as SerializerOptions, 'Here')).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ option, where: 'Here' }) }),
    );
  });

  it('may all be left out', () => {
    expect(() => new Serializer({ serializer: undefined, codecs: undefined, maxValueBytes: undefined })).not.toThrow();
  });
});

describe('the serializer of JSON types', () => {
  it('says what JSON has no type for', () => {
    expect(() => serializers.json.encode({ at: new Date(0) })).toThrow(
      "$.at is an instance of Date, for which JSON has no type. Return JSON types only, or leave the option serializer at 'lossless'.",
    );
  });

  it('refuses a handler that returns nothing, for which there is no JSON', () => {
    expect(() => serializers.json.encode(undefined, { form: 'wire' })).toThrow('$ is undefined');
  });
});

function fateOf(serializer: Serializer, value: unknown, form: EntryForm): Fate {
  let result: unknown;
  try {
    result = serializer.decode(serializer.encode(value, { form }), { form });
  } catch (error) {
    if (!CacheError.is(error, 'VALUE_NOT_SERIALIZABLE')) throw error;
    expect(error.details.path).toMatch(/^\$/);
    return 'refused';
  }
  if (difference(result, value) === undefined) return 'same';
  expect(difference(result, JSON.parse(JSON.stringify(value)))).toBeUndefined();
  return 'sent';
}

function cycle(): unknown {
  const list: unknown[] = [];
  list.push({ list });
  return list;
}
