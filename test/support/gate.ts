/** Holds up whoever passes until it is opened. */
export class Gate {
  /** Resolves when somebody is first held up. */
  readonly reached: Promise<void>;
  #reach!: () => void;
  #open!: () => void;
  readonly #opened: Promise<void>;

  constructor() {
    this.reached = new Promise((resolve) => (this.#reach = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }

  async pass(): Promise<void> {
    this.#reach();
    await this.#opened;
  }
}
