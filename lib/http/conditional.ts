import type { RequestHeaders } from './request-rules.js';

/** What a response says of the version that it is. */
export interface Validators {
  /** The strong validator, without quotes. */
  readonly etag: string;
  /** The field `Last-Modified`, if the application writes it. */
  readonly lastModified: unknown;
}

/** RFC 9110, section 8.8.3: what stands in quotes may hold a comma, and nothing is escaped. */
const ENTITY_TAG = /"([\x21\x23-\x7e\x80-\xff]*)"/g;

const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
];

/** Whether what a client has is what it would get. RFC 9110, section 13.2.2: a date counts only without a validator. */
export function isNotModified(headers: RequestHeaders, { etag, lastModified }: Validators): boolean {
  const { 'if-none-match': tags, 'if-modified-since': date } = headers;
  return tags === undefined ? isUnmodifiedSince(date, lastModified) : isAmong(tags, etag);
}

/**
 * RFC 9110, section 13.1.2. The comparison is weak (section 8.8.3.2), so a validator that something on the way has made
 * weak still counts, and `*` is whatever there is.
 */
function isAmong(tags: unknown, etag: string): boolean {
  if (typeof tags !== 'string') return false;
  if (tags.trim() === '*') return true;
  for (const [, tag] of tags.matchAll(ENTITY_TAG)) if (tag === etag) return true;
  return false;
}

/** RFC 9110, section 13.1.3: what is no date is ignored. */
function isUnmodifiedSince(date: unknown, lastModified: unknown): boolean {
  return timeOf(lastModified) <= timeOf(date);
}

/** RFC 9110, section 5.6.7; NaN for what is none of its three forms, of which the last one names no zone. */
function timeOf(date: unknown): number {
  if (typeof date !== 'string' || !HTTP_DATES.some((form) => form.test(date))) return NaN;
  return Date.parse(date.endsWith('GMT') ? date : `${date} GMT`);
}
