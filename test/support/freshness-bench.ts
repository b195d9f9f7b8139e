import { randomInt } from 'node:crypto';
import type { StoreName } from '../programs/freshness-stores.js';
import type { Configuration, Log, Quota } from '../programs/random-freshness.js';
import type { Verdict } from './freshness-oracle.js';
import { judgeLogs } from './freshness-oracle.js';
import type { Program } from './programs.js';
import { Programs } from './programs.js';
import { RedisServer } from './redis.js';

/** Decides what happens at random; set NESTASH_SEED to repeat it. */
export const seed = Number(process.env['NESTASH_SEED'] ?? randomInt(2 ** 31));

/** What several processes saw, and what went wrong on the way. */
export interface Course extends Verdict {
  readonly errors: readonly string[];
  /** How many commands failed, by the reason. */
  readonly failures: ReadonlyMap<string, number>;
}

/** Processes that read and write articles at random, with one cache and one database. */
export class FreshnessBench {
  private constructor(
    private readonly programs: Programs,
    readonly cache: RedisServer,
    private readonly database: RedisServer,
  ) {}

  static async start(): Promise<FreshnessBench> {
    const programs = Programs.build();
    const [cache, database] = await Promise.all([RedisServer.start(), RedisServer.start()]);
    return new FreshnessBench(programs, cache, database);
  }

  /** Starts a process for each of the stores. */
  processes(
    stores: readonly StoreName[],
    options: { readonly prefix: string; readonly cacheUrl?: string; readonly writers?: number },
  ): Promise<Program[]> {
    const { prefix, cacheUrl = this.cache.url, writers = 4 } = options;
    const common = { cacheUrl, databaseUrl: this.database.url, prefix, writers };
    const configurations: Configuration[] = stores.map((store, index) => ({
      ...common,
      store,
      seed: seed + index * 7_919,
    }));
    return this.programs.start('random-freshness', configurations);
  }

  async run(processes: readonly Program[], quota: Quota): Promise<Course> {
    const logs = await Promise.all(processes.map((program) => program.ask<Log>('run', quota)));
    const failures = new Map<string, number>();
    for (const [reason, count] of logs.flatMap((log) => [...log.failures])) {
      failures.set(reason, (failures.get(reason) ?? 0) + count);
    }
    const course = { ...judgeLogs(logs), errors: logs.flatMap(({ errors }) => errors), failures };
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
