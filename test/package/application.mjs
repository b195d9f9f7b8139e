// A fresh Nest application in a folder of its own, that installs the package as a user would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { check, run } from './steps.mjs';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 10_000;
const OUTPUT_DEADLINE_MS = 5_000;

export class Application {
  constructor(folder, { type, compilerOptions, jest }) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.write('package.json', { name: 'application', version: '1.0.0', private: true, type, jest });
    this.write('tsconfig.json', {
      compilerOptions: {
        target: 'es2022',
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        strict: true,
        rootDir: 'src',
        outDir: 'dist',
        types: ['node'],
        ...compilerOptions,
      },
      include: ['src'],
      exclude: ['src/**/*.spec.ts'],
    });
    this.add('app');
  }

  /** Copies a folder of fixtures over the application. */
  add(fixture) {
    cpSync(join(FIXTURES, fixture), this.folder, { recursive: true });
  }

  install(...packages) {
    const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
    run('npm', ['install', ...flags, ...packages], { cwd: this.folder });
  }

  compile(...flags) {
    rmSync(join(this.folder, 'dist'), { recursive: true, force: true });
    run('npx', ['--no-install', 'tsc', '-p', 'tsconfig.json', ...flags], { cwd: this.folder });
  }

  /** The installed packages: the path of each below the folder, with its version. */
  installed() {
    const { packages } = JSON.parse(readFileSync(join(this.folder, 'node_modules/.package-lock.json'), 'utf8'));
    return new Map(Object.entries(packages).map(([path, { version }]) => [path, version]));
  }

  version(name) {
    return this.installed().get(`node_modules/${name}`);
  }

  bytes(path) {
    return sizeOf(join(this.folder, path));
  }

  /** Starts the compiled application. Resolves when it listens, or when it has ended without listening. */
  async start(env = {}) {
    const inherited = { ...process.env };
    delete inherited.NODE_ENV;
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const running = new RunningApplication(child);
    await running.settled;
    return running;
  }

  write(name, content) {
    writeFileSync(join(this.folder, name), JSON.stringify(content, null, 2));
  }
}

class RunningApplication {
  output = '';
  port = undefined;

  constructor(child) {
    this.child = child;
    this.exited = once(child, 'close');
    const listening = new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          this.output += `${line}\n`;
          this.port ??= /^LISTENING (\d+)$/.exec(line)?.[1];
          if (this.port) resolve();
        });
      }
    });
    this.settled = within(START_DEADLINE_MS, Promise.race([listening, this.exited]), () => {
      child.kill('SIGKILL');
      return `The application neither listened nor ended within ${START_DEADLINE_MS} ms:\n${this.output}`;
    });
  }

  /** Makes a request and returns the status, the `X-Cache` header and the body. */
  async request(method, path) {
    check(this.port, `The application did not start:\n${this.output}`);
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, cache: response.headers.get('x-cache'), text };
  }

  /** @throws CheckFailed unless a GET is answered with 200 and this `X-Cache`. Returns the body. */
  async get(path, cache) {
    const found = await this.request('GET', path);
    check(
      found.status === 200 && found.cache === cache,
      `GET ${path} was answered ${found.status} with X-Cache ${found.cache}, not 200 with ${cache}: ${found.text}\n${this.output}`,
    );
    return found.text;
  }

  /** Whether the output contains a text, now or soon. */
  async says(text) {
    const deadline = Date.now() + OUTPUT_DEADLINE_MS;
    while (!this.output.includes(text) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.output.includes(text);
  }

  /** Closes the application. @throws CheckFailed unless its process then ends by itself. */
  async stop() {
    this.child.kill('SIGTERM');
    const [code, signal] = await within(STOP_DEADLINE_MS, this.exited, () => {
      this.child.kill('SIGKILL');
      return `The process goes on ${STOP_DEADLINE_MS} ms after app.close(): something stays open.\n${this.output}`;
    });
    check(code === 0, `The application ended with ${signal ?? code}:\n${this.output}`);
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

async function within(ms, promise, otherwise) {
  const LATE = Symbol('late');
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, LATE);
  });
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  if (first === LATE) check(false, otherwise());
  return first;
}

function sizeOf(path) {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
