// `npm run mutants`: makes each mistake of test/mutants in a copy of the source and runs the tests that must notice it.
// A mistake that no test notices survives and fails the run; so does one that keeps the code from loading, which proves
// nothing. `npm run mutants -- lease "stores: a"` makes those whose names contain one of the texts.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copySource, runTests } from './mutant-tests.mjs';
import { ensureRedisServer } from './redis-server.mjs';
import { root } from './tsc.mjs';

const COPIES = 2;
const LISTS = join(root, 'test', 'mutants');

const started = Date.now();
const mutants = selected(await allMutants(), process.argv.slice(2));
process.env.REDIS_SERVER_BIN = ensureRedisServer();

const temp = mkdtempSync(join(tmpdir(), 'nestash-mutants-'));
process.on('exit', () => rmSync(temp, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));
const copies = Array.from({ length: COPIES }, (_, index) => copySource(join(temp, `copy-${index}`)));

failIfAny('These mutants do not fit the source any more:', mutants.flatMap(misfits));
failIfAny('The tests cannot judge any mutant:', (await inCopies(byTestFile(mutants), lastingObstacles)).flat());
console.log(`${mutants.length} mutants; without them the tests pass (${secondsSince(started)})\n`);

const verdicts = await inCopies(mutants, judge);
const count = (kind) => verdicts.filter((verdict) => verdict.kind === kind).length;
const totals = ['caught', 'survived', 'broken'].map((kind) => `${count(kind)} ${kind}`).join(', ');
console.log(`\n${mutants.length} mutants in ${secondsSince(started)}: ${totals}`);
for (const { kind, mutant, broken } of verdicts) {
  if (kind !== 'caught') console.log(`  ${kind}: ${mutant.name} (${broken ?? `${mutant.file}, ${mutant.tests}`})`);
}
process.exitCode = count('caught') === mutants.length ? 0 : 1;

/** Makes one mistake, looks who notices it, and takes it back. */
async function judge(mutant, copy) {
  const since = Date.now();
  const path = join(copy, mutant.file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    original.replace(mutant.find, () => mutant.replace),
  );
  const { failed, broken } = await runTests(copy, mutant.tests, {
    texts: mutant.only && [mutant.only],
    isMistaken: true,
  });
  writeFileSync(path, original);
  const kind = failed.length > 0 ? 'caught' : broken ? 'broken' : 'survived';
  const by = failed.length > 0 ? `  <- ${failed[0]}` : '';
  console.log(`${kind.padEnd(8)} ${secondsSince(since).padStart(6)}  ${mutant.name}${by}`);
  return { kind, mutant, broken };
}

/** What still speaks against a test file when it is run again: `npm test` is where chance has to show. */
async function lastingObstacles(tested, copy) {
  const found = await obstacles(tested, copy);
  if (found.length === 0) return [];
  console.log(`Looked at once more: ${found.join('; ')}`);
  return obstacles(tested, copy);
}

/** What speaks against a test file, for the mutants that rely on it: it fails, or lacks a test that they name. */
async function obstacles([tests, relying], copy) {
  const names = relying.map(({ only }) => only);
  const texts = names.includes(undefined) ? undefined : names;
  const { failed, broken, passed } = await runTests(copy, tests, { texts });
  const failures = [...failed, ...(broken ? [broken] : [])].map((name) => `${tests}: ${name}`);
  if (failures.length > 0) return failures;
  const isThere = (only = '') => passed.some((name) => name.includes(only));
  return relying
    .filter(({ only }) => !isThere(only))
    .map(({ only, name }) => `${tests} has no test "${only}", on which "${name}" relies`);
}

/** Does the work for every item, in as many copies at once as there are. */
async function inCopies(items, work) {
  const results = [];
  const waiting = [...items.entries()];
  const workIn = async (copy) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await work(next[1], copy);
  };
  await Promise.all(copies.map(workIn));
  return results;
}

/** The mutants of all lists. Each begins its name with the name of its list. */
async function allMutants() {
  const files = readdirSync(LISTS).filter((file) => file.endsWith('.mjs'));
  const lists = files.sort().map(async (file) => {
    const { default: list } = await import(pathToFileURL(join(LISTS, file)).href);
    return list.map((mutant) => ({ ...mutant, name: `${basename(file, '.mjs')}: ${mutant.mistake}` }));
  });
  return (await Promise.all(lists)).flat();
}

function selected(all, texts) {
  const found = all.filter(({ name }) => texts.length === 0 || texts.some((text) => name.includes(text)));
  if (found.length === 0) failIfAny('No mutant has a name that contains:', texts);
  return found;
}

/** Why a mutant cannot be made. One that is not made tests nothing. */
function misfits({ name, file, find, replace }) {
  const places = readFileSync(join(copies[0], file), 'utf8').split(find).length - 1;
  if (places !== 1) return [`${name}: its text stands ${places} times in ${file}`];
  return find === replace ? [`${name}: it changes nothing`] : [];
}

function byTestFile(all) {
  const files = [...new Set(all.map(({ tests }) => tests))];
  return files.map((file) => [file, all.filter(({ tests }) => tests === file)]);
}

function failIfAny(what, reasons) {
  if (reasons.length === 0) return;
  console.error([what, ...reasons].join('\n  '));
  process.exit(1);
}

function secondsSince(time) {
  return `${((Date.now() - time) / 1000).toFixed(1)} s`;
}
