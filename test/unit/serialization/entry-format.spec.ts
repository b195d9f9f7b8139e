import fc from 'fast-check';
import type { EntryHeader } from '../../../lib/core/entry.js';
import { formatHeader, parseHeader } from '../../../lib/serialization/entry-format.js';
import { PLAIN_HEADER } from '../../support/entry-headers.js';

const header: EntryHeader = {
  ...PLAIN_HEADER,
  token: 'abcDEF_-01234567',
  createdAt: 1_700_000_000_000,
  expiresAt: 1_700_000_060_000,
  staleFor: 90_000,
  loadTime: 12,
  groups: new Map([
    ['~root', 'r1.x'],
    ['public:a=b', 'g1'],
  ]),
};

const plain = { compression: undefined, length: 7 };

const HEADER =
  'nestash1 abcDEF_-01234567 1700000000000 1700000060000 90000 12 json value - 7 - - - - ~root=r1.x public:a=b=g1';

/** An entry as one reads it. */
function parseEntry(text: string) {
  const read = parseHeader(text);
  if (!read) return undefined;
  const { line, ...facts } = read;
  return { ...facts, payload: text.slice(line.length) };
}

describe('the text of an entry', () => {
  it('is a readable line and the payload', () => {
    expect(formatHeader(header, plain)).toBe(HEADER);
    expect(parseEntry(`${HEADER}\n{"a":1}`)).toEqual({ header, ...plain, payload: '{"a":1}' });
  });

  it('names what it depends on in other places', () => {
    const groups = new Map([['public:ä b', 'g1']]);
    const elsewhere = [
      { store: 'default', path: 'public:ä b:1', groups },
      { store: 'static', path: 'c', groups: new Map([...groups, ['~entry:c', 'g2']]) },
    ];
    const line = formatHeader({ ...header, elsewhere }, plain);
    expect(line).toMatch(/^[!-~]+( [!-~]+)+$/);
    expect(parseEntry(`${line}\n1`)).toEqual({ header: { ...header, elsewhere }, ...plain, payload: '1' });
  });

  it('shares the list of its groups with others that name the same, as long as there are not too many lists', () => {
    const groupsOf = (id: string, name = 'public') => parseHeader(`${HEADER} ${name}=${id}\n`)?.header.groups;
    const first = groupsOf('one');
    expect(groupsOf('one')).toBe(first);
    expect(groupsOf('two')?.get('public')).toBe('two');
    expect(groupsOf('one', 'x'.repeat(1_000))).not.toBe(groupsOf('one', 'x'.repeat(1_000)));
    for (let id = 0; id < 1_000; id++) groupsOf(String(id));
    expect(groupsOf('one')).not.toBe(first);
    expect(groupsOf('one')).toEqual(first);
  });

  it('says whether its payload is compressed', () => {
    const compressed = { compression: 'gzip', length: 7 } as const;
    const line = formatHeader(header, compressed);
    expect(line).toBe(HEADER.replace('value -', 'value gzip'));
    expect(parseEntry(`${line}\nH4s`)).toEqual({ header, ...compressed, payload: 'H4s' });
  });

  it('tells one fill from another in its first 48 bytes', () => {
    expect(
      Buffer.from(formatHeader({ ...header, version: 'é'.repeat(99) }, plain))
        .subarray(0, 48)
        .toString(),
    ).toContain(header.token);
  });

  it('takes more groups at the end of the line', () => {
    const entry = parseEntry(`${HEADER} ~tag:x==t1\n`);
    expect(entry?.header.groups.get('~tag:x=')).toBe('t1');
    expect(entry?.header.groups.size).toBe(3);
  });

  it('holds whatever version, header fields and payload', () => {
    const versions = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('-', '%', '%0020', ' ', '\n', '\ud800'),
    );
    fc.assert(
      fc.property(versions, versions, fc.string({ unit: 'binary' }), (version, headers, payload) => {
        const written = { ...header, version, etag: 'a-B_9', headers };
        const facts = { compression: undefined, length: payload.length };
        const line = formatHeader(written, facts);
        expect(line).toMatch(/^[!-~]+( [!-~]+)+$/);
        expect(parseEntry(`${line}\n${payload}`)).toEqual({ header: written, ...facts, payload });
      }),
    );
  });

  it('is written with whole milliseconds', () => {
    const entry = parseEntry(`${formatHeader({ ...header, createdAt: 1.4, expiresAt: 2.6 }, plain)}\n`);
    expect([entry?.header.createdAt, entry?.header.expiresAt]).toEqual([1, 3]);
  });

  it.each([
    ['empty', ''],
    ['without a newline', HEADER],
    ['of another format', `${HEADER.replace('nestash1', 'nestash2')}\n`],
    ['of a format that only begins so', `${HEADER.replace('nestash1', 'nestash12')}\n`],
    ['without groups', `${HEADER.replace(/ ~root.*/, '')}\n`],
    ['with a word that is no group', `${HEADER} word\n`],
    ['with a group without an id', `${HEADER} group=\n`],
    ['with an id without a group', `${HEADER} =id\n`],
    ['with two spaces', `${HEADER.replace(' json', '  json')}\n`],
    ['with a time that is no number', `${HEADER.replace('1700000000000', 'today')}\n`],
    ['with a negative time', `${HEADER.replace('1700000000000', '-1')}\n`],
    ['with a length that is no number', `${HEADER.replace('- 7', '- seven')}\n`],
    ['without a length', `${HEADER.replace(' 7', '')}\n`],
    ['with another serializer', `${HEADER.replace('json', 'yaml')}\n`],
    ['with another form', `${HEADER.replace('value', 'shape')}\n`],
    ['with another compression', `${HEADER.replace('value -', 'value zstd')}\n`],
    ['with an ETag of other characters', `${HEADER.replace('- - - - ~', '- "a" - - ~')}\n`],
    ['with other places that cannot be read', `${HEADER.replace('- ~', '[["default" ~')}\n`],
    ['with another place that names no group', `${HEADER.replace('- ~', '[["default","a"]] ~')}\n`],
    ['with a token of other characters', `${HEADER.replace('abc', 'ä?c')}\n`],
    ['somebody else’s', '{"a":1}\n{"b":2}'],
  ])('is none when it is %s', (_, text) => {
    expect(parseEntry(text)).toBeUndefined();
  });

  it('is an entry or none, whatever it is, and however it is cut', () => {
    const whole = `${HEADER}\n{"a":1}`;
    for (let length = 0; length <= HEADER.length; length++) expect(parseEntry(whole.slice(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => expect(parseEntry(text)).toBeUndefined()),
    );
  });
});
