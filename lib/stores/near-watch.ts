import type { Clock } from '../core/clock.js';
import type { Address } from '../core/entry.js';
import { entryGroup } from '../keys/groups.js';
import type { Announcer } from './far-store.js';
import type { KeptEntry } from './kept-entries.js';
import type { NearChanges } from './near-changes.js';
import type { Invalidation } from './store.js';

/** `B`: how much older than the last write an entry may be that is served without asking, in milliseconds. */
export const STALENESS_BOUND = 1_000;
/**
 * How long a copy is served without asking, in milliseconds: the bound where nobody can tell that the announcements come
 * from a server which is not the master any more, or where clocks differ.
 */
export const LONGEST_TRUST = 10_000;

/** An entry that is kept in this process. */
export interface NearCopy extends KeptEntry {
  /** The last one. */
  sighting: Sighting;
}

/** When a read was sent that found the entry alive. */
export interface Sighting {
  /** Among the changes. */
  readonly moment: number;
  /** On the monotonic clock. */
  readonly at: number;
}

/** Knows which copies may be served without asking, because what happens to their entries would have been heard. */
export class NearWatch {
  constructor(
    private readonly announcer: Announcer,
    private readonly changes: NearChanges,
    private readonly clock: Clock,
  ) {}

  open(): void {
    this.announcer.open();
  }

  close(): Promise<void> {
    return this.announcer.close();
  }

  /** To be taken before a read is sent: what is heard while it is under way may not be in its answer. */
  sighting(): Sighting {
    return { moment: this.changes.moment, at: this.clock.monotonic() };
  }

  mayServe({ entry: { header }, sighting }: NearCopy, { path, groups }: Address): boolean {
    const now = this.clock.monotonic();
    if (now - this.announcer.completeUntil > STALENESS_BOUND || now - sighting.at > LONGEST_TRUST) return false;
    if (this.clock.now() >= header.expiresAt + header.staleFor || !this.announcer.isAbout(header)) return false;
    // Of a group that only this reader names nothing is known here.
    if (!groups.every((group) => header.groups.has(group))) return false;
    const { moment } = sighting;
    if (this.changes.hasChanged(path, moment)) return false;
    for (const group of header.groups.keys()) if (this.changes.hasChanged(group, moment)) return false;
    return true;
  }

  /**
   * Does something to the far store that makes copies old. Once it is done this process owes it to itself, announced or
   * not: a read that was sent before may have seen what was there before.
   */
  async during<T>(change: Invalidation, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      if (change.globs.length > 0) this.changes.noteEverything();
      else this.changes.note([...change.groups, ...change.paths, ...change.paths.map(entryGroup)]);
    }
  }
}
