// Makes every error of nestash by real misuse of its public names, and prints each text once.
import { CACHE_ERROR_CODES } from 'nestash';
import type { Seen } from './judge.js';
import { faultsOf, faultsOfAll, faultsOfLines, seenIn } from './judge.js';
import { graphMisuses } from './graph.js';
import { inputMisuses } from './inputs.js';
import { keyMisuses } from './keys.js';
import { manyMisuses } from './many.js';
import { methodMisuses } from './methods.js';
import type { LoggedMisuse, Misuse } from './misuse.js';
import { optionMisuses } from './options.js';
import { loggedMisuses } from './production.js';
import { requestMisuses } from './requests.js';
import { routeMisuses } from './routes.js';
import { storeMisuses } from './stores.js';
import { templateMisuses } from './templates.js';
import { loggedTransportMisuses, transportMisuses } from './transports.js';
import { valueMisuses } from './values.js';

const PARTS: readonly (readonly [title: string, misuses: readonly Misuse[]])[] = [
  ['Options', optionMisuses],
  ['Templates', templateMisuses],
  ['Methods', methodMisuses],
  ['Many ids', manyMisuses],
  ['GraphQL, messages and WebSockets', transportMisuses],
  ['Routes', routeMisuses],
  ['Keys', keyMisuses],
  ['Keys that do not fit together', graphMisuses],
  ['What keys leave out', inputMisuses],
  ['Requests', requestMisuses],
  ['Values and loaders', valueMisuses],
  ['Stores, locks and packages', storeMisuses],
];

let faults = 0;

const seen: Seen[] = [];
for (const [title, misuses] of PARTS) {
  printTitle(title);
  for (const misuse of misuses) {
    const made = await seenOf(misuse);
    print(misuse, made ? `${made.code}: ${made.text}` : 'nothing', faultsOf(misuse, made));
    if (made) seen.push(made);
  }
}

printTitle('What the log says where a request must not fail');
const logged = [...loggedMisuses, ...loggedTransportMisuses];
for (const misuse of logged) {
  const lines = await linesOf(misuse);
  print(misuse, lines.join('\n'), faultsOfLines(misuse, lines));
}

for (const fault of faultsOfAll(seen, CACHE_ERROR_CODES)) printFault(fault);
console.log(`\n${logged.length} lines of the log, each left by real misuse`);
console.log(`${seen.length} error texts, each made by real misuse`);
if (faults > 0) console.log(`${faults} faults: see NOT RIGHT above`);
process.exitCode = faults > 0 ? 1 : 0;

async function seenOf(misuse: Misuse): Promise<Seen | undefined> {
  try {
    await misuse.make();
    return undefined;
  } catch (error) {
    return seenIn(error, misuse.code);
  }
}

async function linesOf(misuse: LoggedMisuse): Promise<readonly string[]> {
  try {
    return await misuse.make();
  } catch (error) {
    return [`it failed with ${String(error)}`, 'and must not'];
  }
}

function printTitle(title: string): void {
  console.log(`\n${title}\n${'='.repeat(title.length)}`);
}

function print({ wrote }: Pick<Misuse, 'wrote'>, text: string, found: readonly string[]): void {
  console.log(`\n${wrote}\n  ${text.replaceAll('\n', '\n  ')}`);
  for (const fault of found) printFault(`the text above ${fault}`);
}

function printFault(fault: string): void {
  faults++;
  console.log(`  NOT RIGHT: ${fault}`);
}
