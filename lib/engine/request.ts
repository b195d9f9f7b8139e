import type { Address, Entry, EntryForm, EntryHeader } from '../core/entry.js';
import type { CacheError } from '../core/errors.js';
import type { Chance } from '../core/chance.js';
import type { Clock } from '../core/clock.js';
import type { Tell } from '../core/events.js';
import type { StaleWindows } from '../core/stale-windows.js';
import type { ReadRule } from '../core/request-read.js';
import type { EncodedValue, Serializer, ValueShape } from '../serialization/codec.js';
import type { CacheStore } from '../stores/store.js';
import type { Basis, Stores } from './dependencies.js';

/** What becomes of a loaded value. */
export type Decision =
  | {
      readonly kind: 'store';
      /** In milliseconds. */
      readonly lifetime: number;
      /** How much longer it is kept to be served stale, in milliseconds. Default: not at all. */
      readonly staleFor?: number | undefined;
      /** Groups of the tags that are known from the result only. */
      readonly lateTags: readonly string[];
      /** Header fields that belong to the value; see `EntryHeader`. */
      readonly headers?: string;
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
  /** All stores of the application, this one too: what is built in one cache from another depends on both. */
  readonly stores: Stores;
  readonly serializer: Serializer;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly tell: Tell;
  /** How long a caller waits for somebody else's load before it loads by itself, in milliseconds. */
  readonly waitTimeout: number;
}

/** When an entry is served although its lifetime is over. */
export interface StaleRules extends StaleWindows {
  /** Whether an error of the load is a failure rather than an answer. */
  isFailure(error: unknown): boolean;
}

/** One call of a cached method, as the engine sees it. */
export interface LoadRequest {
  readonly address: Address;
  readonly shape: ValueShape & { readonly form: EntryForm };
  /** Whether the value goes to a client as its payload: then a stand-in may be handed out, which nobody should look into. */
  readonly isSent?: boolean;
  /** An entry with another version is a miss. Empty for none. */
  readonly version: string;
  /** Whether its hits, misses and stores are logged. */
  readonly debug: boolean;
  readonly hasLateTags: boolean;
  /** The longest lifetime that the result may get, in milliseconds, as far as it is known before the load. */
  readonly lifetime: number;
  /** Of a put: how long what is loaded after it is not stored, in milliseconds. Undefined for not at all. */
  readonly settle?: number | undefined;
  /** Undefined for never. */
  readonly stale?: StaleRules | undefined;
  /** What the key was made of besides arguments, by the name of the source. */
  readonly contextual: ReadonlyMap<string, string>;
  /** Which reads of the request its key allows for; undefined where the caller made the key. */
  readonly readRule?: ReadRule | undefined;
  /** Resolves when the caller has got all that it will get; a load in the background begins after that. Default: at once. */
  answered?(): Promise<void>;
  /** Is told that somebody else's load will be waited for, before this request runs its own or instead of it. */
  waits?(): void;
  load(): unknown;
  /** Runs the load and whatever reads its result, and watches what they read of the request. Default: nothing is watched. */
  watched?<T>(work: () => Promise<T>): Promise<T>;
  decide(value: unknown): Decision;
}

/** A value as it is stored, with what its entry says to clients. */
export interface StoredValue extends EncodedValue, Pick<EntryHeader, 'etag' | 'headers'>, Pick<Entry, 'master'> {}

/** What a load shares with those who waited for it. */
export interface SharedValue {
  readonly value: StoredValue;
  /** What it was built from; undefined where that is not known, or nobody asked before the load. */
  readonly basis: Basis | undefined;
  /** Of the fill that stored it; undefined where it is not stored. */
  readonly token: string | undefined;
}

export interface Outcome {
  readonly status: 'hit' | 'stale' | 'miss';
  readonly value: unknown;
  /** The payload that the value was read from, whether it is stored or not; absent where there is none. */
  readonly stored?: StoredValue | undefined;
  /** When the entry that was hit was written, and when it expires. */
  readonly times?: Pick<EntryHeader, 'createdAt' | 'expiresAt'> | undefined;
  /** Whether this call stored the value. */
  readonly isStored?: boolean;
  /** Whether the value is for this call only: neither stored nor shared. */
  readonly isRefused?: boolean;
  /** Whether somebody else loaded the value, while this call waited for it. */
  readonly isCollapsed?: boolean;
  /** Why the value could not be cached although it should have been. */
  readonly refusal?: CacheError | undefined;
  /** Why the invalidation that a put is could not be delivered. */
  readonly undelivered?: Error | undefined;
}
