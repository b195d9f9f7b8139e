import { deepStrictEqual } from 'node:assert';
import { join } from 'node:path';
import { Program } from '../../test/support/programs.js';
import { CACHES } from '../adapters/adapters.js';
import type { Application, Platform } from '../http/application.js';
import { payload } from '../payloads.js';
import type { Load } from '../programs/http-load.js';
import { oneRedis, ownDatabase } from '../runner/servers.js';
import type { Bench, Given, Scenario } from '../scenario.js';

const LOAD = join(import.meta.dirname, '../programs/http-load.js');
const CONNECTIONS = 32;
/** Of one round, in milliseconds. */
const DURATION = 600;
const LIMIT = 'constant object';

/** One kind of hit over HTTP. */
export interface Route {
  readonly platform: Platform;
  readonly tier: 'memory' | 'redis';
  readonly kilobytes: number;
}

interface Row extends Route {
  /** How many times a route that returns a constant object. */
  readonly goal: number;
}

export const httpScenarios: readonly Scenario[] = (
  [
    { platform: 'fastify', tier: 'memory', kilobytes: 50, goal: 4 },
    { platform: 'fastify', tier: 'memory', kilobytes: 1, goal: 1.5 },
    { platform: 'fastify', tier: 'redis', kilobytes: 50, goal: 2.5 },
    { platform: 'fastify', tier: 'redis', kilobytes: 1, goal: 1.15 },
    { platform: 'express', tier: 'memory', kilobytes: 50, goal: 2.4 },
    { platform: 'express', tier: 'redis', kilobytes: 50, goal: 1.9 },
  ] satisfies readonly Row[]
).map(scenarioFor);

function scenarioFor({ goal, ...route }: Row): Scenario {
  const { platform, tier, kilobytes } = route;
  const [server, place] = [platform === 'fastify' ? 'Fastify' : 'Express', tier === 'memory' ? 'memory' : 'Redis'];
  const limits = [LIMIT, 'constant string', ...(tier === 'redis' ? ['unparsed from Redis'] : [])];
  return {
    name: `http-${platform}-${tier}-${kilobytes}k`,
    title: `HTTP hit from ${place}, ${server}, ${kilobytes} KB`,
    how: `${CONNECTIONS} connections from another process, each asking again as soon as it has its answer. Limits are routes without a cache: one returns an object, one its JSON as text${tier === 'redis' ? ', one the text that Redis has' : ''}.`,
    columns: [{ name: 'answers/s', digits: 0 }],
    limit: { entrant: LIMIT, by: 'factor' },
    entrants: [...limits, ...CACHES],
    goals: [{ column: 'answers/s', of: 'limit', is: '≥', bound: goal }],
    ...(tier === 'redis' && { servers: oneRedis }),
    open: (entrant, given) => open(entrant, given, route),
  };
}

async function open(entrant: string, given: Given, route: Route): Promise<Bench> {
  const { startApplication } = await import('../http/application.js');
  const url = route.tier === 'redis' ? ownDatabase(given) : undefined;
  const application = await startApplication(entrant, { ...route, url });
  await checkAnswers(application, route);
  const program = new Program(LOAD, {});
  await program.ready;
  const answers = (duration: number): Promise<number> => {
    const load: Load = { port: application.port, path: application.path, connections: CONNECTIONS, duration };
    return program.ask<number>('load', load);
  };
  await answers(given.isQuick ? 50 : DURATION);
  return {
    round: async () => {
      const loads = application.loads();
      const figure = await answers(given.isQuick ? 100 : DURATION);
      if (application.isCached && application.loads() > loads) throw new Error('an answer was no hit');
      return { 'answers/s': figure };
    },
    close: async () => {
      await program.kill();
      await application.close();
    },
  };
}

/** The first answer and two more, which are hits. */
async function checkAnswers({ port, path }: Application, { kilobytes }: Route): Promise<void> {
  for (let time = 0; time < 3; time++) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('application/json')) throw new Error(`The type of an answer is "${type}".`);
    deepStrictEqual(await response.json(), payload(kilobytes));
  }
}
