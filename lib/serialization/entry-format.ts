import type { Entry, EntryForm, EntryHeader, EntrySerializer } from '../core/entry.js';

/**
 * How an entry is written as one text: a header line, a newline, and the payload exactly as it was serialized.
 *
 * The fields of the header stand between single spaces: format, token, creation, expiry, serializer, form, compression,
 * version, ETag, and then `name=id` for each group. The first 48 bytes hold format and token, so that they tell one fill
 * from another. Groups may be appended to the line by who knows nothing of the rest.
 */
export const ENTRY_FORMAT = 'nestash1';

/** The fields between the format and the groups; the token is the first of them. */
export const ENTRY_FIELDS = 8;

const ABSENT = '-';
const SERIALIZERS: readonly string[] = ['json', 'tagged'] satisfies EntrySerializer[];
const FORMS: readonly string[] = ['value', 'wire'] satisfies EntryForm[];
const TOKEN = /^[\w.-]+$/;
const TIME = /^\d{1,16}$/;
const UNPRINTABLE = /[^!-$&-~]/g;

/** The header line of an entry, without the newline. Names hold no spaces, and ids neither spaces nor `=`. */
export function formatHeader(header: EntryHeader): string {
  const { token, createdAt, expiresAt, serializer, form } = header;
  const times = [createdAt, expiresAt].map((time) => String(Math.round(time)));
  const version = header.version === '' ? ABSENT : escapeVersion(header.version);
  const groups = Array.from(header.groups, ([name, id]) => `${name}=${id}`);
  return [ENTRY_FORMAT, token, ...times, serializer, form, ABSENT, version, ABSENT, ...groups].join(' ');
}

/** The entry in a text, or undefined where the text is damaged or somebody else's. */
export function parseEntry(text: string): Entry | undefined {
  const end = text.indexOf('\n');
  if (end < 0) return undefined;
  const header = parseHeader(text.slice(0, end).split(' '));
  return header && { header, payload: text.slice(end + 1) };
}

function parseHeader(words: readonly string[]): EntryHeader | undefined {
  const [format, token = '', createdAt = '', expiresAt = '', serializer = '', form = '', compression, version, etag] =
    words;
  if (format !== ENTRY_FORMAT || compression !== ABSENT || !version || !etag) return undefined;
  if (!TOKEN.test(token) || !TIME.test(createdAt) || !TIME.test(expiresAt)) return undefined;
  if (!SERIALIZERS.includes(serializer) || !FORMS.includes(form)) return undefined;
  const groups = parseGroups(words.slice(ENTRY_FIELDS + 1));
  return (
    groups && {
      token,
      createdAt: Number(createdAt),
      expiresAt: Number(expiresAt),
      serializer: serializer as EntrySerializer,
      form: form as EntryForm,
      version: version === ABSENT ? '' : unescapeVersion(version),
      groups,
    }
  );
}

/** Undefined where there is none, or one that is no pair: such an entry could never die. */
function parseGroups(pairs: readonly string[]): ReadonlyMap<string, string> | undefined {
  const groups = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.lastIndexOf('=');
    if (equals < 1 || equals === pair.length - 1) return undefined;
    groups.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return groups.size > 0 ? groups : undefined;
}

/** Every UTF-16 unit that is no visible ASCII character as `%` and four digits, so that lone surrogates come back too. */
function escapeVersion(version: string): string {
  if (version === ABSENT) return escapeUnit(version);
  return version.replace(UNPRINTABLE, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function unescapeVersion(escaped: string): string {
  return escaped.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
