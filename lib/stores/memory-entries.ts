import type { Clock } from '../core/clock.js';
import type { Entry } from '../core/entry.js';
import type { Generation, MemoryGenerations } from './memory-generations.js';

/** An entry with what it holds on to. */
export interface StoredEntry {
  readonly entry: Entry;
  readonly generations: readonly Generation[];
  /** On the clock's monotonic time. */
  readonly expiresAt: number;
}

/** What an entry costs besides its texts: the map's slot and the header. An estimate. */
const ENTRY_OVERHEAD = 400;
/** What each of its groups costs besides its name: a generation, and a slot wherever it is noted. An estimate. */
const GROUP_OVERHEAD = 200;
const SWEEP_INTERVAL = 5_000;
const SWEPT_AT_ONCE = 10_000;

/** Entries in the order of their last use, bounded by number and bytes, swept by one timer for all of them. */
export class MemoryEntries {
  readonly #byPath = new Map<string, StoredEntry>();
  #bytes = 0;
  #stopSweeping: (() => void) | undefined;
  #cursor: MapIterator<[string, StoredEntry]> | undefined;

  constructor(
    private readonly limits: { maxEntries: number; maxBytes: number },
    private readonly generations: MemoryGenerations,
    private readonly clock: Clock,
  ) {}

  get(path: string): Entry | undefined {
    const stored = this.#byPath.get(path);
    if (!stored) return undefined;
    if (this.#isOver(stored)) {
      this.delete(path);
      return undefined;
    }
    this.#byPath.delete(path);
    this.#byPath.set(path, stored);
    return stored.entry;
  }

  set(path: string, stored: StoredEntry): void {
    this.delete(path);
    if (sizeOf(path, stored) > this.limits.maxBytes) return this.#release(stored);
    this.#byPath.set(path, stored);
    this.#bytes += sizeOf(path, stored);
    for (const oldest of this.#byPath.keys()) {
      if (this.#byPath.size <= this.limits.maxEntries && this.#bytes <= this.limits.maxBytes) break;
      this.delete(oldest);
    }
    if (this.#byPath.size > 0) this.#stopSweeping ??= this.clock.after(SWEEP_INTERVAL, () => this.#sweep());
  }

  delete(path: string): void {
    const stored = this.#byPath.get(path);
    if (!stored) return;
    this.#byPath.delete(path);
    this.#bytes -= sizeOf(path, stored);
    this.#release(stored);
  }

  clear(): void {
    for (const path of this.paths()) this.delete(path);
  }

  paths(): string[] {
    return [...this.#byPath.keys()];
  }

  close(): void {
    this.#stopSweeping?.();
    this.#stopSweeping = undefined;
  }

  #release({ generations }: StoredEntry): void {
    for (const generation of generations) this.generations.release(generation);
  }

  /** Goes on where the last sweep stopped, so that every entry gets its turn however many there are. */
  #sweep(): void {
    this.#cursor ??= this.#byPath.entries();
    let wait = SWEEP_INTERVAL / 10;
    for (let visited = 0; visited < SWEPT_AT_ONCE; visited++) {
      const next = this.#cursor.next();
      if (next.done) {
        this.#cursor = undefined;
        wait = SWEEP_INTERVAL;
        break;
      }
      const [path, stored] = next.value;
      if (this.#isOver(stored)) this.delete(path);
    }
    this.#stopSweeping = this.#byPath.size > 0 ? this.clock.after(wait, () => this.#sweep()) : undefined;
  }

  /** Expired, or dead: built under a generation that is gone. */
  #isOver(stored: StoredEntry): boolean {
    if (stored.expiresAt <= this.clock.monotonic()) return true;
    return !stored.generations.every((generation) => this.generations.isCurrent(generation));
  }
}

function sizeOf(path: string, { entry }: StoredEntry): number {
  let size = ENTRY_OVERHEAD + 2 * path.length + 2 * entry.payload.length;
  // The path names a group too, with the very same text.
  for (const group of entry.header.groups.keys()) size += GROUP_OVERHEAD + (group === path ? 0 : 2 * group.length);
  return size;
}
