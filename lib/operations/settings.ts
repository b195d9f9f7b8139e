import type { ContextFunction } from './context-sources.js';
import type { CheckedPolicy } from './policies.js';

/** What becomes of an application whose keys may be wrong: it does not start, it says so, or nobody looks. */
export type KeyCheck = 'error' | 'warn' | 'off';

/** What the options of `forRoot` mean for every method. */
export interface OperationSettings {
  readonly placeholders: ReadonlyMap<string, ContextFunction>;
  readonly partition: ContextFunction | undefined;
  readonly sharedScopes: ReadonlySet<string>;
  /** Inputs that are left out of every key on purpose, by kind or name. */
  readonly ignore: ReadonlySet<string>;
  readonly keyCheck: KeyCheck;
  /** Guards that identify nobody. */
  readonly plainGuards: ReadonlySet<unknown>;
  /** The default lifetime of each configured store, in milliseconds, by its name. */
  readonly lifetimes: ReadonlyMap<string, number>;
  /** The stores that name a lifetime of their own, which comes before that of a policy; the module's comes after it. */
  readonly storesWithTtl: ReadonlySet<string>;
  readonly policies: readonly CheckedPolicy[];
  readonly debug: boolean;
  /** Whether mistakes throw; in production they are logged, and the call goes on uncached. */
  readonly strict: boolean;
  /** What becomes of a method whose invalidation a store did not confirm. */
  readonly onInvalidateError: 'queue' | 'throw';
}

/** The store that is used where none is named. */
export const DEFAULT_STORE = 'default';
