import fc from 'fast-check';
import { CacheError } from '../../../lib/core/errors.js';
import { Serializer } from '../../../lib/serialization/codec.js';

class Money {
  constructor(readonly cents: number) {}
}

const money = {
  name: 'money',
  is: (value: unknown) => value instanceof Money,
  encode: (value: unknown) => (value as Money).cents,
  decode: (cents: unknown) => new Money(cents as number),
};

const SHAPE = { isFrozen: true };

describe('a value that callers share', () => {
  const serializer = new Serializer({ codecs: [money] });

  it('is frozen, however deep, and what it would be for an owner', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const encoded = serializer.encode(value, SHAPE);
        const frozen = serializer.decode(encoded, SHAPE);
        expect(frozen).toStrictEqual(serializer.decode(encoded));
        expect(objectsIn(frozen).every((object) => Object.isFrozen(object))).toBe(true);
      }),
    );
  });

  it('may hold what JSON has no type for, as long as it is no object', () => {
    const value = { nothing: undefined, list: [NaN, -0, 10n, { $date: 'a text' }] };
    const frozen = serializer.decode(serializer.encode(value, SHAPE), SHAPE);
    expect(frozen).toStrictEqual(value);
    expect(objectsIn(frozen).every((object) => Object.isFrozen(object))).toBe(true);
  });

  const UNFREEZABLE: [string, unknown][] = [
    ['Date', new Date(0)],
    ['Map', new Map([['a', 1]])],
    ['Set', new Set([1])],
    ['Buffer', Buffer.from('ab')],
    ['Uint8Array', new Uint8Array([1, 2])],
    ['Money', new Money(5)],
  ];

  it.each(UNFREEZABLE)('holds no %s', (name, value) => {
    const error = errorOf(() => serializer.encode({ posts: [{ value }] }, { ...SHAPE, where: 'PostsService.list' }));
    expect(CacheError.is(error, 'VALUE_NOT_SERIALIZABLE')).toBe(true);
    expect(error).toMatchObject({ details: { path: '$.posts[0].value' } });
    expect(error.message).toContain(`is an instance of ${name}, which cannot be frozen`);
  });

  it.each(UNFREEZABLE)('is not read from an entry that holds a %s', (_, value) => {
    const encoded = serializer.encode({ posts: [{ value }] });
    expect(() => serializer.decode(encoded, SHAPE)).toThrow('cannot be frozen');
    expect(serializer.decode(encoded)).toStrictEqual({ posts: [{ value }] });
  });
});

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It should have thrown.');
}
