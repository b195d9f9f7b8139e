import fc from 'fast-check';

const names = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '$date', '$$date', '$', '$undefined', '0', '10', 'a b', ''),
);

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\udfff\ud800', '$date', '\u2028', '\u0000'),
);

const scalars = fc.oneof(
  fc.constantFrom(null, true, false, 0, ''),
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  texts,
);

const lossless = fc.oneof(
  scalars,
  fc.constantFrom(undefined, NaN, Infinity, -Infinity, -0),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
);

/** Values of JSON types only. */
export const jsonValues: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, scalars, tie('array'), tie('object')),
  array: fc.array(tie('value'), { maxLength: 5 }),
  object: objectsOf(tie('value')),
})).value;

/** Everything that is accepted without a codec. */
export const acceptedValues: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    lossless,
    tie('array'),
    tie('object'),
    tie('map'),
    tie('set'),
  ),
  array: fc.array(tie('value'), { maxLength: 5 }),
  object: objectsOf(tie('value')),
  map: fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  set: fc.array(tie('value'), { maxLength: 4 }).map((members) => new Set(members)),
})).value;

function objectsOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc
    .tuple(fc.uniqueArray(fc.tuple(names, values), { maxLength: 5, selector: ([name]) => name }), fc.boolean())
    .map(([entries, bare]) => {
      const object = (bare ? Object.create(null) : {}) as object;
      for (const [name, value] of entries) {
        Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
      }
      return object;
    });
}
