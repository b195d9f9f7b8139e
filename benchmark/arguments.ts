import { parseArgs } from 'node:util';
import type { Plan } from './runner/rounds.js';

const ROUNDS = 5;

const USAGE = `npm run bench -- [--scenario <name>]… [--rounds <number>] [--quick]
  --scenario  only those whose names begin with it; RESULTS.md is then left as it is
  --rounds    how often each entrant has its turn (${ROUNDS})
  --quick     less of everything, to see that everything runs; RESULTS.md is left as it is`;

export interface Arguments {
  readonly plan: Plan;
  readonly names: readonly string[];
  /** Whether the results are those that RESULTS.md is about: of everything, and in full. */
  readonly isWritten: boolean;
}

/** Ends the process where they are none. */
export function parseArguments(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string', multiple: true, default: [] },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    });
    const rounds = values.rounds === undefined ? (values.quick ? 1 : ROUNDS) : Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1)
      throw new Error(`--rounds is "${values.rounds}", which is no number of rounds.`);
    const isWritten = values.scenario.length === 0 && !values.quick;
    return { plan: { rounds, isQuick: values.quick }, names: values.scenario, isWritten };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(1);
  }
}
