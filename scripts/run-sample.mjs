// Compiles the sample and runs one of its programs in this process, so that signals reach it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import './build-sample.mjs';
import { root } from './tsc.mjs';

/** @param path Where the program is, below sample/. */
export async function runSample(...path) {
  const program = join(root, 'build', 'sample', 'sample', ...path);
  process.setSourceMapsEnabled(true);
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
}
