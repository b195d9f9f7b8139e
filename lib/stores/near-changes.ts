/** How many names are told apart. */
const MOST_NAMES = 10_000;

/**
 * What changed in a far store since when: groups and paths by name. A path is one name as a group and as an entry, which
 * costs a question now and then.
 */
export class NearChanges {
  readonly #latest = new Map<string, number>();
  #moment = 0;
  /** When everything changed, as far as anybody here knows. */
  #everything = 0;

  /** The present moment: what is noted from now on comes after it. */
  get moment(): number {
    return this.#moment;
  }

  note(names: Iterable<string>): void {
    this.#moment++;
    for (const name of names) this.#latest.set(name, this.#moment);
    if (this.#latest.size > MOST_NAMES) this.noteEverything();
  }

  noteEverything(): void {
    this.#moment++;
    this.#everything = this.#moment;
    this.#latest.clear();
  }

  hasChanged(name: string, since: number): boolean {
    return this.#everything > since || (this.#latest.get(name) ?? 0) > since;
  }
}
