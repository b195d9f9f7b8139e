import { join } from 'node:path';
import { percentile } from '../../test/support/percentile.js';
import { Program } from '../../test/support/programs.js';
import { adapterOf, CACHES } from '../adapters/adapters.js';
import { Cannot } from '../adapter.js';
import type { Answered, Burst, Configuration } from '../programs/caller.js';
import { oneRedis, ownDatabase } from '../runner/servers.js';
import type { Given, Scenario } from '../scenario.js';

const CALLER = join(import.meta.dirname, '../programs/caller.js');
const PROCESSES = 4;
const CALLERS = 500;
const DURATION = 100;
const WARM_UPS = 20;

export const stampede: Scenario = {
  name: 'stampede',
  title: `A stampede of ${CALLERS} callers in each of ${PROCESSES} processes`,
  how: `All ask for one cold key in Redis at once, whose loader takes ${DURATION} ms. ${WARM_UPS} shorter ones go before.`,
  columns: [
    { name: 'runs of the loader', digits: 0 },
    { name: 'p99 ms', digits: 0 },
  ],
  entrants: CACHES,
  goals: [
    { column: 'runs of the loader', of: 'median', is: '≤', bound: 1, isPromise: true },
    { column: 'p99 ms', of: 'median', is: '≤', bound: 130 },
  ],
  servers: oneRedis,
  open,
};

async function open(entrant: string, given: Given) {
  if (!(await adapterOf(entrant)).redis) throw new Cannot('has no entries in Redis');
  const configuration: Configuration = { entrant, url: ownDatabase(given) };
  const programs = Array.from({ length: PROCESSES }, () => new Program(CALLER, configuration));
  await Promise.all(programs.map(({ ready }) => ready));
  const burst = async (key: string, duration = DURATION): Promise<readonly Answered[]> => {
    const asked: Burst = { key, callers: CALLERS, duration };
    return Promise.all(programs.map((program) => program.ask<Answered>('burst', asked)));
  };
  // The first bursts also compile the code.
  for (let index = 0; index < WARM_UPS; index++) await burst(`public:report:warm${index}`, 1);
  let round = 0;
  return {
    round: async () => {
      const answers = await burst(`public:report:${round++}`);
      const runs = answers.reduce((sum, answer) => sum + answer.runs, 0);
      const times = answers.flatMap((answer) => answer.times);
      return { 'runs of the loader': runs, 'p99 ms': percentile(times, 0.99) };
    },
    close: async () => void (await Promise.all(programs.map((program) => program.kill()))),
  };
}
