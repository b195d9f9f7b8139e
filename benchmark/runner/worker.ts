// The process of one entrant in one scenario.
import { answer } from '../../test/programs/answering.js';
import { Cannot } from '../adapter.js';
import type { Bench, Given } from '../scenario.js';
import { scenarioOf } from '../scenarios/scenarios.js';

export interface Assignment {
  readonly scenario: string;
  readonly entrant: string;
  readonly given: Given;
}

const { scenario: name, entrant, given } = JSON.parse(process.argv[2]!) as Assignment;
const scenario = scenarioOf(name);
process.env['NODE_ENV'] = scenario.environment ?? 'production';
let bench: Bench | undefined;

answer({ open, round: () => bench!.round(), close: () => bench?.close?.() });

/** Returns why there is nothing to measure, if so. */
async function open(): Promise<string | undefined> {
  try {
    bench = await scenario.open(entrant, given);
    return undefined;
  } catch (error) {
    if (error instanceof Cannot) return error.message;
    throw error;
  }
}
