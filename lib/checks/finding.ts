import type { CacheError } from '../core/errors.js';
import type { CheckedApplication } from './application.js';

/** One thing that a check has to say about the application. */
export interface Finding {
  /** An error keeps the application from starting. */
  readonly severity: 'error' | 'warning';
  /** `Class.method`, or what else the report groups it under. */
  readonly where: string;
  readonly problem: CacheError;
}

/** A look at the keys of all methods; `keyCheck` says whether it is taken and what becomes of its findings. */
export type Check = (application: CheckedApplication) => readonly Finding[];
