// `npm run bench`: nestash beside its peers, each in a process of its own. Prints a table for each scenario, and writes RESULTS.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments } from './arguments.js';
import { OURS, ourRow, verdicts } from './runner/figures.js';
import type { Result } from './runner/results.js';
import { head, reasons, resultsText } from './runner/results.js';
import { measure } from './runner/rounds.js';
import { goalsOf, tableOf } from './runner/table.js';
import type { Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios/scenarios.js';

// This file is compiled into a folder two levels below the package.
const RESULTS = join(import.meta.dirname, '../../RESULTS.md');

const { plan, names, isWritten } = parseArguments(process.argv.slice(2));
const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.some((each) => name.startsWith(each)));
if (chosen.length === 0) {
  console.error(
    `No scenario begins with "${names.join('" or "')}". There are: ${SCENARIOS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}

console.log(head(plan).join('\n'));
const results: Result[] = [];
for (const scenario of chosen) {
  const begun = performance.now();
  const result = { scenario, rows: await measure(scenario, plan) };
  results.push(result);
  print(result, (performance.now() - begun) / 1_000);
}
if (isWritten) {
  writeFileSync(RESULTS, await resultsText(results, plan));
  console.log('\nWritten to benchmark/RESULTS.md');
}

const wrong = results.flatMap(({ scenario, rows }) => broken(scenario, rows));
for (const line of wrong) console.error(`not ok ${line}`);
process.exit(wrong.length === 0 ? 0 : 1);

function print({ scenario, rows }: Result, seconds: number): void {
  console.log(`\n${scenario.title} (${scenario.name}, ${seconds.toFixed(0)} s)`);
  if (ourRow(rows)) console.log([tableOf(scenario, rows), ...goalsOf(scenario, rows), ...reasons(rows)].join('\n'));
  else console.log(`Not shown. ${reasons(rows.filter(({ entrant }) => entrant.startsWith(OURS))).join(' ')}`);
}

/** What nestash promises, whatever the machine: right answers. What takes how long is reported only. */
function broken(scenario: Scenario, rows: Result['rows']): string[] {
  const failures = rows
    .filter(({ entrant, failure }) => entrant.startsWith(OURS) && failure !== undefined)
    .map(({ entrant, failure }) => `${scenario.name}: ${entrant} failed: ${failure}`);
  if (failures.length > 0) return failures;
  if (!ourRow(rows)) return [];
  return verdicts(scenario, rows)
    .filter(({ goal, isReached }) => goal.isPromise && !isReached)
    .map(({ goal, value }) => `${scenario.name}: ${goal.column} is ${value}, and has to be ${goal.is} ${goal.bound}`);
}
