// `npm run test:package`: the packed package, linted, and installed into applications as their authors would install it.
// With the path of a tarball as argument: the same for that one instead of a fresh one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Application } from './application.mjs';
import { startRedis } from './redis.mjs';
import { check, checked, CheckFailed, run } from './steps.mjs';
import { kilobytes, lintTarball, pack } from './tarball.mjs';

const MAX_ADDED_PACKAGES = 10;

const folder = mkdtempSync(join(tmpdir(), 'nestash-package-'));
let redis;
try {
  redis = await startRedis(folder);
  const tarball = process.argv[2] ? resolve(process.argv[2]) : pack(folder);
  lintTarball(tarball, folder);
  await checkNest12(tarball);
  await checkNest11(tarball);
  console.log('The package works.');
} catch (error) {
  console.error(error instanceof CheckFailed ? `not ok ${error.message}` : error);
  process.exitCode = 1;
} finally {
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Nest 12, ES modules, TypeScript 7, ioredis 6, class-transformer: each added in turn, so that its absence is seen first. */
async function checkNest12(tarball) {
  const application = new Application(join(folder, 'nest12'), {
    type: 'module',
    compilerOptions: { module: 'nodenext' },
  });
  application.install(...nest(12), 'typescript@^7', '@types/node@^20');
  const before = application.installed();
  application.install(tarball);
  await checkMissingIoredis(application);
  await checkMissingClassTransformer(application);
  application.install('ioredis@^6');
  checkAddedPackages(application, before);
  application.install('class-transformer@^0.5.1');
  application.add('with-class-transformer');
  application.compile('--skipLibCheck', 'false');
  checked(`a Nest ${application.version('@nestjs/core')} application in ES modules compiles, library types included`);
  await checkCaching(application, 'memory', {});
  await checkCaching(application, `ioredis ${application.version('ioredis')}`, { REDIS_URL: `${redis.url}/1` });
  await checkSharedStore(application);
  await checkExcludedFields(application);
}

/** Nest 11, CommonJS, TypeScript 5.9 with the oldest module resolution, ioredis 5, no class-transformer, Jest as Nest sets it up. */
async function checkNest11(tarball) {
  const application = new Application(join(folder, 'nest11'), {
    type: 'commonjs',
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10', types: ['node', 'jest'] },
    jest: {
      rootDir: 'src',
      moduleFileExtensions: ['js', 'json', 'ts'],
      testRegex: '.*\\.spec\\.ts$',
      transform: { '^.+\\.(t|j)s$': 'ts-jest' },
      testEnvironment: 'node',
    },
  });
  application.add('with-jest');
  const tools = ['typescript@~5.9', 'jest@^30', 'ts-jest@^29', '@types/jest@^30', '@types/node@^20'];
  application.install(...nest(11), '@nestjs/testing@^11', 'ioredis@^5', ...tools, tarball);
  application.compile('--skipLibCheck', 'true');
  checked(`a Nest ${application.version('@nestjs/core')} application in CommonJS compiles`);
  await checkCaching(application, 'memory', {});
  await checkCaching(application, `ioredis ${application.version('ioredis')}`, { REDIS_URL: `${redis.url}/2` });
  await checkMissingClassTransformer(application);
  run('npx', ['--no-install', 'jest', '--ci'], { cwd: application.folder });
  checked(`its Jest ${application.version('jest')} with ts-jest runs a test of a cached service`);
}

function nest(major) {
  const own = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@^${major}`);
  return [...own, 'reflect-metadata@^0.2', 'rxjs@^7.8'];
}

async function checkMissingIoredis(application) {
  await checkMissing(application, 'ioredis', { env: { REDIS_URL: `${redis.url}/3` }, path: '/posts/1' });
  checked('without ioredis, redisStore says that it is missing');
}

async function checkMissingClassTransformer(application) {
  await checkMissing(application, 'class-transformer', { env: { USERS: 'yes' }, path: '/users/1' });
  checked('without class-transformer, the option type says that it is missing');
}

/** Start, and a request where that succeeds, without a package that one or the other needs. */
async function checkMissing(application, name, { env, path }) {
  check(!application.version(name), `${name} is installed though nobody asked for it`);
  application.compile('--skipLibCheck', 'true');
  const running = await application.start(env);
  try {
    const answer = running.port ? await running.request('GET', path) : undefined;
    const isNamed = await running.says(`the package "${name}", which is not installed`);
    check(isNamed, `Nothing says that ${name} is missing:\n${running.output}${JSON.stringify(answer)}`);
  } finally {
    await running.kill();
  }
}

function checkAddedPackages(application, before) {
  const added = [...application.installed()].filter(([path]) => !before.has(path));
  for (const [path, version] of added) {
    console.log(`     ${path.replace(/^node_modules\//, '')} ${version}, ${kilobytes(application.bytes(path))}`);
  }
  check(added.length > 0, 'Nothing was installed');
  check(added.length <= MAX_ADDED_PACKAGES, `${added.length} packages were added, more than ${MAX_ADDED_PACKAGES}`);
  const bytes = added.reduce((sum, [path]) => sum + application.bytes(path), 0);
  checked(`nestash and ioredis ${application.version('ioredis')} add ${added.length} packages, ${kilobytes(bytes)}`);
}

async function checkCaching(application, name, env) {
  const running = await application.start(env);
  try {
    const first = await running.get('/posts/42', 'MISS');
    const second = await running.get('/posts/042', 'HIT');
    check(first === second, `A hit is ${second}, and the miss was ${first}`);
    await running.request('PUT', '/posts/42');
    const third = await running.get('/posts/42', 'MISS');
    check(third !== second, `After @InvalidateCache the answer is still ${third}`);
    await running.get('/posts/42', 'HIT');
    await running.request('DELETE', '/posts/42');
    await running.get('/posts/42', 'MISS');
    await running.stop();
  } finally {
    await running.kill();
  }
  checked(`${name}: MISS, HIT, MISS after @InvalidateCache and after invalidate(), and the process ends by itself`);
}

/** What one process stored is a hit in the next: the entry was really in Redis. */
async function checkSharedStore(application) {
  const env = { REDIS_URL: `${redis.url}/4` };
  for (const cache of ['MISS', 'HIT']) {
    const running = await application.start(env);
    try {
      await running.get('/posts/7', cache);
    } finally {
      await running.kill();
    }
  }
  checked('an entry in Redis is a hit in the next process');
}

async function checkExcludedFields(application) {
  const running = await application.start({ USERS: 'yes' });
  try {
    for (const cache of ['MISS', 'HIT']) {
      const text = await running.get('/users/1', cache);
      check(text === '{"id":"1"}', `On a ${cache} the user is ${text}, not {"id":"1"}`);
    }
  } finally {
    await running.kill();
  }
  checked('a field with @Exclude() leaves on neither miss nor hit');
}
