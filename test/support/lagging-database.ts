/** A database whose replica has what was written only after it caught up. */
export class LaggingDatabase {
  #primary = new Map<string, string>();
  #replica = new Map<string, string>();

  write(key: string, value: string): string {
    this.#primary.set(key, value);
    return value;
  }

  /** What loaders read. */
  read(key: string): string {
    return this.#replica.get(key) ?? 'nothing';
  }

  catchUp(): void {
    this.#replica = new Map(this.#primary);
  }
}
