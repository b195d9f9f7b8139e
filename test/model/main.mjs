// `npm run model`: explores the protocol of docs/freshness.md. It fails unless the protocol keeps its promise in every
// case, and breaks it without any one of its rules. `npm run model -- no-lease puts` takes only what has one of the texts
// in its name, and tells histories in full. NESTASH_MODEL=deep lets more happen in each case: 10 million states.
import { readFileSync } from 'node:fs';
import { cases } from './cases.mjs';
import { explore } from './checker.mjs';
import { variants } from './variants.mjs';

const texts = process.argv.slice(2);
const isDeep = process.env.NESTASH_MODEL === 'deep';
const isChosen = ({ name }) => texts.length === 0 || texts.some((text) => name.includes(text));
const started = performance.now();
const failures = [];
const total = { states: 0, chance: 0 };

const chosenCases = cases.filter(isChosen);
const chosenVariants = variants.filter(isChosen);
if (chosenCases.length + chosenVariants.length === 0) {
  console.error(`Nothing has a name that contains ${texts.map((text) => `"${text}"`).join(' or ')}. There are:`);
  console.error([...cases, ...variants].map(({ name }) => `  ${name}`).join('\n'));
  process.exit(1);
}
chosenCases.forEach(checkCase);
chosenVariants.forEach(checkVariant);

const { states, chance } = total;
console.log(
  `\n${chosenCases.length} cases, ${chosenVariants.length} variants: ${inWords(states)} in ${seconds(started)}.`,
);
console.log(`The probability that a hash hid one of them: ${chance.toExponential(0)}.`);
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** The protocol has to hold. */
function checkCase({ name, machine, bounds, deep }) {
  const since = performance.now();
  const result = exploreCounted(machine(undefined, isDeep ? deep : bounds));
  console.log(
    `${result.problem ? 'BROKEN' : 'holds '}  ${name.padEnd(48)} ${inWords(result.states)}, ${seconds(since)}`,
  );
  if (!result.problem) return;
  failures.push(`${name}: ${result.problem}`);
  printHistory(result);
}

/** A history has to go wrong. */
function checkVariant({ name, mistake, rule, machine, bounds }) {
  const result = exploreCounted(machine(name, bounds));
  const { problem, history } = result;
  const isTold = rule.section === undefined || stands(rule.words);
  if (!problem) failures.push(`${name}: ${mistake}, and nothing goes wrong in ${inWords(result.states)}`);
  if (!isTold) failures.push(`${name}: docs/freshness.md does not say "${rule.words}"`);
  console.log(`\n${problem ? 'fails ' : 'HOLDS '}  ${name}: ${mistake}`);
  if (texts.length > 0) {
    console.log(`The rule${rule.section === undefined ? '' : `, docs/freshness.md, ${rule.section}`}: ${rule.words}`);
    if (problem) printHistory(result);
  } else if (problem) {
    console.log(`        ${history.map(({ label }) => label).join(' | ')}`);
  }
}

function exploreCounted(machine) {
  const result = explore(machine);
  total.states += result.states;
  total.chance += result.chance;
  return result;
}

function printHistory({ history, problem, states }) {
  const width = Math.max(...history.map(({ label }) => label.length));
  history.forEach(({ label, changes }, index) => {
    console.log(`${String(index + 1).padStart(4)}  ${label.padEnd(width)}  ${changes.join(', ')}`.trimEnd());
  });
  console.log(`=> ${problem}. (${inWords(states)})`);
}

/** Whether the page has these words, however they are set. */
function stands(words) {
  const plain = (text) => text.replace(/[*_`]/g, '').replace(/\s+/g, ' ');
  return plain(readFileSync(new URL('../../docs/freshness.md', import.meta.url), 'utf8')).includes(plain(words));
}

function inWords(states) {
  return `${states.toLocaleString('en')} states`;
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
