import type { Clock } from '../core/clock.js';
import type { Entry } from '../core/entry.js';
import type { Bounds, KeptEntry } from './kept-entries.js';
import { KeptEntries } from './kept-entries.js';
import type { Generation, MemoryGenerations } from './memory-generations.js';

/** An entry with what it holds on to. */
export interface StoredEntry extends KeptEntry {
  readonly generations: readonly Generation[];
  /** On the clock's monotonic time. */
  readonly expiresAt: number;
}

const SWEEP_INTERVAL = 5_000;
const SWEPT_AT_ONCE = 10_000;

/** The entries of a memory store, swept by one timer for all of them. */
export class MemoryEntries {
  readonly #kept: KeptEntries<StoredEntry>;
  #stopSweeping: (() => void) | undefined;
  #cursor: MapIterator<[string, StoredEntry]> | undefined;

  constructor(
    bounds: Bounds,
    private readonly generations: MemoryGenerations,
    private readonly clock: Clock,
  ) {
    this.#kept = new KeptEntries(bounds, (stored) => this.#release(stored));
  }

  get(path: string): Entry | undefined {
    const stored = this.#kept.get(path);
    if (!stored) return undefined;
    if (!this.#isOver(stored)) return stored.entry;
    this.delete(path);
    return undefined;
  }

  set(path: string, stored: StoredEntry): void {
    this.#kept.set(path, stored);
    if (this.#kept.size > 0) this.#stopSweeping ??= this.clock.after(SWEEP_INTERVAL, () => this.#sweep());
  }

  delete(path: string): void {
    this.#kept.delete(path);
  }

  clear(): void {
    this.#kept.clear();
  }

  paths(): string[] {
    return this.#kept.paths();
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
    this.#cursor ??= this.#kept.all();
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
    this.#stopSweeping = this.#kept.size > 0 ? this.clock.after(wait, () => this.#sweep()) : undefined;
  }

  /** Expired, or dead: built under a generation that is gone. */
  #isOver(stored: StoredEntry): boolean {
    if (stored.expiresAt <= this.clock.monotonic()) return true;
    return !stored.generations.every((generation) => this.generations.isCurrent(generation));
  }
}
