/** Mistakes in the hash that stands for an object in a key. */
const digest = { file: 'lib/core/digest.ts', tests: 'test/unit/core/digest.spec.ts' };

export default [
  {
    mistake: 'the digest of -0 is that of 0',
    ...digest,
    find: "Object.is(value, -0) ? 'n-0;' : ",
    replace: '',
    only: 'differs for scalars of different types',
  },
  {
    mistake: 'the digest of a number is that of its text',
    ...digest,
    find: "Object.is(value, -0) ? 'n-0;' : `n${value};`",
    replace: "text(Object.is(value, -0) ? '-0' : String(value))",
    only: 'differ',
  },
  {
    mistake: 'the digest of a bigint is that of a number',
    ...digest,
    find: '`i${value};`',
    replace: '`n${value};`',
    only: 'differ',
  },
  {
    mistake: 'the digest of undefined is that of null',
    ...digest,
    find: "return 'u';",
    replace: "return 'z';",
    only: 'differ',
  },
  {
    mistake: 'digests do not say how long a text is',
    ...digest,
    find: '`s${value.length}:${value}`',
    replace: '`s${value}`',
    only: 'differ',
  },
  {
    mistake: 'the digest depends on the order of keys',
    ...digest,
    find: 'Object.keys(value).sort()',
    replace: 'Object.keys(value)',
    only: 'does not depend on the order',
  },
  {
    mistake: 'the digest depends on the order of a Set',
    ...digest,
    find: 'forms.sort()',
    replace: 'forms',
    only: 'does not depend on the order',
  },
  {
    mistake: 'the digest of a Set is that of a Map',
    ...digest,
    find: "collection('S'",
    replace: "collection('M'",
    only: 'differ',
  },
  {
    mistake: 'the digest of a view shows all of its buffer',
    ...digest,
    find: 'Buffer.from(value.buffer, value.byteOffset, value.byteLength)',
    replace: 'Buffer.from(value.buffer)',
    only: 'sees only the bytes that a view shows',
  },
  {
    mistake: 'the digest of lone surrogates is one and the same',
    ...digest,
    find: "'utf16le'",
    replace: "'utf8'",
    only: 'differ',
  },
];
