/** Counts the calls of what is cached, by what they were made for. */
export class Calls {
  readonly made: string[] = [];

  /** A value that no other call returns. */
  note(what: string): string {
    this.made.push(what);
    return `${what} #${this.made.length}`;
  }
}
