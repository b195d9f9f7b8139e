import type { ContextFunction } from './context-sources.js';

/** What the options of `forRoot` mean for every method. */
export interface OperationSettings {
  readonly placeholders: ReadonlyMap<string, ContextFunction>;
  readonly partition: ContextFunction | undefined;
  readonly sharedScopes: ReadonlySet<string>;
  /** The default lifetime of each configured store, in milliseconds, by its name. */
  readonly lifetimes: ReadonlyMap<string, number>;
  readonly debug: boolean;
  /** Whether mistakes throw; in production they are logged, and the call goes on uncached. */
  readonly strict: boolean;
}

/** The store that is used where none is named. */
export const DEFAULT_STORE = 'default';
