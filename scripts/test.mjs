// `npm test`: unit, end-to-end and integration tests and the types, with the totals in the last line.
import { join } from 'node:path';
import { PROJECTS, runJest } from './jest.mjs';
import { ensureRedisServer } from './redis-server.mjs';
import { root } from './tsc.mjs';
import { testTypes } from './test-types.mjs';

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

function testWithJest(project) {
  const reporters = ['scripts/jest-reporter.mjs', 'test/support/ending.reporter.mjs'];
  const args = reporters.map((each) => `--reporters=${join(root, each)}`);
  const { status, error, stderr, results } = runJest(project, args);
  if (!results) {
    console.error(`${stderr}\n${project}: Jest ended without results${error ? ` (${error.code})` : ''}.`);
    return { passed: 0, failed: 1, notRun: 0 };
  }
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const failedElsewhere = status !== 0 && failed === 0;
  if (failedElsewhere) console.error(`${stderr}\n${project}: Jest ended with code ${status}.`);
  return {
    passed: results.numPassedTests,
    failed: failedElsewhere ? 1 : failed,
    notRun: results.numPendingTests + results.numTodoTests,
  };
}
