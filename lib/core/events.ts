import type { RequestRead } from './request-read.js';

/**
 * What the engine tells the world. There is one place where things happen and one where they are told, so that logs,
 * and later metrics, need no hook of their own. Events carry keys and names, never values.
 */
export type CacheEvent =
  | {
      readonly kind: 'hit' | 'stale' | 'miss';
      readonly key: string;
      /** Whether the caller asked for its calls to be logged. */
      readonly debug: boolean;
    }
  | {
      readonly kind: 'set';
      readonly key: string;
      readonly debug: boolean;
      /** As it was asked for, in milliseconds. */
      readonly lifetime: number;
      readonly bytes: number;
    }
  /** A result was neither stored nor shared: it used something of the request that its key does not hold. */
  | { readonly kind: 'tainted'; readonly where: string; readonly source: string }
  /** The same, read from the request itself while the method `by` ran; `key` is the template of `where`. */
  | {
      readonly kind: 'request-read';
      readonly where: string;
      readonly key: string;
      readonly by: string;
      readonly read: RequestRead;
    }
  /** A result was not stored: the cached methods that it was built from have more than `most` groups. */
  | { readonly kind: 'too-many-dependencies'; readonly where: string; readonly most: number }
  /** More than `count` different keys of one method were stored within `window` milliseconds; `key` is its template. */
  | {
      readonly kind: 'keys-flood';
      readonly where: string;
      readonly key: string;
      readonly count: number;
      readonly window: number;
    }
  | { readonly kind: 'store-failed'; readonly store: string; readonly operation: string; readonly error: unknown }
  /** It failed and is left alone until it works again. */
  | { readonly kind: 'store-rests'; readonly store: string; readonly error: unknown }
  /** `after`: how long it was left alone, in milliseconds; `refused`: how many calls went on without it meanwhile. */
  | { readonly kind: 'store-works'; readonly store: string; readonly after: number; readonly refused: number }
  /** An invalidation was not confirmed; `waiting`: how many groups and paths wait for delivery by now. */
  | { readonly kind: 'invalidation-queued'; readonly store: string; readonly waiting: number }
  | { readonly kind: 'invalidations-delivered'; readonly store: string; readonly count: number }
  /** The process ends before they could be delivered. */
  | {
      readonly kind: 'invalidations-lost';
      readonly store: string;
      readonly count: number;
      readonly error: unknown;
    }
  /** A server does not track keys: stores hear of each other's deletions, but of none that is made by hand. */
  | { readonly kind: 'keys-untracked'; readonly store: string; readonly error: unknown }
  /** A server does not announce what changes, so that copies of its entries are not served without asking. */
  | { readonly kind: 'changes-unheard'; readonly store: string; readonly error: unknown }
  /** A load of which nobody got the error: in the background, or because a stale value was served in its place. */
  | { readonly kind: 'refresh-failed'; readonly key: string; readonly error: unknown }
  | { readonly kind: 'entry-damaged'; readonly key: string; readonly error: unknown };

export type Tell = (event: CacheEvent) => void;
