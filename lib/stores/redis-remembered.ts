import type { Address } from '../core/entry.js';

const MOST_PATHS = 10_000;

/**
 * The groups that the last entry of a path named and its readers do not derive: tags from its result. A reader asks for
 * them along with the entry, which saves the second trip. The paths noted longest ago are forgotten first.
 */
export class RememberedGroups {
  readonly #byPath = new Map<string, readonly string[]>();

  of({ path, groups }: Address): readonly string[] {
    return this.#byPath.get(path)?.filter((group) => !groups.includes(group)) ?? [];
  }

  /** @param own what the entry names and its readers do not derive. */
  note(path: string, own: readonly string[]): void {
    this.#byPath.delete(path);
    if (own.length === 0) return;
    this.#byPath.set(path, own);
    if (this.#byPath.size <= MOST_PATHS) return;
    for (const oldest of this.#byPath.keys()) {
      this.#byPath.delete(oldest);
      break;
    }
  }
}
