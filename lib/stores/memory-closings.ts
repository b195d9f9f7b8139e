import type { Clock } from '../core/clock.js';
import { ROOT_GROUP } from '../keys/groups.js';

/** How many groups are closed at most; beyond that everything is. */
const LIMIT = 10_000;

/** The groups that a memory store has closed, and until when. */
export class MemoryClosings {
  /** On the clock's monotonic time. */
  #endByGroup = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Closes a group for so many milliseconds, unless it is closed for longer anyhow. */
  close(group: string, window: number): void {
    const end = Math.max(this.clock.monotonic() + window, this.#endByGroup.get(group) ?? 0);
    this.#endByGroup.set(group, end);
    if (this.#endByGroup.size > LIMIT) this.#shrink();
  }

  isClosed(group: string): boolean {
    const end = this.#endByGroup.get(group);
    if (end === undefined) return false;
    if (end > this.clock.monotonic()) return true;
    this.#endByGroup.delete(group);
    return false;
  }

  #shrink(): void {
    const now = this.clock.monotonic();
    this.#endByGroup = new Map([...this.#endByGroup].filter(([, end]) => end > now));
    if (this.#endByGroup.size <= LIMIT) return;
    const last = [...this.#endByGroup.values()].reduce((latest, end) => Math.max(latest, end));
    this.#endByGroup = new Map([[ROOT_GROUP, last]]);
  }
}
