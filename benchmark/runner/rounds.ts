import { join } from 'node:path';
import { Program } from '../../test/support/programs.js';
import { inTime } from './pace.js';
import type { Figures, Given, Scenario, Servers } from '../scenario.js';
import type { Assignment } from './worker.js';

const WORKER = join(import.meta.dirname, 'worker.js');
const LONGEST_STEP = 180_000;
const LONGEST_CLOSE = 3_000;

/** What became of one entrant. */
export interface Row {
  readonly entrant: string;
  /** One for each round. */
  readonly figures: Figures[];
  /** Why it was not measured. */
  cannot?: string;
  /** What went wrong while it was measured. */
  failure?: string;
}

export interface Plan {
  readonly rounds: number;
  readonly isQuick: boolean;
}

/** Measures every entrant of a scenario in a process of its own, one after the other in each round. */
export async function measure(scenario: Scenario, { rounds, isQuick }: Plan): Promise<Row[]> {
  const servers: Servers = (await scenario.servers?.(isQuick)) ?? { urls: [], stop: async () => {} };
  const lanes = scenario.entrants.map(
    (entrant, lane) => new Lane(scenario, entrant, { isQuick, urls: servers.urls, lane }),
  );
  try {
    for (let round = 0; round < (scenario.rounds ?? rounds); round++) {
      // Whoever comes first in a round may find the machine in another state than whoever comes last.
      for (let turn = 0; turn < lanes.length; turn++) await lanes[(round + turn) % lanes.length]!.round();
    }
    return lanes.map(({ row }) => row);
  } finally {
    await Promise.all(lanes.map((lane) => lane.end()));
    await servers.stop();
  }
}

/** One entrant through all rounds. */
class Lane {
  readonly row: Row;
  #program: Program | undefined;

  constructor(
    private readonly scenario: Scenario,
    entrant: string,
    private readonly given: Given,
  ) {
    this.row = { entrant, figures: [] };
  }

  async round(): Promise<void> {
    if (this.row.cannot !== undefined || this.row.failure !== undefined) return;
    try {
      const program = (this.#program ??= await this.#start());
      if (this.row.cannot !== undefined) return await this.end();
      this.row.figures.push(await inTime(program.ask<Figures>('round'), LONGEST_STEP));
      if (this.scenario.isFreshEachRound) await this.end();
    } catch (error) {
      this.row.failure = error instanceof Error ? error.message : String(error);
      await this.end();
    }
  }

  async end(): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    await inTime(program?.ask('close') ?? Promise.resolve(), LONGEST_CLOSE).catch(() => undefined);
    await program?.kill();
  }

  async #start(): Promise<Program> {
    const assignment: Assignment = { scenario: this.scenario.name, entrant: this.row.entrant, given: this.given };
    const program = new Program(WORKER, assignment, process.execArgv);
    this.#program = program;
    await program.ready;
    const cannot = await inTime(program.ask<string | undefined>('open'), LONGEST_STEP);
    if (cannot !== undefined) this.row.cannot = cannot;
    return program;
  }
}
