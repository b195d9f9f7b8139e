import fc from 'fast-check';
import type { MemoryRequest } from '../in-memory-http.js';

/** Everything in which two requests can differ. */
export interface Visit {
  readonly id: string;
  readonly page: string;
  readonly sort: string;
  /** A query parameter that no DTO knows. */
  readonly extra: string;
  readonly lang: string;
  /** A part of the body. */
  readonly text: string;
  readonly ip: string;
  /** The first label of the host. */
  readonly tenant: string;
  /** What the session holds. */
  readonly cart: string;
  /** A cookie. */
  readonly theme: string;
  /** Who is signed in; undefined for nobody. */
  readonly user: string | undefined;
}

export type Attribute = keyof Visit;

/** Texts among which some look like parts of keys. */
const TEXTS = ['1', '2', '01', 'a', 'a:b', 'list', '*', '~none', '%2A', 'null', 'undefined', '<<id>>', 'x'.repeat(90)];

/** Two different values for each attribute. */
export const pairsOfVisits: fc.Arbitrary<readonly [Visit, Visit]> = fc
  .record({
    id: pairOf(TEXTS),
    page: pairOf([...TEXTS, '']),
    sort: pairOf([...TEXTS, '']),
    extra: pairOf(TEXTS),
    lang: pairOf(TEXTS),
    text: pairOf(TEXTS),
    ip: pairOf(['10.0.0.1', '10.0.0.2', '::1']),
    tenant: pairOf(['acme', 'zen', 'list']),
    cart: pairOf(TEXTS),
    theme: pairOf(['dark', 'light', 'list']),
    user: pairOf([undefined, 'ann', 'bob']),
  })
  .map((pairs) => [0, 1].map((side) => mapValues(pairs, (pair) => pair[side])) as unknown as readonly [Visit, Visit]);

export function requestOf(visit: Visit, path: string): MemoryRequest {
  const query = new URLSearchParams({ page: visit.page, sort: visit.sort, extra: visit.extra });
  return {
    path: `${path}/${encodeURIComponent(visit.id)}?${query.toString()}`,
    ip: visit.ip,
    body: JSON.stringify({ text: visit.text, sort: visit.sort, extra: visit.extra }),
    headers: {
      host: `${visit.tenant}.example`,
      'content-type': 'application/json',
      lang: visit.lang,
      cookie: `theme=${visit.theme}`,
      'x-cart': visit.cart,
      ...(visit.user !== undefined && { authorization: `Bearer ${visit.user}` }),
    },
  };
}

function pairOf<T>(values: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...values], { minLength: 2, maxLength: 2 });
}

function mapValues<T extends object>(object: T, change: (value: T[keyof T]) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value as T[keyof T])]));
}
