import { genuine, isStandIn, standInFor } from '../../../lib/serialization/stand-in.js';
import { jest } from '@jest/globals';

const OBJECT = '{"id":1,"tags":["a","b"],"author":{"name":"Ann"},"__proto__":{"isAdmin":true}}';
const LIST = '[{"id":1},{"id":2},3]';

describe.each([OBJECT, LIST])('a stand-in for %s', (payload) => {
  const value = JSON.parse(payload) as object;

  it('is not parsed by what frameworks ask of any result', async () => {
    const parse = jest.spyOn(JSON, 'parse');
    const standIn = standInFor(payload);
    expect(Array.isArray(await Promise.resolve(standIn))).toBe(Array.isArray(value));
    expect(standIn instanceof Map).toBe(false);
    expect(Object.prototype.toString.call(standIn)).toBe(Object.prototype.toString.call(value));
    expect((standIn as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator]).toBeUndefined();
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it.each<[string, (object: object) => unknown]>([
    ['JSON', (object) => JSON.stringify(object)],
    ['a spread', (object) => ({ ...object })],
    ['the names of its properties', (object) => Object.keys(object)],
    ['a property', (object) => (object as { id?: unknown }).id],
    ['whether a property is there', (object) => ['id' in object, Object.hasOwn(object, '0')]],
    ['a property that was added', (object) => Object.entries(Object.assign(object, { added: 1 }))],
    ['a property that was taken away', (object) => [Reflect.deleteProperty(object, 'id'), Object.keys(object)]],
    ['what it is when it is frozen', (object) => [Object.isFrozen(Object.freeze(object)), JSON.stringify(object)]],
    [
      'what stands in its loop',
      (object) => {
        const names = [];
        for (const name in object) names.push(name);
        return names;
      },
    ],
  ])('shows %s of the value', (_, look) => {
    expect(look(standInFor(payload))).toEqual(look(JSON.parse(payload) as object));
  });

  it('becomes the value itself for who knows of it', () => {
    const standIn = standInFor(payload);
    expect([isStandIn(standIn), isStandIn(genuine(standIn))]).toEqual([true, false]);
    expect(structuredClone(genuine(standIn))).toEqual(value);
    expect(genuine(standIn)).toBe(genuine(standIn));
  });
});

it('an array that was not read is walked over', () => {
  expect([...(standInFor(LIST) as unknown[])]).toEqual([{ id: 1 }, { id: 2 }, 3]);
  expect((standInFor(LIST) as unknown[]).map((item) => typeof item)).toEqual(['object', 'object', 'number']);
});

it('an own __proto__ stays a property', () => {
  const value = genuine(standInFor(OBJECT));
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(JSON.stringify(value)).toBe(OBJECT);
});

it.each([undefined, null, 1, 'text', { id: 1 }])('%p is what it is', (value) => {
  expect(genuine(value)).toBe(value);
  expect(isStandIn(value)).toBe(false);
});

it.each<[string, (standIn: object) => object]>([
  ['a Proxy around it', (standIn) => new Proxy(standIn, {})],
  ['an object that inherits from it', (standIn) => Object.create(standIn) as object],
])('%s is no stand-in', (_what, around) => {
  const other = around(standInFor(OBJECT));
  expect(isStandIn(other)).toBe(false);
  expect(genuine(other)).toBe(other);
});
