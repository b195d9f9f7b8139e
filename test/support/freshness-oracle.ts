import type { LoadLog } from '../programs/articles.js';
import { KINDS, countersOf } from '../programs/articles.js';
import type { Log, ReadLog, WriteLog } from '../programs/random-freshness.js';

/** A read that was older than a write whose invalidation had returned before the read began. */
export interface Violation {
  readonly read: ReadLog;
  readonly counter: string;
  readonly seen: number;
  readonly written: number;
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

export function judgeLogs(logs: readonly Log[]): Verdict {
  const writes = logs.flatMap((log) => log.writes);
  const reads = logs.flatMap((log) => log.reads);
  const loads = logs.flatMap((log) => log.loads);
  const histories = historiesOf(writes);
  const counts = new Map<string, number>();
  for (const [kind] of writes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return {
    violations: reads.flatMap((read) => violationsOf(read, histories)),
    reads: reads.length,
    loads: loads.length,
    overtaken: loads.filter((load) => isOvertaken(load, histories)).length,
    writes: counts,
  };
}

/** The writes of one counter in the order in which they returned, each with the newest version that had returned by then. */
class History {
  readonly #returned: number[] = [];
  readonly #newest: number[] = [];

  constructor(writes: readonly { version: number; returned: number }[]) {
    let newest = 0;
    for (const { version, returned } of [...writes].sort((one, other) => one.returned - other.returned)) {
      newest = Math.max(newest, version);
      this.#returned.push(returned);
      this.#newest.push(newest);
    }
  }

  /** The newest version whose write had returned before this time. */
  before(time: number): number {
    let [low, high] = [0, this.#returned.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#returned[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return this.#newest[low - 1] ?? 0;
  }
}

function historiesOf(writes: readonly WriteLog[]): Map<string, History> {
  const byCounter = new Map<string, { version: number; returned: number }[]>();
  for (const [kind, article, version, returned] of writes) {
    const index = KINDS.findIndex((each) => each === kind);
    const counter = countersOf(article)[Math.max(0, index)]!;
    byCounter.set(counter, [...(byCounter.get(counter) ?? []), { version, returned }]);
  }
  return new Map([...byCounter].map(([counter, made]) => [counter, new History(made)]));
}

function violationsOf(read: ReadLog, histories: ReadonlyMap<string, History>): Violation[] {
  const [article, start, versions] = read;
  return countersOf(article).flatMap((counter, index) => {
    const written = histories.get(counter)?.before(start) ?? 0;
    const seen = versions[index]!;
    return seen < written ? [{ read, counter, seen, written }] : [];
  });
}

function isOvertaken([article, , end, versions]: LoadLog, histories: ReadonlyMap<string, History>): boolean {
  return countersOf(article).some((counter, index) => (histories.get(counter)?.before(end) ?? 0) > versions[index]!);
}
