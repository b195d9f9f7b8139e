import type { Violation } from './freshness-oracle.js';

/** A deletion that is older than this has reached the replica, in microseconds. */
const LONGEST_LAG = 5_000_000;

/** From the last moment at which all was well to the first at which all is well again, in microseconds. */
export interface Failover {
  readonly start: number;
  readonly end: number;
  /** Whether the process that took over has been master before: then what it has from that time counts again. */
  readonly isAgain: boolean;
}

/** What was done to servers, and which of them have been masters. */
export class Troubles {
  readonly failovers: Failover[] = [];
  readonly counts = new Map<string, number>();
  readonly #reigned = new Set<number>();

  /** @param masters those there are at first. */
  constructor(masters: readonly { readonly pid: number }[]) {
    for (const { pid } of masters) this.#reigned.add(pid);
  }

  async failOver(what: string, act: () => Promise<{ readonly pid: number }>): Promise<void> {
    const start = now();
    const { pid } = await act();
    this.failovers.push({ start, end: now(), isAgain: this.#reigned.has(pid) });
    this.#reigned.add(pid);
    this.count(what);
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /**
   * Whether the deletion for a write may be one that a replica had not heard of when it took over, and whose victim came
   * back because a process is master for the second time.
   */
  isLost({ missedAt, read: [, begun] }: Violation): boolean {
    const isUnheard = ({ start, end }: Failover) => missedAt >= start - LONGEST_LAG && missedAt <= end;
    return this.failovers.some((failover, index) => {
      const comeback = this.failovers.slice(index).find(({ isAgain }) => isAgain);
      return isUnheard(failover) && comeback !== undefined && begun >= comeback.start;
    });
  }
}

/** By the clock of all processes of a machine. */
function now(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
