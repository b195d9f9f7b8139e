import type { Clock } from '../core/clock.js';
import type { Address, Entry } from '../core/entry.js';
import { groupsOf } from '../keys/groups.js';
import type { Bounds, KeptEntry } from './kept-entries.js';
import { KeptEntries } from './kept-entries.js';
import type { Generation, MemoryGenerations } from './memory-generations.js';

/** An entry with what it holds on to. */
export interface StoredEntry extends KeptEntry {
  readonly generations: readonly Generation[];
  /** Whether the groups of its path are among those that it names; undefined until somebody asks. */
  namesItsPath: boolean | undefined;
  /** On the clock's monotonic time. */
  readonly expiresAt: number;
}

/** With everything that is noted of it later, for which V8 would make room elsewhere; and it keeps whole numbers in place. */
export function storedEntry(entry: Entry, generations: readonly Generation[], expiresAt: number): StoredEntry {
  return {
    entry,
    generations,
    expiresAt: Math.floor(expiresAt),
    namesItsPath: undefined,
    hasCountedMaster: false,
    isUsed: false,
  };
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

  /** What is there, if its lifetime is not over and every generation is there that it was built under. */
  get(path: string): StoredEntry | undefined {
    const stored = this.#kept.get(path);
    if (!stored) return undefined;
    if (!this.#isOver(stored)) return stored;
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
    for (const generation of stored.generations) if (!generation.isCurrent) return true;
    return false;
  }
}

/** Whether an entry names every group of its reader, as far as that can be told without putting them together. */
export function namesAll(stored: StoredEntry, { path, tags }: Address): boolean {
  if (!tags) return false;
  const { groups } = stored.entry.header;
  stored.namesItsPath ??= groupsOf(path).every((group) => groups.has(group));
  if (!stored.namesItsPath) return false;
  for (const tag of tags) if (!groups.has(tag)) return false;
  return true;
}
