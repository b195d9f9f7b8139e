import { CacheError } from '../../../lib/core/errors.js';
import { Serializer } from '../../../lib/serialization/codec.js';
import { decimalCodec, objectIdCodec, type ValueCodec } from '../../../lib/serialization/value-codecs.js';
import { difference } from './sameness.js';

/** Looks like decimal.js: no constructor on the prototype, one on each instance. */
interface DecimalStandIn {
  constructor: new (text: string) => DecimalStandIn;
  text: string;
  toString(): string;
}

function makeDecimal(): new (text: string) => DecimalStandIn {
  const methods = {
    [Symbol.toStringTag]: 'Decimal',
    toString(this: DecimalStandIn) {
      return this.text.replace(/^-0$/, '0');
    },
    toFixed(this: DecimalStandIn) {
      return this.text;
    },
    isZero(this: DecimalStandIn) {
      return /^-?0$/.test(this.text);
    },
    isNegative(this: DecimalStandIn) {
      return this.text.startsWith('-');
    },
  };
  function Decimal(this: DecimalStandIn, text: string): void {
    this.constructor = Decimal as unknown as DecimalStandIn['constructor'];
    this.text = text;
  }
  Decimal.prototype = methods;
  return Decimal as unknown as new (text: string) => DecimalStandIn;
}

class ObjectId {
  constructor(private readonly hex: string) {}
  get _bsontype(): string {
    return 'ObjectId';
  }
  toHexString(): string {
    return this.hex;
  }
}

class Money {
  constructor(
    readonly amount: bigint,
    readonly since: Date,
  ) {}
}

const money: ValueCodec<Money> = {
  name: 'money',
  is: (value): value is Money => value instanceof Money,
  encode: ({ amount, since }) => ({ amount, since }),
  decode: (encoded) => {
    const { amount, since } = encoded as { amount: bigint; since: Date };
    return new Money(amount, since);
  },
};

const HEX = '65f0c0ffee65f0c0ffee65f0';

describe('a codec', () => {
  const serializer = new Serializer({ codecs: [money] });
  const roundTrip = (value: unknown): unknown => serializer.decode(serializer.encode(value));

  it('keeps its type wherever it stands, with everything that is accepted inside', () => {
    const price = new Money(5n, new Date(0));
    const value = { a: [price], b: new Map([['x', price]]), $money: price };
    expect(difference(roundTrip(value), value)).toBeUndefined();
    expect(difference(roundTrip(price), price)).toBeUndefined();
    expect((roundTrip(price) as Money).since).toBeInstanceOf(Date);
  });

  it('cannot be imitated', () => {
    const value = [{ $codec: ['money', { amount: 1 }] }, new Money(1n, new Date(0))];
    expect(difference(roundTrip(value), value)).toBeUndefined();
  });

  it('is asked only about what could not be stored otherwise', () => {
    const asked: unknown[] = [];
    const greedy = { ...money, is: (value: unknown): value is Money => asked.push(value) > 0 };
    const values = [1, 'a', null, {}, [], new Date(0), new Map(), new Set(), Buffer.from('a'), 1n, undefined];
    new Serializer({ codecs: [greedy] }).encode(values);
    expect(asked).toEqual([]);
  });

  it('is refused with the path inside of what it encodes', () => {
    const broken = new Serializer({ codecs: [{ ...money, encode: () => ({ run: () => 1 }) }] });
    expect(detailsOf(() => broken.encode([new Money(1n, new Date(0))]))).toMatchObject({
      path: '$[0].encode().run',
      found: 'a function',
    });
  });

  it.each([
    ['itself', (value: unknown) => value, 'a reference back to $[0]'],
    ['another one for ever', () => new Money(1n, new Date(0)), 'nested more than 200 levels deep'],
  ])('is refused when it encodes to %s', (_kind, encode, found) => {
    const broken = new Serializer({ codecs: [{ ...money, encode }] });
    expect(detailsOf(() => broken.encode([new Money(1n, new Date(0))])).found).toBe(found);
  });

  it('is named with path and cause when it throws', () => {
    const fail = (): never => {
      throw new RangeError('broken');
    };
    const broken = new Serializer({ codecs: [{ ...money, encode: fail, decode: fail }] });
    expect(detailsOf(() => broken.encode([new Money(1n, new Date(0))])).path).toBe('$[0].encode()');
    const encoded = serializer.encode(new Money(1n, new Date(0)));
    expect(() => broken.decode(encoded)).toThrow('broken');
  });

  it('makes an entry damaged where it is missing', () => {
    const encoded = serializer.encode(new Money(1n, new Date(0)));
    expect(() => new Serializer().decode(encoded)).toThrow('no codec "money"');
  });
});

describe('the codec of decimals', () => {
  const Decimal = makeDecimal();
  const serializer = new Serializer({ codecs: [decimalCodec(Decimal)] });

  it.each(['0', '-0', '0.1', '-12345678901234567890.123456789', '1e+9000', 'NaN', '-Infinity'])('keeps %s', (text) => {
    const result = serializer.decode(serializer.encode({ price: new Decimal(text) })) as { price: DecimalStandIn };
    expect(result.price).toBeInstanceOf(Decimal);
    expect(result.price.text).toBe(text);
  });

  it('knows the decimals of another copy of the package', () => {
    const Other = makeDecimal();
    expect(serializer.decode(serializer.encode(new Other('1.5')))).toBeInstanceOf(Decimal);
  });

  it('leaves other classes of that name alone', () => {
    class Unlike {
      readonly [Symbol.toStringTag] = 'Decimal';
    }
    expect(() => serializer.encode(new Unlike())).toThrow('is an instance of Unlike');
  });
});

describe('the codec of ObjectId', () => {
  const serializer = new Serializer({ codecs: [objectIdCodec(ObjectId)] });

  it('keeps its digits', () => {
    const id = new ObjectId(HEX);
    const encoded = serializer.encode({ _id: id });
    expect(encoded.payload).toBe(`{"_id":{"$codec":["objectId","${HEX}"]}}`);
    expect(difference(serializer.decode(encoded), { _id: id })).toBeUndefined();
  });

  it('knows the ids of another copy of the package, whatever a bundler called the class', () => {
    class Renamed extends ObjectId {}
    expect(serializer.decode(serializer.encode(new Renamed(HEX)))).toBeInstanceOf(ObjectId);
    const foreign = new (class a {
      _bsontype = 'ObjectID';
      toHexString = (): string => HEX;
    })();
    expect(serializer.decode(serializer.encode(foreign))).toBeInstanceOf(ObjectId);
  });

  it.each(['["objectId","zz"]', '["objectId",7]', '["objectId",{"$undefined":true}]'])('throws for %s', (body) => {
    const payload = `{"$codec":${body}}`;
    expect(() => serializer.decode({ payload, serializer: 'tagged', form: 'value' })).toThrow();
  });
});

function detailsOf(run: () => unknown): { path: string; found: string } {
  try {
    run();
  } catch (error) {
    if (CacheError.is(error, 'VALUE_NOT_SERIALIZABLE')) return error.details;
    throw error;
  }
  throw new Error('The value was accepted.');
}
