import { ROOT_GROUP, groupOf } from '../keys/groups.js';
import type { Invalidation } from './store.js';

/** How many groups and paths wait at most; beyond that everything is invalidated in their place. */
const LIMIT = 10_000;

/** What waits together: what is only invalidated, or what is closed as well. */
interface Waiting {
  readonly groups: Set<string>;
  readonly paths: Set<string>;
  /** The longest window of all of them; undefined for none. */
  settle: number | undefined;
}

/**
 * Invalidations that a store did not confirm, until it does. Nothing in it makes anything alive, so their order means
 * nothing. What is too much is never too little: a pattern that would have to be looked for is kept as the path in front
 * of its first wildcard, and what is to be closed is closed for the longest time that anything is.
 */
export class Undelivered {
  #plain = nothing();
  #closing = nothing();
  #isSending = false;
  readonly #waiters = new Set<() => void>();

  /** Whether nothing waits, and nothing is on its way. */
  get isDelivered(): boolean {
    return this.isEmpty && !this.#isSending;
  }

  /** Calls back once when nothing waits any more. Returns what cancels it. */
  onceDelivered(callback: () => void): () => void {
    this.#waiters.add(callback);
    return () => void this.#waiters.delete(callback);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** How many groups and paths wait. */
  get size(): number {
    return sizeOf(this.#plain) + sizeOf(this.#closing);
  }

  add({ groups, paths, globs, settle }: Invalidation): void {
    const waiting = settle === undefined ? this.#plain : this.#closing;
    for (const group of groups) waiting.groups.add(group);
    for (const path of paths) waiting.paths.add(path);
    for (const { literal } of globs) waiting.groups.add(groupOf(literal));
    if (settle !== undefined) waiting.settle = Math.max(settle, waiting.settle ?? 0);
    if (this.size > LIMIT) this.#collapse();
  }

  /** Sends everything that waits. What is added meanwhile waits for the next time, also where it is the same. */
  async deliver(send: (invalidation: Invalidation) => Promise<void>): Promise<number> {
    const invalidations = [this.#plain, this.#closing].filter((each) => sizeOf(each) > 0).map(invalidationOf);
    this.#plain = nothing();
    this.#closing = nothing();
    this.#isSending = true;
    try {
      for (const invalidation of invalidations) await send(invalidation);
    } catch (error) {
      for (const invalidation of invalidations) this.add(invalidation);
      throw error;
    } finally {
      this.#isSending = false;
      if (this.isEmpty) this.#tell();
    }
    return invalidations.reduce((count, { groups, paths }) => count + groups.length + paths.length, 0);
  }

  #tell(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }

  #collapse(): void {
    const { settle } = this.#closing;
    this.#plain = nothing();
    this.#closing = nothing();
    this.add({ groups: [ROOT_GROUP], paths: [], globs: [], settle });
  }
}

function nothing(): Waiting {
  return { groups: new Set(), paths: new Set(), settle: undefined };
}

function sizeOf({ groups, paths }: Waiting): number {
  return groups.size + paths.size;
}

function invalidationOf({ groups, paths, settle }: Waiting): Invalidation {
  return { groups: [...groups], paths: [...paths], globs: [], settle };
}
