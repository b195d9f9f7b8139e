// The types: everything in lib/ and test/ compiles, and each line below a `@ts-expect-error` in test/types does not.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, tscOutput } from './tsc.mjs';

/** Counts each file of test/types as one test, and each file with a diagnostic, wherever it is, as a failed one. */
export function testTypes() {
  const started = Date.now();
  const files = typeTests();
  const { status, output } = tscOutput(['-p', 'tsconfig.test.json', '--pretty', 'false']);
  const broken = new Set(output.split('\n').flatMap((line) => /^(\S.*?)\(\d+,\d+\): error/.exec(line)?.[1] ?? []));
  if (status !== 0) console.error(output);
  if (files.length === 0) console.error('types: no file in test/types contains @ts-expect-error.');
  const hasJudged = status === 0 || broken.size > 0;
  const passed = hasJudged ? files.filter((file) => !broken.has(file)).length : 0;
  const failed = status === 0 && files.length > 0 ? 0 : Math.max(broken.size, 1);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`types: ${passed} passed, ${failed} failed in ${files.length} files (${seconds} s)`);
  return { passed, failed, notRun: 0 };
}

function typeTests() {
  const folder = join(root, 'test', 'types');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && readFileSync(join(folder, name), 'utf8').includes('@ts-expect-error'))
    .map((name) => `test/types/${name}`);
}
