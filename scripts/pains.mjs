// `npm run pains`: runs the tests that test/pains.md names. It fails when one of them is missing, is skipped or fails, and
// when a pain is missing or has neither a test nor "later".
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PROJECTS, runJest } from './jest.mjs';
import { ensureRedisServer } from './redis-server.mjs';
import { root } from './tsc.mjs';

const FILE = 'test/pains.md';
/** A test as the file writes it: `e2e/keys.spec.ts: describe › name`. */
const TEST = /^`((unit|e2e|integration)\/[^`:]+\.spec\.ts): ([^`]+)`$/;
const EVERY_PLATFORM = '{express,fastify}';

const numbered = (letter, count) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
const EXPECTED = [
  ...numbered('P', 30),
  ...numbered('S', 21),
  ...[...'abcdefg'].map((letter) => `N-${letter}`),
  ...numbered('R', 5),
];

const started = Date.now();
const [, ...sections] = readFileSync(join(root, FILE), 'utf8').split(/^### /m);
const pains = sections.map(parseSection);
const problems = [...problemsOfIds(pains.map(({ id }) => id)), ...pains.flatMap(problemsOfPain)];
const tests = pains.flatMap(({ id, tests }) => tests.map((test) => ({ ...test, id })));

try {
  process.env.REDIS_SERVER_BIN = ensureRedisServer();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
for (const project of PROJECTS) {
  const named = tests.filter((test) => test.project === project);
  if (named.length > 0) problems.push(...problemsOfTests(project, named));
}

for (const problem of problems) console.error(problem);
const covered = pains.filter((pain) => pain.tests.length > 0);
const partly = covered.filter((pain) => pain.later.length > 0).length;
const names = new Set(tests.map(({ file, name }) => `${file}: ${name}`)).size;
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `${pains.length} pains in ${seconds} s: ${covered.length} have ${names} tests, and of ${partly} of them a part comes later; ` +
    `${pains.length - covered.length} come later; ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;

/** A heading with the id and the pain, what is done about it, and a list of tests and of what comes later. */
function parseSection(text) {
  const [heading, ...lines] = text.split(/^## /m)[0].split('\n');
  const items = lines.filter((line) => line.startsWith('- ')).map((line) => line.slice(2).trim());
  return {
    id: heading.split(' ')[0],
    isWhole: / \S/.test(heading) && lines.some((line) => line !== '' && !line.startsWith('- ')),
    tests: items.flatMap(parseTest),
    later: items.filter((item) => /^later, \S/.test(item)),
    other: items.filter((item) => !/^later, \S/.test(item) && !TEST.test(item)),
  };
}

function parseTest(item) {
  const found = TEST.exec(item);
  if (!found) return [];
  const [, file, project, name] = found;
  const platforms = name.includes(EVERY_PLATFORM) ? ['express', 'fastify'] : [''];
  return platforms.map((platform) => ({ project, file: `test/${file}`, name: name.replace(EVERY_PLATFORM, platform) }));
}

function problemsOfIds(ids) {
  return [
    ...EXPECTED.filter((id) => !ids.includes(id)).map((id) => `${id}: it is missing`),
    ...ids.filter((id) => !EXPECTED.includes(id)).map((id) => `${id}: nobody expects it`),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id}: it stands there twice`),
  ];
}

function problemsOfPain({ id, isWhole, tests, later, other }) {
  return [
    ...(isWhole ? [] : [`${id}: what hurts or what is done about it is missing`]),
    ...(tests.length + later.length > 0 ? [] : [`${id}: it has neither a test nor "later"`]),
    ...other.map((item) => `${id}: this is neither a test nor "later, …": ${item}`),
  ];
}

/** Runs the tests of a project that have these names. Jest's own name of a test has blanks where the file has "›". */
function problemsOfTests(project, named) {
  const files = [...new Set(named.map(({ file }) => file))];
  const names = [...new Set(named.map(({ name }) => jestName(name)))];
  const pattern = `^(${names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})$`;
  const args = ['--forceExit', `--testNamePattern=${pattern}`, '--runTestsByPath', ...files];
  const { results, stderr, status } = runJest(project, args);
  if (!results) return [`${project}: Jest ended with code ${status} and without results.\n${stderr}`];
  const ran = new Map(results.testResults.map((result) => [relative(root, result.name), result]));
  return named.flatMap((test) => {
    const problem = problemOf(test, ran.get(test.file));
    return problem ? [`${test.id}: ${problem}: ${test.file}: ${test.name}`] : [];
  });
}

function problemOf({ name }, result) {
  if (!result) return 'the file does not exist';
  const found = result.assertionResults.filter(({ fullName }) => fullName === jestName(name));
  if (result.assertionResults.length === 0) return `the file does not load (${result.message})`;
  if (found.length === 0) return 'the test does not exist';
  const failed = found.find(({ status }) => status === 'failed');
  if (failed) return `the test fails (${failed.failureMessages.join('\n').replace(/\n\s+at .*/g, '')})`;
  return found.every(({ status }) => status === 'passed') ? undefined : 'the test is skipped';
}

function jestName(name) {
  return name.replaceAll(' › ', ' ');
}
