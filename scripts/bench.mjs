// `npm run bench`: installs the peers of benchmark/ where that is needed, builds nestash, puts the package beside them as it
// would be published, and measures.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRedisServer } from './redis-server.mjs';
import { root, tsc } from './tsc.mjs';

const benchmark = join(root, 'benchmark');
const modules = join(benchmark, 'node_modules');

try {
  process.env.REDIS_SERVER_BIN = ensureRedisServer();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
if (!isInstalled())
  run('npm', ['ci', '--prefix', benchmark, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
addNestash();
rmSync(join(benchmark, 'build'), { recursive: true, force: true });
if (tsc(['-p', benchmark]) !== 0) process.exit(1);
const main = join(benchmark, 'build', 'benchmark', 'main.js');
const flags = ['--expose-gc', '--enable-source-maps'];
run(process.execPath, [...flags, main, ...process.argv.slice(2)], { NODE_ENV: 'production' });

/** npm writes what it installed into this file. */
function isInstalled() {
  const installed = join(modules, '.package-lock.json');
  const wanted = ['package.json', 'package-lock.json'].map((name) => statSync(join(benchmark, name)).mtimeMs);
  return existsSync(installed) && statSync(installed).mtimeMs >= Math.max(...wanted);
}

/** A copy and no link: the packages that nestash asks for have to be those of its users, which are beside it. */
function addNestash() {
  const target = join(modules, 'nestash');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of ['package.json', ...files]) cpSync(join(root, name), join(target, name), { recursive: true });
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: root, env: { ...process.env, ...env } });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
