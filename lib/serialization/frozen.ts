import type { Tag } from './tags.js';
import { TAGS } from './tags.js';

/** Whether callers share what they get. */
export interface ShareOptions {
  /**
   * `'frozen'`: nobody gets a copy of his own. The value is frozen, however deep, and hits in memory hand out one and the
   * same. What cannot be frozen is refused: `Date`, `Map`, `Set`, bytes, and what codecs make. Default: each caller owns
   * what it gets.
   */
  share?: 'frozen';
}

/** Types whose content can be changed although they are frozen, or of which only a codec knows. */
const UNFREEZABLE: readonly Tag[] = [TAGS.date, TAGS.map, TAGS.set, TAGS.bytes, TAGS.buffer, TAGS.codec];

export function isUnfreezable(tag: string): boolean {
  return UNFREEZABLE.some((each) => each === tag);
}

/** Freezes plain data that was just decoded, and returns it. */
export function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFrozen(member);
  return Object.freeze(value);
}
