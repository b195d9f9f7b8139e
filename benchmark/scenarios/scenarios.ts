import type { Scenario } from '../scenario.js';
import { heap } from './heap.js';
import { httpScenarios } from './http.js';
import { invalidateInCluster } from './invalidate-in-cluster.js';
import { invalidatePrefix, invalidateTag } from './invalidate.js';
import { memoryHitCopy, memoryHitShared } from './memory-hit.js';
import { outages } from './outages.js';
import { packages } from './packages.js';
import { redisHitScenarios } from './redis-hit.js';
import { stale } from './stale.js';
import { stampede } from './stampede.js';
import { startUp } from './start-up.js';
import { values } from './values.js';

/** In the order of the results. */
export const SCENARIOS: readonly Scenario[] = [
  memoryHitCopy,
  memoryHitShared,
  ...redisHitScenarios,
  ...httpScenarios,
  stampede,
  invalidatePrefix,
  invalidateInCluster,
  invalidateTag,
  stale,
  values,
  outages,
  heap,
  packages,
  startUp,
];

export function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (!scenario) throw new Error(`There is no scenario "${name}".`);
  return scenario;
}
