// `node scripts/entry-fixtures.mjs`: writes the entries of test/fixtures; see test/support/entry-fixtures.ts for when.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, tsc } from './tsc.mjs';

const out = join(root, 'build', 'entry-fixtures');
if (tsc(['-p', 'test/programs', '--outDir', out]) !== 0) process.exit(1);
process.argv[2] = join(root, 'test', 'fixtures');
await import(pathToFileURL(join(out, 'test', 'programs', 'entry-fixtures.js')).href);
rmSync(out, { recursive: true });
