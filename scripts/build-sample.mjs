// Compiles the sample together with the library into build/sample.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, tsc } from './tsc.mjs';

const out = join(root, 'build', 'sample');

// The sample says `import … from 'nestash'`. Inside build/sample that name means the library compiled beside it.
const manifest = {
  name: 'nestash',
  type: 'module',
  exports: { '.': './lib/index.js', './testing': './lib/testing.js' },
};

rmSync(out, { recursive: true, force: true });
if (tsc(['-p', 'tsconfig.sample.json']) !== 0) process.exit(1);
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
