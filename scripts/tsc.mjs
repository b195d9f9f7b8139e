// Runs the compiler of this repository, wherever the current directory is.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs `tsc` with these arguments, prints what it prints, and returns its exit code. */
export function tsc(args) {
  return runTsc(args, 'inherit').status ?? 1;
}

/** Runs `tsc` and returns its exit code and what it printed. */
export function tscOutput(args) {
  const { status, stdout } = runTsc(args, ['ignore', 'pipe', 'inherit']);
  return { status: status ?? 1, output: stdout };
}

function runTsc(args, stdio) {
  const bin = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  return spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio, encoding: 'utf8' });
}
