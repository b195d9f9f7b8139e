import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreName } from '../programs/freshness-stores.js';
import type { Configuration, Log, Quota, Slice } from '../programs/random-freshness.js';
import type { Verdict } from './freshness-oracle.js';
import { judgeLogs } from './freshness-oracle.js';
import type { Program } from './programs.js';
import { Programs } from './programs.js';
import { RedisServer } from './redis.js';
import { WITH_USERS } from './redis-users.js';

/** Decides what happens at random; set NESTASH_SEED to repeat it. */
export const seed = Number(process.env['NESTASH_SEED'] ?? randomInt(2 ** 31));

const TAKEN_MS = 100;
/** What the cache may say while Redis fails: of invalidations that they wait, not that they are lost. */
const OUTAGE =
  /^The store "default" (failed to (read|begin|fill|release); |is left alone until|did not confirm an inval)/;

/** Lines that nothing explains which is done to Redis. */
export function unexpected(errors: readonly string[]): string[] {
  return errors.filter((text) => !OUTAGE.test(text));
}

/** What several processes saw, and what went wrong on the way. */
export interface Course extends Verdict {
  readonly errors: readonly string[];
  /** What the store counted: commands that failed, by the reason, reads, and those that found an entry. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What is left out is as most tests want it. */
export interface ProcessOptions extends Partial<Omit<Configuration, 'store' | 'seed' | 'databaseUrl'>> {
  readonly prefix: string;
  /** For Node. */
  readonly execArgv?: readonly string[];
}

/** Processes that read and write articles at random, with one cache and one database. */
export class FreshnessBench {
  #started = 0;

  private constructor(
    private readonly programs: Programs,
    readonly cache: RedisServer,
    private readonly database: RedisServer,
  ) {}

  static async start(programs = Programs.build()): Promise<FreshnessBench> {
    const [cache, database] = await Promise.all([RedisServer.start({ args: WITH_USERS }), RedisServer.start()]);
    return new FreshnessBench(programs, cache, database);
  }

  /** Starts a process for each of the stores. */
  processes(stores: readonly StoreName[], options: ProcessOptions): Promise<Program[]> {
    const { execArgv = [], ...rest } = options;
    const common = { cacheUrl: this.cache.url, databaseUrl: this.database.url, writers: 4, ...rest };
    const configurations: Configuration[] = stores.map((store) => ({ ...common, store, seed: this.#nextSeed() }));
    return this.programs.start('random-freshness', configurations, execArgv);
  }

  /** Every process has another one. */
  #nextSeed(): number {
    return seed + this.#started++ * 7_919;
  }

  async run(processes: readonly Program[], quota: Quota): Promise<Course> {
    return this.#judged(await Promise.all(processes.map((program) => program.ask<Log>('run', quota))));
  }

  /** Lets processes read and write while something is done to what they use, and until they have read so much. */
  async runDuring(processes: readonly Program[], act: () => Promise<unknown>, reads: number): Promise<Course> {
    await Promise.all(processes.map((program) => program.ask('begin')));
    await act();
    const logs: Log[] = [];
    while (logs.reduce((sum, log) => sum + log.reads.length, 0) < reads) {
      await sleep(TAKEN_MS);
      const slices = await Promise.all(processes.map((program) => program.ask<Slice>('take')));
      for (const { log } of slices) logs.push(log);
    }
    return this.#judged(logs);
  }

  #judged(logs: readonly Log[]): Course {
    const counts = new Map<string, number>();
    for (const [what, count] of logs.flatMap((log) => [...log.counts])) {
      counts.set(what, (counts.get(what) ?? 0) + count);
    }
    const course = { ...judgeLogs(logs), errors: logs.flatMap(({ errors }) => errors), counts };
    if (process.env['NESTASH_FIGURES']) {
      console.log({ ...course, violations: course.violations.length, errors: course.errors.length });
    }
    return course;
  }

  /** Ends every process that was started. */
  end(): Promise<void> {
    return this.programs.end();
  }

  async stop(): Promise<void> {
    await this.programs.stop();
    await Promise.all([this.cache.stop(), this.database.stop()]);
  }
}
