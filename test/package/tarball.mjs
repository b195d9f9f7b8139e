// The tarball that would be published: what is in it, and what publint and attw say about it.
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/tsc.mjs';
import { check, checked, run } from './steps.mjs';

const ALLOWED =
  /^(dist\/(esm|cjs)\/.+\.(js|d\.ts)|dist\/cjs\/package\.json|package\.json|docs\/.+\.md|README\.md|CHANGELOG\.md|LICENSE)$/;
const NEEDED = ['README.md', 'docs/freshness.md', 'CHANGELOG.md', 'LICENSE', ...['esm', 'cjs'].flatMap(entryPoints)];

/** Packs the repository, which builds it, and returns the path of the tarball. */
export function pack(folder) {
  const destination = join(folder, 'packed');
  mkdirSync(destination);
  run('npm', ['run', '--silent', 'build'], { cwd: root });
  // The build ran already, and what it prints would stand in front of the JSON.
  const flags = ['--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', destination];
  const [packed] = Object.values(JSON.parse(run('npm', ['pack', ...flags], { cwd: root })));
  const files = packed.files.map(({ path }) => path);
  const unwanted = files.filter((path) => !ALLOWED.test(path));
  check(unwanted.length === 0, `The tarball holds what nobody needs: ${unwanted.join(', ')}`);
  const missing = NEEDED.filter((path) => !files.includes(path));
  check(missing.length === 0, `The tarball lacks ${missing.join(', ')}`);
  checkManifest();
  checked(
    `packed ${files.length} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked, no dependencies`,
  );
  return join(destination, packed.filename);
}

/** publint and attw, each with its strictest setting that a package with ES modules and CommonJS can meet. */
export function lintTarball(tarball, folder) {
  run('npx', ['--no-install', 'publint', 'run', tarball, '--strict'], { cwd: root });
  checked('publint finds nothing, not even a suggestion');
  const copy = join(folder, 'attw.tgz');
  cpSync(tarball, copy);
  run('npx', ['--no-install', 'attw', copy, '--no-emoji', '--format', 'ascii'], { cwd: root });
  checked('attw resolves "nestash" and "nestash/testing" in every module mode');
}

export function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

function checkManifest() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const own = Object.keys(manifest.dependencies ?? {});
  check(own.length === 0, `The package depends on ${own.join(', ')}`);
}

function entryPoints(kind) {
  return ['index', 'testing'].flatMap((name) => [`dist/${kind}/${name}.js`, `dist/${kind}/${name}.d.ts`]);
}
