import type { PlatformResponse } from './adapter.js';

/** Header fields by their lower-case names, as a response has them. */
type Fields = Readonly<Record<string, unknown>>;

/** What a handler may say besides its result, so that a hit says it again: fields that describe nothing but the result. */
export const KEPT_HEADERS: readonly string[] = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'last-modified',
  'link',
  'x-total-count',
];

/** The fields that a handler added or changed among those that are kept, as one text; undefined where it took any away. */
export function keptHeaders(before: Fields, after: Fields): string | undefined {
  const changed = KEPT_HEADERS.filter((name) => String(before[name]) !== String(after[name]));
  if (changed.some((name) => after[name] === undefined)) return undefined;
  return changed.length === 0 ? '' : JSON.stringify(changed.map((name) => [name, textOf(after[name])]));
}

/** A field that stands there more than once stays a list of its lines. */
function textOf(field: unknown): string | string[] {
  return Array.isArray(field) ? field.map(String) : String(field);
}

/** The other fields, to be compared. */
export function otherHeaders(fields: Fields): string {
  const others = Object.entries(fields).filter(([name]) => !KEPT_HEADERS.includes(name));
  return JSON.stringify(others.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Repeats what `keptHeaders` wrote down. A text that somebody else wrote into the store says nothing. */
export function replayHeaders(response: PlatformResponse, headers: string): void {
  try {
    for (const [name, value] of JSON.parse(headers) as [string, string | string[]][]) {
      if (KEPT_HEADERS.includes(name)) response.header(name, value);
    }
  } catch {
    return;
  }
}
