import { CacheError } from '../core/errors.js';

/** The mistakes that were found in one method, so that a report can show all of them. */
export class Problems {
  readonly found: CacheError[] = [];

  /** What `make` returns. After a mistake that is undefined, and nobody looks at it: a method with problems never runs. */
  collect<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!CacheError.is(error)) throw error;
      this.found.push(error);
      return undefined as T;
    }
  }
}
