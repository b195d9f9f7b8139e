import { randomToken } from '../core/token.js';

/** The present generation of a group. It lives as long as an entry or a lease was built under it. */
export interface Generation {
  readonly group: string;
  readonly id: string;
  holders: number;
  /** False once it was invalidated or forgotten. */
  isCurrent: boolean;
}

const MOST_LINGERING = 10_000;

/**
 * The generations of a memory store. They are counted rather than timed: one that nothing was built under any more is
 * forgotten, so there are never more than entries and leases can name.
 */
export class MemoryGenerations {
  readonly #byGroup = new Map<string, Generation>();
  readonly #lingering = new Map<string, Generation>();
  readonly #epoch = randomToken();
  #made = 0;

  get(group: string): string | undefined {
    return this.#byGroup.get(group)?.id;
  }

  isCurrent(generation: Generation | undefined): boolean {
    return generation?.isCurrent === true;
  }

  /** The present generation of the group, made where there is none. Every `hold` is answered by one `release`. */
  hold(group: string): Generation {
    let generation = this.#byGroup.get(group);
    if (!generation) {
      generation = { group, id: `${this.#epoch}.${++this.#made}`, holders: 0, isCurrent: true };
      this.#byGroup.set(group, generation);
    }
    generation.holders++;
    return generation;
  }

  /**
   * The same for something that is being built elsewhere, which nobody releases: the last 10,000 groups that were asked
   * for in this way are kept.
   */
  linger(group: string): Generation {
    const generation = this.hold(group);
    const before = this.#lingering.get(group);
    if (before) this.#forget(before);
    this.#lingering.set(group, generation);
    if (this.#lingering.size > MOST_LINGERING) {
      for (const oldest of this.#lingering.values()) {
        this.#forget(oldest);
        break;
      }
    }
    return generation;
  }

  release(generation: Generation): void {
    generation.holders--;
    if (generation.holders === 0 && generation.isCurrent) this.#end(generation);
  }

  /** The groups that have a generation. */
  groups(): string[] {
    return [...this.#byGroup.keys()];
  }

  /** Invalidates the group: whatever was built under its generation is dead from now on. */
  delete(group: string): void {
    const generation = this.#byGroup.get(group);
    if (generation) this.#end(generation);
  }

  #end(generation: Generation): void {
    generation.isCurrent = false;
    this.#byGroup.delete(generation.group);
  }

  #forget(lingering: Generation): void {
    this.#lingering.delete(lingering.group);
    this.release(lingering);
  }
}
