import type { Address } from '../core/entry.js';

/** What is remembered of the last entry of a path. */
interface Memory {
  /** The groups that it named and its readers do not derive: tags from its result. */
  readonly own: readonly string[];
  readonly isLarge: boolean;
}

const MOST_PATHS = 10_000;
const MOST_GROUPS = 100_000;

/**
 * What is good to know before an entry is read. A reader asks for the groups of its own along with it, which saves the
 * second trip, and a large one is not mixed with others. The paths noted longest ago are forgotten first.
 */
export class RememberedEntries {
  readonly #byPath = new Map<string, Memory>();
  /** How many groups are remembered of all paths together. */
  #groups = 0;

  /** The groups of a reader, and those that the entry named besides. */
  groupsOf({ path, groups }: Address): readonly string[] {
    const memory = this.#byPath.get(path);
    return memory?.own.length ? [...new Set([...groups, ...memory.own])] : groups;
  }

  isLarge(path: string): boolean {
    return this.#byPath.get(path)?.isLarge ?? false;
  }

  note(path: string, memory: Memory): void {
    if (this.#byPath.size > 0) this.#forget(path);
    if (memory.own.length === 0 && !memory.isLarge) return;
    this.#byPath.set(path, memory);
    this.#groups += memory.own.length;
    for (const oldest of this.#byPath.keys()) {
      if (this.#byPath.size <= MOST_PATHS && this.#groups <= MOST_GROUPS) break;
      this.#forget(oldest);
    }
  }

  #forget(path: string): void {
    this.#groups -= this.#byPath.get(path)?.own.length ?? 0;
    this.#byPath.delete(path);
  }
}
