import type { Address, EntryForm } from '../core/entry.js';
import type { CacheError } from '../core/errors.js';
import type { Clock } from '../core/clock.js';
import type { Tell } from '../core/events.js';
import type { Serializer, ValueShape } from '../serialization/codec.js';
import type { CacheStore } from '../stores/store.js';

/** What becomes of a loaded value. */
export type Decision =
  | {
      readonly kind: 'store';
      /** In milliseconds. */
      readonly lifetime: number;
      /** Groups of the tags that are known from the result only. */
      readonly lateTags: readonly string[];
    }
  /** Not stored, but everybody who waited for it gets it. */
  | { readonly kind: 'skip' }
  /** Not stored, and for this caller only. */
  | { readonly kind: 'refuse' };

/** A store, and what this process needs to work with it. */
export interface EngineContext {
  /** The name of the cache, for events. */
  readonly name: string;
  /** What stands in front of every path in the store, for events. */
  readonly keyPrefix: string;
  readonly store: CacheStore;
  readonly serializer: Serializer;
  readonly clock: Clock;
  readonly tell: Tell;
  /** How long a caller waits for somebody else's load before it loads by itself, in milliseconds. */
  readonly waitTimeout: number;
}

/** One call of a cached method, as the engine sees it. */
export interface LoadRequest {
  readonly address: Address;
  readonly shape: ValueShape & { readonly form: EntryForm };
  /** An entry with another version is a miss. Empty for none. */
  readonly version: string;
  /** Whether its hits, misses and stores are logged. */
  readonly debug: boolean;
  readonly hasLateTags: boolean;
  /** The longest lifetime that the result may get, in milliseconds, as far as it is known before the load. */
  readonly lifetime: number;
  /** What the key was made of besides arguments, by the name of the source. */
  readonly contextual: ReadonlyMap<string, string>;
  load(): unknown;
  decide(value: unknown): Decision;
}

export interface Outcome {
  readonly status: 'hit' | 'miss';
  readonly value: unknown;
  /** Why the value could not be cached although it should have been. */
  readonly refusal?: CacheError | undefined;
  /** Why the invalidation that a put is could not be delivered. */
  readonly undelivered?: Error | undefined;
}
