import type { HandlerLookup } from '../operations/request-context.js';
import type { ResponseHead } from './adapter.js';

/** RFC 9211, section 2: who speaks. Keys are shown to nobody. */
const CACHE_NAME = 'nestash';
/** From here on a response is an error, and nobody's answer from a cache. */
const FIRST_ERROR = 400;

/** What a response may be told besides what the application says in it. */
export interface Announcement {
  readonly lookup: HandlerLookup | undefined;
  /** How many paths and tags were invalidated; undefined for no invalidation. */
  readonly invalidated: number | undefined;
  /** What `@CacheControl` says on the handler. */
  readonly cacheControl: string | undefined;
}

/**
 * Completes the header section of a response whose status and own fields are final.
 *
 * @param now milliseconds since the Unix epoch
 */
export function announce(head: ResponseHead, announcement: Announcement, now: number): void {
  if (head.statusCode >= FIRST_ERROR) return;
  const { lookup, invalidated, cacheControl } = announcement;
  const control = cacheControl ?? (lookup && defaultControl(lookup));
  if (control !== undefined && head.getHeader('cache-control') === undefined) {
    head.setHeader('Cache-Control', control);
  }
  if (invalidated !== undefined) head.setHeader('X-Cache-Invalidated', String(invalidated));
  if (!lookup) return;
  head.setHeader('X-Cache', lookup.status);
  head.setHeader('Cache-Status', appended(head.getHeader('cache-status'), cacheStatus(lookup, now)));
  if (lookup.vary.length > 0) head.setHeader('Vary', mergedVary(head.getHeader('vary'), lookup.vary));
  const { outcome } = lookup;
  // RFC 9111, section 4: an answer that nobody made for this request says how old it is.
  if (outcome?.times) head.setHeader('Age', String(seconds(now - outcome.times.createdAt)));
}

/**
 * What others may do with an answer of which nothing is said: keep it, but ask before they use it again, because no
 * invalidation reaches them (RFC 9111, section 5.2.2.4); and only its reader's browser, unless it is the same for all.
 */
function defaultControl({ isShared, outcome }: HandlerLookup): string {
  const isForAll = isShared && !outcome?.isRefused;
  return isForAll ? 'no-cache' : 'private, no-cache';
}

/** RFC 9211, section 2: what this cache did, in the words of sections 2.1 to 2.6. */
function cacheStatus({ status, isForced, outcome }: HandlerLookup, now: number): string {
  const left = (outcome?.times?.expiresAt ?? now) - now;
  if (status === 'HIT') return `${CACHE_NAME}; hit; ttl=${seconds(left)}`;
  // Section 2.5: negative where the answer is stale.
  if (status === 'STALE') return `${CACHE_NAME}; hit; ttl=${Math.min(-1, Math.floor(left / 1_000))}`;
  const forward = isForced ? 'request' : status === 'BYPASS' ? 'bypass' : 'miss';
  const details = `${outcome?.isStored ? '; stored' : ''}${outcome?.isCollapsed ? '; collapsed' : ''}`;
  return `${CACHE_NAME}; fwd=${forward}${details}`;
}

/** RFC 9110, section 12.5.5: every field that either names, in any case, once; `*` stands for all of them. */
function mergedVary(existing: unknown, names: readonly string[]): string {
  const fields = textsOf(existing).flatMap((text) => text.split(',').map((field) => field.trim()));
  const known = new Set(fields.map((field) => field.toLowerCase()));
  if (known.has('*') || names.includes('*')) return '*';
  return [...fields, ...names.filter((name) => !known.has(name))].filter((field) => field !== '').join(', ');
}

/** RFC 9211, section 2: each cache adds itself behind those that are closer to the origin. */
function appended(existing: unknown, own: string): string {
  return [...textsOf(existing), own].join(', ');
}

function textsOf(field: unknown): string[] {
  if (Array.isArray(field)) return field.map(String);
  return typeof field === 'string' ? [field] : [];
}

/** Never negative, whatever the clocks of writer and reader say. */
function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1_000));
}
