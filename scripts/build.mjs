// Builds dist/: a module for each entry point and one for what they share, as ES modules and as CommonJS, each with its types.
// Few files, for a small one takes a whole block of a disk.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { root, tsc } from './tsc.mjs';

const ENTRIES = ['index', 'testing'];
const FORMATS = { esm: 'es', cjs: 'cjs' };

const dist = join(root, 'dist');
const compiled = join(root, 'build', 'lib');
for (const folder of [dist, compiled]) rmSync(folder, { recursive: true, force: true });
compile('--emitDeclarationOnly');
// What comments say to users is in the types.
compile('--declaration', 'false', '--removeComments');
await bundle('.js', []);
await bundle('.d.ts', [dts()]);
writeFileSync(join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');

function compile(...options) {
  if (tsc(['-p', 'tsconfig.json', '--outDir', compiled, ...options]) !== 0) process.exit(1);
}

async function bundle(extension, plugins) {
  const input = Object.fromEntries(ENTRIES.map((name) => [name, join(compiled, name + extension)]));
  const external = (id) => !/^[./]/.test(id);
  const bundled = await rollup({ input, external, plugins, onLog });
  for (const [folder, format] of Object.entries(FORMATS)) {
    const { output } = await bundled.write({
      dir: join(dist, folder),
      format: extension === '.js' ? format : 'es',
      entryFileNames: `[name]${extension}`,
      chunkFileNames: `shared${extension}`,
      // Jest does not know `import()` in CommonJS.
      dynamicImportInCjs: false,
      interop: 'auto',
      esModule: true,
      generatedCode: 'es2015',
    });
    output.forEach(refuseRenamedClasses);
  }
}

/** People are told the names of classes. */
function refuseRenamedClasses({ fileName, code }) {
  const renamed = /\bclass \w+\$\w*/.exec(code);
  if (renamed) throw new Error(`${fileName}: two classes have one name: ${renamed[0]}`);
}

/** Helpers for decorators begin with `this`, and public types refer to others. */
function onLog(level, { code, message }) {
  if (level !== 'warn' || code === 'THIS_IS_UNDEFINED' || /private shared type exports/.test(message)) return;
  throw new Error(message);
}
