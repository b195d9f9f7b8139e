// `npm test`: unit, end-to-end and integration tests and the types, with the totals in the last line.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRedisServer } from './redis-server.mjs';
import { root } from './tsc.mjs';
import { testTypes } from './test-types.mjs';

/** Integration tests measure real servers and processes, so they get the machine one file at a time. */
const PROJECTS = [
  { name: 'unit', workers: 2 },
  { name: 'e2e', workers: 2 },
  { name: 'integration', workers: 1 },
];
const RUN_DEADLINE_MS = 10 * 60_000;

const temp = mkdtempSync(join(tmpdir(), 'nestash-test-'));
process.on('exit', () => rmSync(temp, { recursive: true, force: true }));

try {
  process.env.REDIS_SERVER_BIN = ensureRedisServer();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const runs = [testTypes(), ...PROJECTS.map(testWithJest)];
const [passed, failed, notRun] = ['passed', 'failed', 'notRun'].map((what) =>
  runs.reduce((sum, run) => sum + run[what], 0),
);
if (notRun > 0) console.error('Tests that are not run count as a failure: remove skip, only and todo.');
console.log(`\n${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} skipped` : ''}`);
process.exitCode = failed > 0 || notRun > 0 || passed === 0 ? 1 : 0;

function testWithJest({ name, workers }) {
  const outputFile = join(temp, `${name}.json`);
  const args = ['--selectProjects', name, '--ci', `--maxWorkers=${workers}`, '--json', `--outputFile=${outputFile}`];
  const { status, error, stderr } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(root, 'node_modules/jest/bin/jest.js'),
      ...args,
      `--reporters=${join(root, 'scripts/jest-reporter.mjs')}`,
    ],
    {
      cwd: root,
      env: { ...process.env, TEST_PROJECT: name },
      stdio: ['ignore', 'inherit', 'pipe'],
      encoding: 'utf8',
      timeout: RUN_DEADLINE_MS,
      killSignal: 'SIGKILL',
    },
  );
  const results = read(outputFile);
  if (!results) {
    console.error(`${stderr}\n${name}: Jest ended without results${error ? ` (${error.code})` : ''}.`);
    return { passed: 0, failed: 1, notRun: 0 };
  }
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const failedElsewhere = status !== 0 && failed === 0;
  if (failedElsewhere) console.error(`${stderr}\n${name}: Jest ended with code ${status}.`);
  return {
    passed: results.numPassedTests,
    failed: failedElsewhere ? 1 : failed,
    notRun: results.numPendingTests + results.numTodoTests,
  };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Jest ended before it wrote the file.
  }
}
