// What `npm test` prints of a Jest run: each failure in full, then one line for the project.
import { relative } from 'node:path';

export default class QuietReporter {
  onTestResult(_test, result) {
    for (const entry of result.console ?? []) {
      process.stdout.write(`${relative(process.cwd(), result.testFilePath)} printed: ${entry.message}\n`);
    }
    if (result.failureMessage) {
      process.stdout.write(`\nFAILED ${relative(process.cwd(), result.testFilePath)}\n${result.failureMessage}\n`);
    }
    for (const test of result.testResults) {
      if (test.status !== 'passed' && test.status !== 'failed') {
        process.stdout.write(`NOT RUN ${relative(process.cwd(), result.testFilePath)}: ${test.fullName}\n`);
      }
    }
  }

  onRunComplete(_contexts, results) {
    const seconds = ((Date.now() - results.startTime) / 1000).toFixed(1);
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.stdout.write(
      `${process.env.TEST_PROJECT}: ${results.numPassedTests} passed, ${failed} failed in ${results.numTotalTestSuites} files (${seconds} s)\n`,
    );
  }
}
