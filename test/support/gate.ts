import type { CanActivate } from '@nestjs/common';

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

/** Counts those who arrive at a place. */
export class Arrivals {
  /** Resolves when as many as expected have arrived, and have done what they do without waiting for anything outside. */
  readonly complete: Promise<void>;
  #complete!: () => void;

  constructor(private missing: number) {
    this.complete = new Promise<void>((resolve) => (this.#complete = resolve)).then(() => new Promise(setImmediate));
  }

  arrive(): void {
    if (--this.missing === 0) this.#complete();
  }
}

/** A guard that lets everybody pass, and counts them. */
export function countingGuard(arrivals: () => Arrivals): CanActivate {
  return {
    canActivate() {
      arrivals().arrive();
      return true;
    },
  };
}
