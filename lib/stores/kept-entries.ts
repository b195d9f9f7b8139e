import type { Entry } from '../core/entry.js';
import { wholeNumber } from '../core/options.js';

/** How much may be kept. */
export interface Bounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** @throws CacheError `OPTION_INVALID` */
export function checkedBounds(
  { maxEntries, maxBytes }: { maxEntries?: number; maxBytes?: number },
  where: string,
): Bounds {
  return {
    maxEntries: wholeNumber(maxEntries, { option: 'maxEntries', where, least: 1, otherwise: 10_000 }),
    maxBytes: wholeNumber(maxBytes, { option: 'maxBytes', where, least: 1, otherwise: 64 * 1024 * 1024 }),
  };
}

/** An entry in the memory of this process. */
export interface KeptEntry {
  readonly entry: Entry;
  /** Whether its master is counted among the bytes. */
  hasCountedMaster?: boolean;
  /** Whether it was asked for since it was stored, or spared. */
  isUsed?: boolean;
}

/** What an entry costs besides its texts: the map's slot and the header. An estimate. */
const ENTRY_OVERHEAD = 400;
/** What each of its groups costs besides its name: a generation, and a slot wherever it is noted. An estimate. */
const GROUP_OVERHEAD = 200;
/** What a value takes besides its payload, for each character of that. An estimate, for objects of texts and numbers. */
const MASTER_FACTOR = 3;

/**
 * Entries by path, bounded by number and bytes. Those that nobody has asked for lately go first: what was used is spared
 * once, and is the last in the line again.
 *
 * @see Corbató: A Paging Experiment with the Multics System. MIT, 1968: the second chance costs a hit nothing
 */
export class KeptEntries<Kept extends KeptEntry> {
  readonly #byPath = new Map<string, Kept>();
  #bytes = 0;

  /** @param dropped is told of everything that is not kept any more. */
  constructor(
    private readonly bounds: Bounds,
    private readonly dropped: (kept: Kept) => void = () => {},
  ) {}

  get size(): number {
    return this.#byPath.size;
  }

  get(path: string): Kept | undefined {
    const kept = this.#byPath.get(path);
    if (!kept) return undefined;
    kept.isUsed = true;
    if (kept.entry.master && !kept.hasCountedMaster) this.#countMaster(path, kept);
    return kept;
  }

  /** Keeps an entry in the place of the one before. One that is larger than everything may be is not kept. */
  set(path: string, kept: Kept): void {
    this.delete(path);
    kept.hasCountedMaster = kept.entry.master != null;
    const size = sizeOf(path, kept);
    if (size > this.bounds.maxBytes) return this.dropped(kept);
    this.#shrink({ entries: 1, bytes: size });
    this.#byPath.set(path, kept);
    this.#bytes += size;
  }

  delete(path: string): void {
    const kept = this.#byPath.get(path);
    if (!kept) return;
    this.#byPath.delete(path);
    this.#bytes -= sizeOf(path, kept);
    this.dropped(kept);
  }

  clear(): void {
    for (const path of this.paths()) this.delete(path);
  }

  paths(): string[] {
    return [...this.#byPath.keys()];
  }

  all(): MapIterator<[string, Kept]> {
    return this.#byPath.entries();
  }

  /** It was made since the entry was asked for the last time. */
  #countMaster(path: string, kept: Kept): void {
    const before = sizeOf(path, kept);
    kept.hasCountedMaster = true;
    this.#bytes += sizeOf(path, kept) - before;
    this.#shrink({ entries: 0, bytes: 0 });
  }

  /** Makes room for what comes. */
  #shrink({ entries, bytes }: { readonly entries: number; readonly bytes: number }): void {
    const { maxEntries, maxBytes } = this.bounds;
    for (const [path, kept] of this.#byPath) {
      if (this.#byPath.size + entries <= maxEntries && this.#bytes + bytes <= maxBytes) break;
      if (kept.isUsed) this.#spare(path, kept);
      else this.delete(path);
    }
  }

  /** Whoever walks along the line meets it again, at its end. */
  #spare(path: string, kept: Kept): void {
    kept.isUsed = false;
    this.#byPath.delete(path);
    this.#byPath.set(path, kept);
  }
}

function sizeOf(path: string, { entry, hasCountedMaster = false }: KeptEntry): number {
  let size = ENTRY_OVERHEAD + 2 * (path.length + entry.payload.length + entry.header.headers.length);
  if (hasCountedMaster) size += MASTER_FACTOR * entry.payload.length;
  // The path names a group too, with the very same text.
  for (const group of entry.header.groups.keys()) size += GROUP_OVERHEAD + (group === path ? 0 : 2 * group.length);
  for (const { groups } of entry.header.elsewhere) {
    for (const [group, id] of groups) size += GROUP_OVERHEAD + 2 * (group.length + id.length);
  }
  return size;
}
