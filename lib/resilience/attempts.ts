import type { Chance } from '../core/chance.js';
import { systemChance } from '../core/chance.js';

/** How long to wait between two attempts to reach what failed: at first, and at most; in milliseconds. */
export const FIRST_PAUSE = 100;
export const LONGEST_PAUSE = 250;

/**
 * How long something has to work before it is used again, in milliseconds. By then every process for which it failed has
 * made two attempts: the first one may have met a Sentinel that had not heard of the new master.
 */
export const RECOVERY_TIME = 2 * LONGEST_PAUSE;

/** How long to wait before the next attempt, at random, so that processes do not make theirs together. */
export function pauseAfter(failures: number, chance: Chance = systemChance): number {
  const pause = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
  return pause * (0.8 + 0.2 * chance.next());
}
