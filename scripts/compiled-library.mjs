// Compiles programs together with the library that they name `nestash`.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, tsc } from './tsc.mjs';

// The programs say `import … from 'nestash'`. Inside their folder that name means the library compiled beside them.
const manifest = {
  name: 'nestash',
  type: 'module',
  exports: { '.': './lib/index.js', './testing': './lib/testing.js' },
};

/** Compiles tsconfig.<name>.json into build/<name>, and returns that folder. Ends the process if it does not compile. */
export function compileWithLibrary(name) {
  const out = join(root, 'build', name);
  rmSync(out, { recursive: true, force: true });
  if (tsc(['-p', `tsconfig.${name}.json`]) !== 0) process.exit(1);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
  return out;
}
