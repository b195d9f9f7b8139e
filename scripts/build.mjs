// Builds dist/: the same sources twice, as ES modules and as CommonJS, each with its types.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, tsc } from './tsc.mjs';

const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
for (const project of ['tsconfig.json', 'tsconfig.cjs.json']) {
  if (tsc(['-p', project]) !== 0) process.exit(1);
}
writeFileSync(join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
