import { CacheError } from '../../../lib/index.js';
import type { MemoryAnswer } from '../in-memory-http.js';
import { methodTextOf, withoutIgnored } from './method-source.js';
import type { RandomApplication, Traffic } from './random-application.js';
import { StartedApplication, pathsOf } from './started-application.js';
import type { Mode } from './started-application.js';
import type { Visit } from './visits.js';

/** A request whose answer is another one than without a cache. */
export interface Leak {
  readonly path: string;
  readonly visit: Visit;
  readonly expected: unknown;
  readonly found: unknown;
}

/** What came of the requests to one application. */
export interface Played {
  readonly leaks: readonly Leak[];
  readonly hits: number;
}

export type Refusal = CacheError<'START_UP_REFUSED'>;

interface Step {
  readonly path: string;
  readonly visit: Visit;
}

/** Starts an application, or tells why it refuses. */
export async function startOrRefuse(application: RandomApplication, mode: Mode): Promise<StartedApplication | Refusal> {
  try {
    return await StartedApplication.start(application, mode);
  } catch (error) {
    if (CacheError.is(error, 'START_UP_REFUSED')) return error;
    throw error;
  }
}

/** Plays the traffic, or tells why the application refuses to start. */
export async function play(application: RandomApplication, mode: Mode, traffic: Traffic): Promise<Played | Refusal> {
  const started = await startOrRefuse(application, mode);
  if (started instanceof CacheError) return started;
  try {
    const steps = stepsOf(application, traffic);
    const answers: MemoryAnswer[] = [];
    const first = traffic.together ? steps.slice(0, steps.length / 2) : [];
    answers.push(...(await Promise.all(first.map(({ visit, path }) => started.visit(visit, path)))));
    for (const { visit, path } of steps.slice(first.length)) answers.push(await started.visit(visit, path));
    const oracle = await answersWithoutCache(started, distinctSteps(application, traffic));
    const ignore = [...methodTextOf(application).ignore, ...application.ignoredKinds];
    const leaks = steps.flatMap((step, index) => {
      const [expected, found] = [oracle.get(JSON.stringify(step))!, answers[index]!].map((each) => shown(each, ignore));
      return JSON.stringify(expected) === JSON.stringify(found) ? [] : [{ ...step, expected, found }];
    });
    const ran = answers.filter(({ status }) => status === 200).length;
    return { leaks, hits: ran - started.runs };
  } finally {
    await started.stop();
  }
}

/** By request. */
async function answersWithoutCache(
  started: StartedApplication,
  steps: readonly Step[],
): Promise<Map<string, MemoryAnswer>> {
  const answers = new Map<string, MemoryAnswer>();
  for (const step of steps) answers.set(JSON.stringify(step), await started.visitUncached(step.visit, step.path));
  return answers;
}

/** What a visitor sees, but for what the key may leave out. */
function shown({ status, body }: MemoryAnswer, ignore: readonly string[]): unknown {
  return status === 200 ? { status, body: withoutIgnored(body, ignore) } : { status };
}

/** One visit, others that differ from it in one thing that the method reads, one that differs in everything. */
function distinctSteps(application: RandomApplication, { visits: [base, other] }: Traffic): Step[] {
  const visits = methodTextOf(application).attributes.map((name) => ({ ...base, [name]: other[name] }));
  return pathsOf(application).flatMap((path) => [base, ...visits, other].map((visit) => ({ path, visit })));
}

/** Every distinct request twice, the second time in another order. */
function stepsOf(application: RandomApplication, traffic: Traffic): Step[] {
  const steps = distinctSteps(application, traffic);
  const order = steps.map((step, index) => ({ step, rank: traffic.shuffle[index % traffic.shuffle.length]! }));
  const shuffled = order.sort((one, two) => one.rank - two.rank).map(({ step }) => step);
  return [...shuffled, ...[...shuffled].reverse()];
}
