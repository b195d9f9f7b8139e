import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from './freshness-oracle.js';
import { Pressure } from './pressure.js';
import type { RedisServer } from './redis.js';

/** A deletion that is older than this has reached the replica, in microseconds. */
const LONGEST_LAG = 5_000_000;
/** Shorter than the silence after which a replica takes over. */
const LONGEST_PAUSE_MS = 600;
const PRESSURE_MS = 1_500;

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
  constructor(
    masters: readonly RedisServer[],
    protected readonly random: () => number,
  ) {
    for (const { pid } of masters) this.#reigned.add(pid);
  }

  protected async failOver(what: string, act: () => Promise<RedisServer>): Promise<void> {
    const start = now();
    const { pid } = await act();
    this.failovers.push({ start, end: now(), isAgain: this.#reigned.has(pid) });
    this.#reigned.add(pid);
    this.count(what);
  }

  protected async pause(master: RedisServer): Promise<void> {
    master.pause();
    await sleep(this.random() * LONGEST_PAUSE_MS);
    master.resume();
    this.count('servers paused');
  }

  /** Somebody else fills a master, which evicts. */
  protected async fill(master: RedisServer, ballast?: string): Promise<void> {
    const pressure = new Pressure(master.url, ballast);
    await pressure.begin('allkeys-random');
    await sleep(PRESSURE_MS);
    this.count('keys evicted', await pressure.end());
    pressure.disconnect();
  }

  protected count(what: string, by = 1): void {
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
