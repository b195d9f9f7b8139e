import { runInNewContext } from 'node:vm';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { Serializer } from '../../../lib/serialization/codec.js';
import { acceptedValues, jsonValues } from './acceptable.js';
import { difference, sharedObject } from './sameness.js';

const serializer = new Serializer();

function roundTrip(value: unknown): unknown {
  return serializer.decode(serializer.encode(value));
}

describe('the lossless serializer', () => {
  it('gives back every accepted value unchanged', () => {
    fc.assert(
      fc.property(acceptedValues, (value) => {
        expect(difference(roundTrip(value), value)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('changes no value that it encodes', () => {
    fc.assert(
      fc.property(fc.clone(acceptedValues, 2), ([value, twin]) => {
        serializer.encode(value);
        expect(difference(value, twin)).toBeUndefined();
      }),
    );
  });

  it('shares no object with the value or with another result', () => {
    fc.assert(
      fc.property(acceptedValues, (value) => {
        const encoded = serializer.encode(value);
        const result = serializer.decode(encoded);
        expect(sharedObject(result, value)).toBeUndefined();
        expect(sharedObject(result, serializer.decode(encoded))).toBeUndefined();
      }),
    );
  });

  it('stores JSON types as plain JSON, exactly as JSON.stringify writes them', () => {
    fc.assert(
      fc.property(jsonValues, (value) => {
        expect(serializer.encode(value)).toEqual({ payload: JSON.stringify(value), serializer: 'json', form: 'value' });
      }),
    );
  });

  it('stores everything as JSON that can be read by eye', () => {
    const value = { at: new Date(0), tags: new Set(['a']), by: new Map([['x', 1n]]), gone: undefined };
    expect(serializer.encode(value)).toEqual({
      payload:
        '{"at":{"$date":"1970-01-01T00:00:00.000Z"},"tags":{"$set":["a"]},"by":{"$map":[["x",{"$bigint":"1"}]]},"gone":{"$undefined":true}}',
      serializer: 'tagged',
      form: 'value',
    });
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an undefined property', { a: undefined, b: 1 }],
    ['an undefined element', [undefined, 1]],
    ['an undefined key of a Map', new Map([[undefined, 1]])],
    ['NaN in a Set', new Set([NaN])],
    ['-0', [-0, 0]],
    ['an invalid date', new Date(NaN)],
    ['dates of any year', [new Date(8.64e15), new Date(-8.64e15), new Date(-1)]],
    ['a Buffer beside a Uint8Array', [Buffer.from('a'), new Uint8Array([97])]],
    ['a view of a part of a buffer', new Uint8Array(new ArrayBuffer(8), 2, 3)],
    ['a lone surrogate as value, key and element', { '\ud800': ['\udc00', new Map([['\ud800', 1]])] }],
    ['an own __proto__', [JSON.parse('{"__proto__":{"polluted":true}}'), 1n]],
    ['an own __proto__ whose value is tagged', [JSON.parse('[{"a":1,"__proto__":0}]').map(withDateAsProto)]],
    ['objects as keys of a Map', new Map([[{ a: 1 }, new Date(0)]])],
    ['more siblings than levels are allowed', Array.from({ length: 1_000 }, (_, index) => ({ at: new Date(index) }))],
    ['a shared reference', twice({ at: new Date(0) })],
  ])('keeps %s', (_kind, value) => {
    expect(difference(roundTrip(value), value)).toBeUndefined();
  });

  it('takes plain data, dates, maps, sets and bytes of another realm', () => {
    const foreign: unknown = runInNewContext(
      '({ list: [1], at: new Date(5), map: new Map([["a", 1]]), set: new Set([1]), bytes: new Uint8Array(2) })',
    );
    const own = { list: [1], at: new Date(5), map: new Map([['a', 1]]), set: new Set([1]), bytes: new Uint8Array(2) };
    expect(difference(roundTrip(foreign), own)).toBeUndefined();
  });

  it('takes the objects of a query parser, whose prototype is empty', () => {
    const query = Object.assign(Object.create(Object.create(null)), { page: '1' });
    expect(serializer.encode(query).payload).toBe('{"page":"1"}');
  });

  it('takes the dates of fake timers', () => {
    jest.useFakeTimers({ now: 42 });
    try {
      expect(serializer.encode(new Date()).payload).toBe('{"$date":"1970-01-01T00:00:00.042Z"}');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a value that imitates a tag', () => {
  const imitations = [
    { $date: '1970-01-01T00:00:00.000Z' },
    { $undefined: true },
    { $bigint: '1' },
    { $map: [] },
    { $codec: ['money', 1] },
    { $class: ['', {}] },
    { $buffer: 'aGk=' },
    { $$date: 1 },
    { $: { $$: { $$$: { $date: 1 } } } },
    { $unknown: 1 },
  ];

  it.each(imitations)('is given back as it was, alone and beside what is tagged: %j', (value) => {
    expect(serializer.encode(value).serializer).toBe('json');
    expect(difference(roundTrip(value), value)).toBeUndefined();
    expect(difference(roundTrip([value, 1n]), [value, 1n])).toBeUndefined();
    expect(difference(roundTrip({ $date: [value, 1n] }), { $date: [value, 1n] })).toBeUndefined();
  });
});

describe('a damaged payload', () => {
  const damaged = [
    '',
    '{',
    '[{"$date":"soon"}]',
    '[{"$date":1}]',
    '[{"$date":"2020"}]',
    '[{"$bigint":"1.5"}]',
    '[{"$bigint":1}]',
    '[{"$number":"1"}]',
    '[{"$undefined":false}]',
    '[{"$map":[[1]]}]',
    '[{"$map":{}}]',
    '[{"$map":[["a",1],["a",2]]}]',
    '[{"$set":[1,1]}]',
    '[{"$set":null}]',
    '[{"$bytes":"a"}]',
    '[{"$bytes":"????"}]',
    '[{"$buffer":7}]',
    '[{"$codec":["nobody",1]}]',
    '[{"$codec":"nobody"}]',
    '[{"$codec":["__proto__",1]}]',
    '[{"$class":[1,{}]}]',
    '[{"$class":["",[]]}]',
    '[{"$unknown":1}]',
    '[{"$constructor":1}]',
    '[{"$__proto__":1}]',
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    `${'{"$set":['.repeat(1_000)}${']}'.repeat(1_000)}`,
  ];

  it.each(damaged)('throws: %.40s', (payload) => {
    expect(() => serializer.decode({ payload, serializer: 'tagged', form: 'value' })).toThrow();
  });

  it('never pollutes a prototype, whatever it says', () => {
    const before = ['Object', 'Array', 'Map', 'Date'].map((name) => ownNames(name));
    fc.assert(
      fc.property(
        fc.oneof(
          jsonValues.map((value) => JSON.stringify(value)),
          fc.json(),
          fc.constantFrom(...damaged),
        ),
        (payload) => {
          for (const kind of ['json', 'tagged'] as const) decodeQuietly(payload, kind);
          decodeQuietly(`{"a":{"__proto__":${payload}},"__proto__":{"$set":[${payload}]}}`, 'tagged');
          decodeQuietly(`{"constructor":{"prototype":${payload}}}`, 'tagged');
        },
      ),
    );
    expect(['Object', 'Array', 'Map', 'Date'].map((name) => ownNames(name))).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('gives an own __proto__ back as a property and leaves the prototype alone', () => {
    const result = serializer.decode({
      payload: '{"__proto__":{"$map":[["polluted",true]]},"b":1}',
      serializer: 'tagged',
      form: 'value',
    }) as object;
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.keys(result)).toEqual(['__proto__', 'b']);
  });
});

function decodeQuietly(payload: string, kind: 'json' | 'tagged'): void {
  try {
    serializer.decode({ payload, serializer: kind, form: 'value' });
  } catch {
    // Damaged is fine here.
  }
}

function ownNames(name: string): string[] {
  const { prototype } = (globalThis as unknown as Record<string, { prototype: object }>)[name]!;
  return Reflect.ownKeys(prototype).map(String);
}

function twice(value: object): unknown {
  return [value, { again: value }];
}

function withDateAsProto(holder: object): object {
  Object.defineProperty(holder, '__proto__', {
    value: new Date(0),
    enumerable: true,
    writable: true,
    configurable: true,
  });
  return holder;
}
