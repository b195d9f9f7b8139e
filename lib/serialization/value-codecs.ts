/**
 * How objects of one more type are stored. It is asked only about objects that could not be stored otherwise, so it
 * cannot take over plain objects, arrays, dates, maps, sets or binary data; and never in the form for the wire, where
 * an object's own `toJSON` decides.
 *
 * @example
 * const money: ValueCodec<Money> = {
 *   name: 'money',
 *   is: (value): value is Money => value instanceof Money,
 *   encode: (value) => [value.amount, value.currency],
 *   decode: ([amount, currency]: [bigint, string]) => new Money(amount, currency),
 * };
 */
export interface ValueCodec<T = unknown> {
  /** Names the type in the store, so it must be the same in every process and version. */
  readonly name: string;
  is(value: unknown): value is T;
  /** Anything that can itself be stored. */
  encode(value: T): unknown;
  /** Makes an object equal to the one that was encoded. What it throws makes the entry a miss. */
  decode(encoded: unknown): T;
}

interface DecimalLike {
  toString(): string;
}

interface ObjectIdLike {
  toHexString(): string;
}

/**
 * Stores the decimals of decimal.js and of Prisma, as their exact text.
 *
 * @param Decimal the class to make them with: `Prisma.Decimal`, or `Decimal` of decimal.js
 * @example CacheModule.forRoot({ codecs: [decimalCodec(Prisma.Decimal)], … })
 */
export function decimalCodec<T extends DecimalLike>(Decimal: new (text: string) => T): ValueCodec<T> {
  return {
    name: 'decimal',
    // An application may hold several clones of decimal.js (Prisma bundles one), and instanceof knows only one of them.
    is: (value): value is T =>
      value instanceof Decimal || (/^Decimal\d*$/.test(nameOf(value)) && hasMethods(value, ['toFixed', 'isZero'])),
    encode: (value) => (isNegativeZero(value) ? '-0' : value.toString()),
    decode: (encoded) => new Decimal(textOf(encoded)),
  };
}

/**
 * Stores the `ObjectId` of MongoDB and Mongoose, as its 24 hexadecimal digits.
 *
 * @param ObjectId the class to make them with: `ObjectId` of `mongodb` or `bson`, or `Types.ObjectId` of `mongoose`
 * @example CacheModule.forRoot({ codecs: [objectIdCodec(Types.ObjectId)], … })
 */
export function objectIdCodec<T extends ObjectIdLike>(ObjectId: new (hex: string) => T): ValueCodec<T> {
  return {
    name: 'objectId',
    is: (value): value is T =>
      value instanceof ObjectId || (/^Object(Id|ID)\d*$/.test(nameOf(value)) && hasMethods(value, ['toHexString'])),
    encode: (value) => value.toHexString(),
    decode: (encoded) => {
      const hex = textOf(encoded);
      if (!/^[0-9a-f]{24}$/i.test(hex)) throw new TypeError('not an ObjectId');
      return new ObjectId(hex);
    },
  };
}

/** Bundlers rename classes, but not the names that objects themselves give to their type. */
function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const { _bsontype: bsonType, [Symbol.toStringTag]: tag, constructor } = value as Record<string | symbol, unknown>;
  const name: unknown = bsonType ?? tag ?? (typeof constructor === 'function' ? constructor.name : '');
  return typeof name === 'string' ? name : '';
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/** `toString` of decimal.js writes -0 as 0. */
function isNegativeZero(value: DecimalLike): boolean {
  const decimal = value as Partial<Record<'isZero' | 'isNegative', () => boolean>>;
  return decimal.isZero?.() === true && decimal.isNegative?.() === true;
}

function textOf(encoded: unknown): string {
  if (typeof encoded !== 'string') throw new TypeError('not a text');
  return encoded;
}
