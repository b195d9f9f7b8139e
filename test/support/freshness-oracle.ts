import type { LoadLog } from '../programs/articles.js';
import { KINDS, countersOf } from '../programs/articles.js';
import type { Log, ReadLog, WriteLog } from '../programs/random-freshness.js';

/** A read that was older than a write whose invalidation had returned before the read began. */
export interface Violation {
  readonly read: ReadLog;
  readonly counter: string;
  readonly seen: number;
  readonly written: number;
  /** When the first write returned that the read does not show. */
  readonly missedAt: number;
}

/** What the logs of all processes say together. */
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly reads: number;
  readonly loads: number;
  /** Loads of data that was older than a write whose invalidation returned while the load ran. */
  readonly overtaken: number;
  /** How many writes of each kind there were. */
  readonly writes: ReadonlyMap<string, number>;
}

/** Says of reads whether they show every write that had returned before they began. */
export class FreshnessOracle {
  #writes: WriteLog[] = [];
  #reads: ReadLog[] = [];
  readonly #histories = new Map<string, History>();

  add({ reads, writes }: Pick<Log, 'reads' | 'writes'>): void {
    for (const read of reads) this.#reads.push(read);
    for (const write of writes) this.#writes.push(write);
  }

  /** Judges what began before a time, of which every write is known by now. */
  judge(until = Infinity): Violation[] {
    const known = this.#writes.filter((write) => returnOf(write) < until);
    this.#writes = this.#writes.filter((write) => returnOf(write) >= until);
    for (const write of known.sort((one, other) => returnOf(one) - returnOf(other))) this.#learn(write);
    const judged = this.#reads.filter(([, begun]) => begun < until);
    this.#reads = this.#reads.filter(([, begun]) => begun >= until);
    return judged.flatMap((read) => this.#violationsOf(read));
  }

  /** Whether a write returned before the load ended that its result does not show. */
  isOvertaken([article, , end, versions]: LoadLog): boolean {
    return countersOf(article).some((counter, index) => {
      return (this.#histories.get(counter)?.before(end) ?? 0) > versions[index]!;
    });
  }

  #learn(write: WriteLog): void {
    const counter = counterOf(write);
    const history = this.#histories.get(counter) ?? new History();
    this.#histories.set(counter, history);
    history.add(write[2], returnOf(write));
  }

  #violationsOf(read: ReadLog): Violation[] {
    const [article, begun, versions] = read;
    return countersOf(article).flatMap((counter, index) => {
      const history = this.#histories.get(counter);
      const [seen, written] = [versions[index]!, history?.before(begun) ?? 0];
      return seen < written ? [{ read, counter, seen, written, missedAt: history!.firstAfter(seen) }] : [];
    });
  }
}

export function judgeLogs(logs: readonly Log[]): Verdict {
  const oracle = new FreshnessOracle();
  for (const log of logs) oracle.add(log);
  const violations = oracle.judge();
  const loads = logs.flatMap((log) => log.loads);
  const counts = new Map<string, number>();
  for (const [kind] of logs.flatMap((log) => log.writes)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return {
    violations,
    reads: logs.reduce((sum, { reads }) => sum + reads.length, 0),
    loads: loads.length,
    overtaken: loads.filter((load) => oracle.isOvertaken(load)).length,
    writes: counts,
  };
}

/** The writes of one counter in the order in which they returned, each with the newest version that had returned by then. */
class History {
  readonly #returned: number[] = [];
  readonly #newest: number[] = [];

  add(version: number, returned: number): void {
    this.#newest.push(Math.max(version, this.#newest.at(-1) ?? 0));
    this.#returned.push(returned);
  }

  /** The newest version whose write had returned before this time. */
  before(time: number): number {
    return this.#newest[firstIndex(this.#returned, (returned) => returned >= time) - 1] ?? 0;
  }

  /** When the first write returned that is newer than a version. */
  firstAfter(version: number): number {
    return this.#returned[firstIndex(this.#newest, (newest) => newest > version)] ?? Infinity;
  }
}

/** Where the first of the values stands for which it is true, as it is for all behind that one. */
function firstIndex(values: readonly number[], isIt: (value: number) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isIt(values[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function returnOf([, , , returned]: WriteLog): number {
  return returned;
}

/** A put, a deletion and a clear write the counter of the article itself. */
function counterOf([kind, article]: WriteLog): string {
  const index = KINDS.findIndex((each) => each === kind);
  return countersOf(article)[Math.max(0, index)]!;
}
