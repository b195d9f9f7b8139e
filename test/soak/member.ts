import { now } from '../programs/articles.js';
import { ASKED, FOUND } from '../programs/counting.store.js';
import type { StoreName } from '../programs/freshness-stores.js';
import type { Memory, Slice } from '../programs/random-freshness.js';
import type { Program } from '../support/programs.js';
import type { Sample } from '../support/trend.js';

/** A process that reads and writes, and what it has said of itself. */
export class Member {
  readonly begun: Promise<void>;
  /** Up to when it has told everything, in microseconds. */
  until = now();
  asked = 0;
  found = 0;
  /** In seconds and KiB. */
  readonly resident: Sample[] = [];
  readonly used: Sample[] = [];
  #program: Program | undefined;

  constructor(
    readonly store: StoreName,
    start: () => Promise<Program>,
    /** How much it keeps for ever, in bytes a second. */
    readonly leak = 0,
  ) {
    this.begun = start().then(async (program) => {
      await program.ask('begin');
      this.#program = program;
    });
  }

  /** What happened since it was asked last, if it has begun and was not killed. */
  async take(): Promise<Slice | undefined> {
    const slice = await this.#program?.ask<Slice>('take').catch(() => undefined);
    if (!slice) return undefined;
    this.until = slice.until;
    this.asked += slice.log.counts.get(ASKED) ?? 0;
    this.found += slice.log.counts.get(FOUND) ?? 0;
    return slice;
  }

  async weigh(): Promise<void> {
    const { resident, used } = await this.#program!.ask<Memory>('weigh');
    const time = performance.now() / 1_000;
    this.resident.push([time, resident / 1_024]);
    this.used.push([time, used / 1_024]);
  }

  pause(): void {
    this.#program!.pause();
  }

  resume(): void {
    this.#program!.resume();
  }

  async kill(): Promise<void> {
    const program = this.#program!;
    this.#program = undefined;
    await program.kill();
  }
}
