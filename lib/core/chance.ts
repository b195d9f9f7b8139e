/** Where chance comes from. Injected, so that tests can decide. */
export interface Chance {
  /** A number from 0 up to, but without, 1. */
  next(): number;
}

/** The chance of this machine. */
export const systemChance: Chance = { next: () => Math.random() };
