// What the package checks are made of: commands that must succeed, and one line for each thing checked.
import { spawnSync } from 'node:child_process';

/** What was found wrong with the package, as opposed to a bug of these scripts. */
export class CheckFailed extends Error {}

let count = 0;

/** Prints what has just been checked. */
export function checked(what) {
  count++;
  console.log(`ok ${count} ${what}`);
}

/** @throws CheckFailed unless the condition holds. */
export function check(condition, otherwise) {
  if (!condition) throw new CheckFailed(otherwise);
}

/** Runs a command, keeps what it prints, and returns its standard output. @throws CheckFailed with all of it when it fails. */
export function run(command, args, { cwd, env = process.env } = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
  const why = error ? error.message : `code ${status}`;
  check(status === 0, `"${command} ${args.join(' ')}" failed with ${why}:\n${stdout}${stderr}`);
  return stdout;
}
