import type { Generation } from './memory-generations.js';

/** The generations that an entry was built under. */
export interface Grounds {
  readonly generations: readonly Generation[];
  /** The same as its header names them. */
  readonly recorded: ReadonlyMap<string, string>;
}

/** How many are remembered. */
const MOST = 1_000;

/** Lets entries that were built under the same generations share what says so: most differ in nothing but their key. */
export class MemoryGrounds {
  readonly #byIds = new Map<string, Grounds>();

  of(generations: readonly Generation[]): Grounds {
    const ids = generations.map(({ id }) => id).join(' ');
    const known = this.#byIds.get(ids);
    if (known) return known;
    if (this.#byIds.size >= MOST) this.#byIds.clear();
    const grounds = { generations, recorded: new Map(generations.map(({ group, id }) => [group, id])) };
    this.#byIds.set(ids, grounds);
    return grounds;
  }
}
