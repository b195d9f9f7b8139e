import type { Clock } from '../core/clock.js';
import type { Address, EntryForm, EntryHeader } from '../core/entry.js';
import { isAlive } from '../core/entry.js';
import type { Snapshot } from '../stores/store.js';
import type { LoadRequest, StaleRules } from './request.js';

/** A lifetime is shortened by up to this part of it, so that what is written together does not expire together. */
const JITTER = 0.1;

/** What a snapshot is to its reader; see `judge`. */
export type Verdict = 'hit' | 'stale' | 'dead' | 'unusable';

/** What a reader needs of an entry. */
export interface Expectation {
  readonly shape: { readonly form: EntryForm };
  /** What `entryVersion` made for the writer has to be the same; undefined for any. */
  readonly version: string | undefined;
}

/**
 * What a snapshot is to its reader: a `hit`, `stale` (alive, but its lifetime is over), `dead` (missing, invalidated),
 * or `unusable`: alive, but written by another version of the method, or in the form of a handler where a service asks.
 * So is one that depends on something in another place which has changed; but that is asked elsewhere.
 */
export function judge(
  snapshot: Snapshot | undefined,
  expected: Expectation & { readonly address: Address },
  clock: Clock,
): Verdict {
  if (!snapshot) return 'dead';
  const { header } = snapshot.entry;
  if (!snapshot.isAlive && !isAlive(header, expected.address.groups, snapshot.generations)) return 'dead';
  if (!isUsable(header, expected)) return 'unusable';
  return isStale(header, clock) ? 'stale' : 'hit';
}

/**
 * Whether the lifetime of an entry is over. Of one that is not kept beyond it the store knows better: it goes by the time
 * that has passed, not by what clocks show.
 */
export function isStale({ expiresAt, staleFor }: EntryHeader, clock: Clock): boolean {
  return staleFor > 0 && clock.now() >= expiresAt;
}

/** How long entries are kept beyond their lifetime under these rules, in milliseconds. */
export function staleWindow(rules: StaleRules | undefined): number {
  return rules ? Math.max(rules.whileRevalidate, rules.ifError) : 0;
}

/** How long the entry of a result may be kept at most, in milliseconds. */
export function entryLifetime({ lifetime, stale }: Pick<LoadRequest, 'lifetime' | 'stale'>): number {
  return lifetime + staleWindow(stale);
}

/** Whether an entry may be served for `window` milliseconds after its lifetime. */
export function isWithin({ expiresAt }: EntryHeader, window: number, now: number): boolean {
  return now < expiresAt + window;
}

/**
 * Whether this caller should renew an entry before its lifetime is over. The longer its load takes and the more callers
 * there are, the earlier one of them does; never in the first half of the lifetime.
 *
 * @see Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention. VLDB 2015, algorithm XFetch
 */
export function isDueEarly({ createdAt, expiresAt, loadTime }: EntryHeader, now: number, random: number): boolean {
  const left = expiresAt - now;
  return left < (expiresAt - createdAt) / 2 && left < -loadTime * Math.log(1 - random);
}

/** A lifetime as it is used: never longer than the one that was asked for. */
export function withJitter(lifetime: number, random: number): number {
  return Math.ceil(lifetime * (1 - JITTER * random));
}

/** A handler reads both forms; a service takes only values, because the wire form has lost their types. */
export function isUsable(header: { form: EntryForm; version: string }, { shape, version }: Expectation): boolean {
  return (version === undefined || header.version === version) && (header.form === 'value' || shape.form === 'wire');
}

/**
 * The version that stands in an entry: that of the method, and the class that its results have. An instance stored in
 * full holds what its class hides from clients, so that only readers which know the class may have it.
 */
export function entryVersion(version: string, type: { readonly name: string } | undefined): string {
  return type === undefined ? version : `${version}@${type.name}`;
}

/** How long a generation must live at least so that it outlives the entries built under it, in milliseconds. */
export function generationLifetime(entryLifetime: number): number {
  return Math.max(2 * entryLifetime, 600_000);
}
