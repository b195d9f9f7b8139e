/**
 * What the engine tells the world. There is one place where things happen and one where they are told, so that logs,
 * and later metrics, need no hook of their own. Events carry keys and names, never values.
 */
export type CacheEvent =
  | {
      readonly kind: 'hit' | 'miss';
      readonly key: string;
      /** Whether the caller asked for its calls to be logged. */
      readonly debug: boolean;
    }
  | {
      readonly kind: 'set';
      readonly key: string;
      readonly debug: boolean;
      /** In milliseconds. */
      readonly lifetime: number;
      readonly bytes: number;
    }
  /** A result was neither stored nor shared: it used something of the request that its key does not hold. */
  | { readonly kind: 'tainted'; readonly where: string; readonly source: string }
  | { readonly kind: 'store-failed'; readonly store: string; readonly operation: string; readonly error: unknown }
  | { readonly kind: 'entry-damaged'; readonly key: string; readonly error: unknown };

export type Tell = (event: CacheEvent) => void;
