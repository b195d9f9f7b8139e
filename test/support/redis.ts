import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RedisServerOptions {
  /** More arguments of `redis-server`, as in `['--maxmemory', '4mb']`. They win over the ones set here. */
  args?: readonly string[];
  /** Makes it a Sentinel, which watches nothing yet. */
  isSentinel?: boolean;
  /** The directory that holds `dump.rdb`. Left out: a temporary one, removed by `stop()`. */
  dir?: string;
}

const START_DEADLINE_MS = 60_000;
const START_ATTEMPTS = 5;
const STOP_DEADLINE_MS = 5_000;
const LOG_LINES_KEPT = 40;
const READY = /Ready to accept connections|Sentinel ID is/;
const SENTINEL_FILE = 'sentinel.conf';

/**
 * A real `redis-server` process of a test's own, on a free port of the loopback interface. It keeps nothing on disk unless the
 * test sends `SAVE` or passes `--save`. It never outlives the process that started it, even when that one is killed.
 *
 * @example
 * const redis = await RedisServer.start();
 * const client = new Redis(redis.url);
 * await redis.kill('SIGKILL');
 * await redis.restart();
 * await redis.stop();
 */
export class RedisServer {
  private child: ChildProcess | undefined;
  private reaper: ChildProcess | undefined;
  private log: string[] = [];

  private constructor(
    readonly port: number,
    readonly dir: string,
    private readonly options: RedisServerOptions,
  ) {}

  private get ownsDir(): boolean {
    return this.options.dir === undefined;
  }

  /** Starts a server and resolves once it accepts commands. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'nestash-redis-')));
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(await freePort(), dir, options);
      try {
        await server.launch();
        return server;
      } catch (error) {
        await server.kill('SIGKILL');
        // Another process may have taken the port between the question and the start.
        if (attempt < START_ATTEMPTS && server.log.some((line) => /already in use/i.test(line))) continue;
        if (server.ownsDir) await rm(dir, { recursive: true, force: true });
        throw error;
      }
    }
  }

  get host(): string {
    return '127.0.0.1';
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** The process id. @throws when the server is not running. */
  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error(`No redis-server is running on port ${this.port}.`);
    return pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  /** Sends a signal that ends the process, and resolves when it has ended. The directory stays, for `restart()`. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.child;
    if (!child) return;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill(signal);
    // A paused process takes SIGTERM only after it goes on.
    child.kill('SIGCONT');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await exited;
    clearTimeout(force);
    this.forget();
  }

  /** Ends the process and removes the directory if it was made by `start()`. */
  async stop(): Promise<void> {
    await this.kill('SIGTERM');
    if (this.ownsDir) await rm(this.dir, { recursive: true, force: true });
  }

  /** Ends the process if it runs, and starts it again on the same port and directory, from `dump.rdb` where there is one. */
  async restart(): Promise<void> {
    await this.kill('SIGKILL');
    await this.launch();
  }

  /** Freezes the process: connections stay open, and nothing answers. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  /** Lets a paused process go on. */
  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  private async launch(): Promise<void> {
    this.log = [];
    // A Sentinel writes what it learns into its configuration, and does not start without a file for it.
    if (this.options.isSentinel) await writeFile(join(this.dir, SENTINEL_FILE), '', { flag: 'a' });
    const child = spawn(process.env['REDIS_SERVER_BIN'] ?? 'redis-server', this.commandLine(), {
      cwd: this.dir,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    const ready = this.untilReady(child);
    if (child.pid !== undefined) this.reaper = startReaper(child.pid, this.ownsDir ? this.dir : undefined);
    await ready;
    letGo(child);
  }

  private commandLine(): string[] {
    const own = ['--port', `${this.port}`, '--bind', this.host, '--dir', this.dir, '--save', '', '--appendonly', 'no'];
    const mode = this.options.isSentinel ? [SENTINEL_FILE, '--sentinel'] : [];
    return [...mode, ...own, '--daemonize', 'no', ...(this.options.args ?? [])];
  }

  private untilReady(child: ChildProcess): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const fail = (what: string) => reject(new Error(`redis-server ${what}.\n${this.log.join('\n')}`));
      const deadline = setTimeout(() => fail(`was not ready within ${START_DEADLINE_MS} ms`), START_DEADLINE_MS);
      child.once('error', (error) => {
        clearTimeout(deadline);
        this.forget();
        fail(`could not be started: ${error.message}`);
      });
      child.once('exit', (code, signal) => {
        clearTimeout(deadline);
        if (this.child === child) this.forget();
        fail(`ended with ${signal ?? `code ${code}`}`);
      });
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream! }).on('line', (line) => {
          this.log = [...this.log.slice(1 - LOG_LINES_KEPT), line];
          if (!READY.test(line)) return;
          clearTimeout(deadline);
          resolve();
        });
      }
    });
  }

  private forget(): void {
    this.reaper?.kill('SIGKILL');
    this.reaper = undefined;
    this.child = undefined;
  }
}

/** A port of the loopback interface that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The loopback interface gave no port.');
  return address.port;
}

/**
 * A process that waits for the end of its standard input, which comes when this process ends in whatever way, and then ends the
 * server. An exit handler would not do: Jest hands tests a copy of `process`, and nothing runs after SIGKILL.
 */
function startReaper(pid: number, dir: string | undefined): ChildProcess {
  const script = 'read -r _; kill -9 "$0" 2>/dev/null; if [ -n "$1" ]; then rm -rf -- "$1"; fi';
  const reaper = spawn('/bin/sh', ['-c', script, `${pid}`, dir ?? ''], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  letGo(reaper);
  return reaper;
}

/** The event loop does not wait for this process or its streams. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    (stream as { unref?: () => void } | null)?.unref?.();
  }
}
