// Copies of the source for mutants, and Jest in such a copy.
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tsc.mjs';

const COPIED = ['lib', 'test', 'package.json', 'tsconfig.json', 'jest.config.mjs'];
const DEADLINE_MS = 240_000;
/** How long a test may hang that a mistake may make hang, unless it says so itself. */
const TEST_TIMEOUT_MS = 5_000;
/** A mistake that shows as one of these is one of the patch. Scripts of Redis report theirs in an error reply. */
const PATCH_ERRORS = /ReferenceError|compiling script|nonexistent global variable|programs of the tests do not compile/;

/** Copies everything that Jest needs into a new folder, and returns the folder. */
export function copySource(folder) {
  for (const each of COPIED) cpSync(join(root, each), join(folder, each), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/**
 * Runs one test file in a copy, or only the tests whose names contain one of the texts. Returns the names of the tests
 * that passed and failed, and why the run proves nothing, if it does not. `isMistaken` says that some are to fail.
 */
export async function runTests(copy, file, { texts, isMistaken = false }) {
  const output = join(copy, 'results.json');
  rmSync(output, { force: true });
  const names = texts?.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const [, project] = file.split('/');
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...['--ci', '--maxWorkers=1', '--forceExit', '--json', `--outputFile=${output}`],
      ...(isMistaken ? [`--testTimeout=${TEST_TIMEOUT_MS}`] : []),
      ...['--selectProjects', project, '--cacheDirectory', join(copy, '..', 'cache')],
      ...(names ? ['--testNamePattern', names.join('|')] : []),
      ...['--runTestsByPath', file],
    ],
    { cwd: copy, stdio: 'ignore', timeout: DEADLINE_MS, killSignal: 'SIGKILL' },
  );
  const [code, signal] = await new Promise((resolve) => child.on('close', (...ending) => resolve(ending)));
  const results = read(output);
  if (!results) return { passed: [], failed: [], broken: `Jest ended with ${signal ?? code} before it had results` };
  return conclusion(results);
}

function conclusion({ testResults }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName);
  const failed = tests.filter(({ status }) => status === 'failed');
  const telling = failed.filter(({ failureMessages }) => !PATCH_ERRORS.test(failureMessages.join('\n')));
  const names = telling.map(({ fullName }) => fullName);
  if (tests.length === 0) return { passed, failed: names, broken: 'the code does not load' };
  const hasPatchErrorsOnly = failed.length > 0 && telling.length === 0;
  return { passed, failed: names, broken: hasPatchErrorsOnly ? 'the code is in error itself' : undefined };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Jest ended before it wrote the file.
  }
}
