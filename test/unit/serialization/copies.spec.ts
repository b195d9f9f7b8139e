import fc from 'fast-check';
import { Serializer } from '../../../lib/serialization/codec.js';
import { copyOfData } from '../../../lib/serialization/copies.js';

describe('a copy of decoded data', () => {
  const serializer = new Serializer();
  const decoded = (value: unknown): unknown => serializer.decode(serializer.encode(value));

  it.each([
    ['scalars', [1, 'text', true, null, undefined, -0, NaN, 10n]],
    ['what is nested', { list: [{ id: 1 }, [{ id: 2 }]], author: { name: 'Ann' } }],
    ['dates and bytes', { at: new Date(0), buffer: Buffer.from('ab'), bytes: new Uint8Array([1, 2]) }],
    ['a Map and a Set', { map: new Map<unknown, unknown>([[{ id: 1 }, new Set([{ id: 2 }])]]) }],
  ])('is equal, and shares no object: %s', (_, value) => {
    const master = decoded(value);
    const copy = copyOfData(master);
    expect(copy).toStrictEqual(master);
    expect(objectsIn(copy).some((object) => objectsIn(master).includes(object))).toBe(false);
  });

  it('is what decoding once more would give', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { payload } = serializer.encode(value);
        expect(JSON.stringify(copyOfData(JSON.parse(payload)))).toBe(payload);
      }),
    );
  });

  it('has an own __proto__, and what others wrote into the prototype of all objects is not in it', () => {
    const master = JSON.parse('{"__proto__":{"isAdmin":true},"id":1}') as object;
    Object.defineProperty(Object.prototype, 'polluted', { value: {}, enumerable: true, configurable: true });
    const copy = copyOfData(master) as object;
    Reflect.deleteProperty(Object.prototype, 'polluted');
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"isAdmin":true},"id":1}');
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect((copy as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const members = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return [value, ...members.flatMap(objectsIn)];
}
