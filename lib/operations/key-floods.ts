import type { Clock } from '../core/clock.js';
import type { Tell } from '../core/events.js';
import type { CachedOperation } from './operation.js';

/** So many different keys of one method within so many milliseconds are a flood. */
export const FLOOD_KEYS = 10_000;
export const FLOOD_WINDOW = 600_000;

/** A kilobyte for each method that stores something. */
const BITS = 8_192;
/** How many bits so many different keys set (linear counting; Whang et al. 1990), give or take about one per cent. */
const FLOODED_BITS = Math.round(BITS * (1 - Math.exp(-FLOOD_KEYS / BITS)));

/** The keys of one method since the beginning of its window: each sets the bit of its hash. */
interface KeyCount {
  readonly since: number;
  readonly bits: Uint8Array;
  set: number;
}

/** Notices methods that fill the cache with ever new keys, which is what a client does that makes them up. */
export class KeyFloods {
  readonly #counts = new WeakMap<CachedOperation, KeyCount>();

  constructor(
    private readonly clock: Clock,
    private readonly tell: Tell,
  ) {}

  /** Counts a key that is about to be stored, and tells of a flood once in each window. */
  note(operation: CachedOperation, path: string): void {
    const count = this.#countOf(operation);
    const hash = hashOf(path) % BITS;
    const mask = 1 << (hash & 7);
    if (count.bits[hash >> 3]! & mask) return;
    count.bits[hash >> 3]! |= mask;
    count.set++;
    if (count.set !== FLOODED_BITS) return;
    const { where, key } = operation;
    this.tell({ kind: 'keys-flood', where, key: key.text, count: FLOOD_KEYS, window: FLOOD_WINDOW });
  }

  #countOf(operation: CachedOperation): KeyCount {
    const now = this.clock.monotonic();
    const found = this.#counts.get(operation);
    if (found && now - found.since < FLOOD_WINDOW) return found;
    const count = { since: now, bits: new Uint8Array(BITS / 8), set: 0 };
    this.#counts.set(operation, count);
    return count;
  }
}

/** FNV-1a, with the last step of MurmurHash so that every bit depends on every character. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
