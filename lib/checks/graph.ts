import type { Check } from './finding.js';
import { clashingKeys } from './clashing-keys.js';
import { forgottenEntries } from './forgotten-entries.js';
import { idlePatterns } from './idle-patterns.js';
import { keyGraphOf } from './key-graph.js';
import { widePatterns } from './wide-patterns.js';

/** Every template against every other one, and against every invalidation. */
export const checkGraph: Check = (application) => {
  const graph = keyGraphOf(application);
  return [...clashingKeys(graph), ...idlePatterns(graph), ...widePatterns(graph), ...forgottenEntries(graph)];
};
