// Runs one of Jest's projects, and reads what came of it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './tsc.mjs';

/** Integration tests measure real servers and processes, so they get the machine one file at a time. */
const WORKERS = { unit: 2, e2e: 2, integration: 1 };
const RUN_DEADLINE_MS = 30 * 60_000;

export const PROJECTS = Object.keys(WORKERS);

/** What Jest writes with `--json`, or undefined when it ended before that; its exit code, and what it printed as errors. */
export function runJest(project, args) {
  const temp = mkdtempSync(join(tmpdir(), 'nestash-test-'));
  const output = join(temp, 'results.json');
  const options = ['--selectProjects', project, '--ci', `--maxWorkers=${WORKERS[project]}`];
  try {
    const { status, error, stderr } = spawnSync(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--no-warnings',
        join(root, 'node_modules/jest/bin/jest.js'),
        ...options,
        '--json',
        `--outputFile=${output}`,
        ...args,
      ],
      {
        cwd: root,
        env: { ...process.env, TEST_PROJECT: project },
        stdio: ['ignore', 'inherit', 'pipe'],
        encoding: 'utf8',
        timeout: RUN_DEADLINE_MS,
        killSignal: 'SIGKILL',
      },
    );
    return { status, error, stderr, results: read(output) };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Jest ended before it wrote the file.
  }
}
