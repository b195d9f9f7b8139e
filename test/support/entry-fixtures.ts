import { Serializer } from '../../lib/serialization/codec.js';
import { etagOf } from '../../lib/serialization/etag.js';
import { RedisEntries } from '../../lib/stores/redis-entries.js';

/*
 * The entries of test/fixtures, as Redis holds them. Every later release must read them or treat them as a miss: they are
 * what is there when it is deployed. `node scripts/entry-fixtures.mjs` writes them; before the first release whenever the
 * format changes, after it never again for a format that was released: another one gets another name, and files of its own.
 */
export interface EntryFixture {
  readonly name: string;
  readonly value: unknown;
  readonly form: 'value' | 'wire';
  readonly headers: string;
  readonly isCompressed: boolean;
  /** What it was built from in another place, as another shard of a cluster is one. */
  readonly part?: string;
}

const POST = { id: 42, title: 'Grüße 😀 \ud800', tags: ['a', 'b'], author: { name: 'Ada' }, likes: null };

export const ENTRY_FIXTURES: readonly EntryFixture[] = [
  { name: 'plain', value: POST, form: 'value', headers: '', isCompressed: false },
  {
    name: 'lossless',
    value: {
      at: new Date(1_700_000_000_000),
      counts: new Map<unknown, unknown>([
        ['a', 1n],
        [2, new Set([undefined])],
      ]),
      numbers: [NaN, -0, Infinity],
      bytes: Buffer.from('bytes'),
    },
    form: 'value',
    headers: '',
    isCompressed: false,
  },
  {
    name: 'wire',
    value: POST,
    form: 'wire',
    headers: JSON.stringify([
      ['content-language', 'de'],
      ['content-disposition', 'attachment; filename="ü %.json"'],
    ]),
    isCompressed: false,
  },
  {
    name: 'compressed',
    value: { ...POST, text: 'again '.repeat(200) },
    form: 'value',
    headers: '',
    isCompressed: true,
  },
  { name: 'nested', value: POST, form: 'value', headers: '', isCompressed: false, part: 'public:posts:43' },
];

/** The groups of the key `public:posts:42` with a tag, and the generations that the entries were built under. */
export const FIXTURE_KEY = 'public:posts:42';
export const FIXTURE_GROUPS = ['~root', 'public', 'public:posts', '~tag:author%3D1'];

export function fixtureFile(name: string): string {
  return `entry-v1.${name}.txt`;
}

/** The text that this source writes for a fixture. */
export async function textOf({ value, form, headers, isCompressed, part }: EntryFixture): Promise<string> {
  const encoded = new Serializer().encode(value, { form });
  const { payload, ...described } = encoded;
  const header = {
    ...described,
    createdAt: 1_700_000_000_000,
    expiresAt: 9_999_999_999_999,
    staleFor: 60_000,
    loadTime: 12,
    version: 'two words',
    etag: form === 'wire' ? etagOf(encoded, headers) : '',
    headers,
    elsewhere: part ? [{ store: 'default', path: part, groups: new Map([['public', 'generation-1.1700000000']]) }] : [],
  };
  const generations = new Map(FIXTURE_GROUPS.map((group, index) => [group, `generation-${index}.1700000000`]));
  const lease = { path: FIXTURE_KEY, token: 'abcDEF_-01234567.1700000000123456', generations, buckets: [] };
  const entries = new RedisEntries({}, isCompressed ? 0 : undefined);
  return (await entries.write({ header, payload }, lease)).join('\n');
}
