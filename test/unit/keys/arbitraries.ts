import fc from 'fast-check';

/** Any sequence of UTF-16 code units, with what is special in keys, templates, replacements and globs drawn often. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.oneof(
      fc.constantFrom(...':*?[]\\%{}~<>|,=$&^/.-_ab1 '),
      fc.constantFrom('\u0000', '\n', '\u00a0', '\u200b', '\u2028', '\ufeff', '\ud800', '\udc00', 'é', 'e\u0301', '😀'),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    ),
    maxLength: 12,
  }),
  fc.constantFrom(
    '',
    '*',
    '**',
    '?',
    '[a-z]',
    '[^a]',
    '\\',
    '{}',
    '%2A',
    '%',
    'a:b',
    '~none',
    '~null',
    '~empty',
    '~anon',
  ),
  fc.constantFrom('$&', '$$', '$1', '<<id>>', '{{id}}', '{0}', '__proto__', 'undefined', 'null', '..', '%uD800'),
  fc.string({ minLength: 100, maxLength: 300 }),
);

export const scalars: fc.Arbitrary<unknown> = fc.oneof(
  texts,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.constantFrom(1, '1', true, 'true', 1n, 0, null, undefined, 'NaN', NaN),
);

/** Values of every type that a key takes. */
export const values: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: scalars, weight: 4 },
  fc.array(scalars, { maxLength: 2 }),
  fc.dictionary(texts, scalars, { maxKeys: 2, noNullPrototype: true }),
  fc.date({ noInvalidDate: true }),
);

/** What a value is as far as keys tell: a scalar its text, everything else itself. */
export function identityOf(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : value;
}
