import type { Elsewhere, EntryCompression, EntryForm, EntryHeader, EntrySerializer } from '../core/entry.js';

/**
 * How an entry is written as one text: a header line, a newline, and the payload exactly as it was serialized, unless
 * the header says that it is compressed.
 *
 * The fields of the header stand between single spaces: format, token, creation, expiry, how long it may be stale after
 * that, how long its load took, serializer, form, compression, length of the payload before that, version, ETag, header
 * fields of the response, what it depends on in other places, and then `name=id` for each group. The first 48 bytes hold format and token, so that they tell
 * one fill from another. Groups may be appended to the line by who knows nothing of the rest.
 *
 * `test/fixtures` holds entries that every later release has to read or to take for a miss: another format gets another
 * name.
 */
export const ENTRY_FORMAT = 'nestash1';

/** How much of an entry it takes to tell one fill from another. */
export const HEAD_BYTES = 48;

/** The fields between the format and the groups; the token is the first of them. */
export const ENTRY_FIELDS = 13;

/** How the payload of an entry is written. */
export interface PayloadFacts {
  readonly compression: EntryCompression | undefined;
  /** How many UTF-16 units it has before it is compressed; of any other length it is not what was written. */
  readonly length: number;
}

/** The first line of an entry, and what it says. The payload stands behind it. */
export interface HeaderLine extends PayloadFacts {
  /** With the newline at its end. */
  readonly line: string;
  readonly header: EntryHeader;
}

const ABSENT = '-';
const NOWHERE: readonly Elsewhere[] = [];
const COMPRESSIONS: readonly string[] = [ABSENT, 'gzip' satisfies EntryCompression];
const SERIALIZERS: readonly string[] = ['json', 'tagged'] satisfies EntrySerializer[];
const FORMS: readonly string[] = ['value', 'wire'] satisfies EntryForm[];
const TOKEN = /^[\w.-]+$/;
const ETAG = /^[\w-]+$/;
const NUMBER = /^\d{1,16}$/;
const UNPRINTABLE = /[^!-$&-~]/g;

/** How many lists of groups are shared, and of how many characters at most: together they take about two megabytes. */
const MOST_SHARED = 1_000;
const LONGEST_SHARED = 1_000;
const groupsByText = new Map<string, ReadonlyMap<string, string>>();

/** The header line of an entry, without the newline. Names hold no spaces, and ids neither spaces nor `=`. */
export function formatHeader(header: EntryHeader, { compression, length }: PayloadFacts): string {
  const { token, createdAt, expiresAt, staleFor, loadTime, serializer, form } = header;
  const times = [createdAt, expiresAt, staleFor, loadTime].map((time) => String(Math.round(time)));
  const [version, headers] = [header.version, header.headers].map(escapeText);
  const etag = header.etag === '' ? ABSENT : header.etag;
  const groups = Array.from(header.groups, ([name, id]) => `${name}=${id}`);
  const elsewhere = formatElsewhere(header.elsewhere);
  const written = [serializer, form, compression ?? ABSENT, String(length)];
  return [ENTRY_FORMAT, token, ...times, ...written, version, etag, headers, elsewhere, ...groups].join(' ');
}

/** Whether a text of which these are the first `HEAD_BYTES` bytes is the entry of a fill. */
export function isHeadOf(head: string, { token }: EntryHeader): boolean {
  return head.startsWith(`${ENTRY_FORMAT} ${token} `);
}

/** The header line that a text begins with, or undefined where it is damaged or somebody else's. */
export function parseHeader(text: string): HeaderLine | undefined {
  const end = text.indexOf('\n');
  if (end < 0) return undefined;
  // A copy, because a part of a string keeps all of it in memory, and headers may be remembered.
  const line = Buffer.from(text.slice(0, end + 1)).toString();
  const words = line.slice(0, -1).split(' ');
  const [format, token = '', createdAt, expiresAt, staleFor, loadTime, ...others] = words;
  const [serializer = '', form = '', compression = '', length, version, etag = '', headers, places = ''] = others;
  if (format !== ENTRY_FORMAT || !version || !headers || !ETAG.test(etag) || !TOKEN.test(token)) return undefined;
  if (![createdAt, expiresAt, staleFor, loadTime, length].every((each) => NUMBER.test(each ?? ''))) return undefined;
  if (!SERIALIZERS.includes(serializer) || !FORMS.includes(form) || !COMPRESSIONS.includes(compression))
    return undefined;
  const groups = groupsIn(words.slice(ENTRY_FIELDS + 1).join(' '));
  const elsewhere = parseElsewhere(places);
  if (!groups || !elsewhere) return undefined;
  const header: EntryHeader = {
    token,
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    staleFor: Number(staleFor),
    loadTime: Number(loadTime),
    serializer: serializer as EntrySerializer,
    form: form as EntryForm,
    version: unescapeText(version),
    etag: etag === ABSENT ? '' : etag,
    headers: unescapeText(headers),
    groups,
    elsewhere,
  };
  return {
    line,
    header,
    compression: compression === ABSENT ? undefined : (compression as EntryCompression),
    length: Number(length),
  };
}

function formatElsewhere(elsewhere: readonly Elsewhere[]): string {
  if (elsewhere.length === 0) return ABSENT;
  return escapeText(JSON.stringify(elsewhere.map(({ store, path, groups }) => [store, path, ...groups])));
}

/** Undefined for what we did not write: such an entry could outlive what it depends on. */
function parseElsewhere(word: string): readonly Elsewhere[] | undefined {
  if (word === ABSENT) return NOWHERE;
  try {
    const places = JSON.parse(unescapeText(word)) as [string, string, ...[string, string][]][];
    const elsewhere = places.map(([store, path, ...groups]) => ({ store, path, groups: new Map(groups) }));
    return elsewhere.every(({ groups }) => groups.size > 0) ? elsewhere : undefined;
  } catch {
    return undefined;
  }
}

/** Entries side by side that were built under the same generations share what says so. */
function groupsIn(text: string): ReadonlyMap<string, string> | undefined {
  const known = groupsByText.get(text);
  if (known) return known;
  const groups = parseGroups(text);
  if (!groups || text.length > LONGEST_SHARED) return groups;
  if (groupsByText.size >= MOST_SHARED) groupsByText.clear();
  groupsByText.set(text, groups);
  return groups;
}

/** Undefined where one is no pair, as where there is none at all: such an entry could never die. */
function parseGroups(text: string): ReadonlyMap<string, string> | undefined {
  const groups = new Map<string, string>();
  for (const pair of text.split(' ')) {
    const equals = pair.lastIndexOf('=');
    if (equals < 1 || equals === pair.length - 1) return undefined;
    groups.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return groups;
}

/** Every UTF-16 unit that is no visible ASCII character as `%` and four digits, so that lone surrogates come back too. */
function escapeText(text: string): string {
  if (text === '') return ABSENT;
  return text === ABSENT ? escapeUnit(text) : text.replace(UNPRINTABLE, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function unescapeText(escaped: string): string {
  if (escaped === ABSENT) return '';
  return escaped.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
