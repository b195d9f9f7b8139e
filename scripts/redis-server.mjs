// Finds the redis-server that the integration tests need, and installs it where that is possible without asking.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const OLDEST = [6, 2];

/** Returns the command that starts redis-server. @throws one sentence that says what to install. */
export function ensureRedisServer() {
  const wanted = process.env.REDIS_SERVER_BIN;
  if (wanted) return checked(wanted, `REDIS_SERVER_BIN is "${wanted}", which does not run as a redis-server.`);
  if (!version('redis-server') && isDebian() && process.getuid?.() === 0) installOnDebian();
  return checked(
    'redis-server',
    'The tests need redis-server 6.2 or newer: install it (Debian: "apt-get install redis-server", macOS: "brew install redis") or set REDIS_SERVER_BIN to its path.',
  );
}

function checked(command, otherwise) {
  const found = version(command);
  if (!found) throw new Error(otherwise);
  const [major, minor] = found.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Error(`"${command}" is version ${found}, and the tests need ${OLDEST.join('.')} or newer.`);
  }
  console.log(`redis-server ${found}`);
  return command;
}

function version(command) {
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return status === 0 ? /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined;
}

function isDebian() {
  return existsSync('/etc/debian_version');
}

function installOnDebian() {
  console.log('redis-server is missing: installing it with apt-get');
  // Run level 1 keeps the package from starting a service on port 6379; the tests start servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
  ]) {
    const { status, stdout, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) console.error(`apt-get ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
