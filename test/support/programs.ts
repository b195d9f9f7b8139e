import type { ChildProcess, ForkOptions } from 'node:child_process';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Question, Reply } from '../programs/answering.js';
import { READY } from '../programs/answering.js';

const ROOT = join(import.meta.dirname, '../..');
const COMPILER = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
const START_DEADLINE_MS = 120_000;

/** The programs of `test/programs`, compiled with the library, for processes of their own. */
export class Programs {
  private readonly running = new Set<Program>();

  private constructor(
    private readonly folder: string,
    private readonly isTemporary = true,
  ) {}

  /** Those that were compiled together with whoever asks. */
  static compiled(): Programs {
    return new Programs(ROOT, false);
  }

  static build(): Programs {
    mkdirSync(join(ROOT, 'build'), { recursive: true });
    const folder = mkdtempSync(join(ROOT, 'build/programs-'));
    const args = ['-p', join(ROOT, 'test/programs'), '--outDir', folder];
    const { status, stdout } = spawnSync(process.execPath, [COMPILER, ...args], { cwd: ROOT, encoding: 'utf8' });
    if (status === 0) return new Programs(folder);
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`The programs of the tests do not compile.\n${stdout}`);
  }

  /** Starts a program so many times and waits until each can be asked. */
  async start(name: string, configurations: readonly object[], execArgv: readonly string[] = []): Promise<Program[]> {
    const file = join(this.folder, 'test/programs', `${name}.js`);
    const started = configurations.map((configuration) => new Program(file, configuration, execArgv));
    for (const program of started) this.running.add(program);
    await Promise.all(started.map((program) => program.ready));
    return started;
  }

  /** Ends every program that was started, and removes what was compiled. */
  async stop(): Promise<void> {
    await this.end();
    if (this.isTemporary) rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends every program that was started. */
  async end(): Promise<void> {
    await Promise.all([...this.running].map((program) => program.kill()));
    this.running.clear();
  }
}

/** A process of its own that a test asks. */
export class Program {
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #questions = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #asked = READY;
  #printed = '';

  constructor(file: string, configuration: object, execArgv: readonly string[] = []) {
    const options: ForkOptions = { serialization: 'advanced', silent: true, execArgv: [...execArgv] };
    this.#child = fork(file, [JSON.stringify(configuration)], options);
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (text: Buffer) => (this.#printed = (this.#printed + text.toString()).slice(-4_000)));
    }
    this.#child.on('message', (reply: Reply) => this.#answered(reply));
    this.#child.on('exit', (code, signal) => this.#failAll(`ended with ${signal ?? `code ${code}`}`));
    this.ready = this.#expect(READY);
    const deadline = setTimeout(() => this.#failAll('did not start in time'), START_DEADLINE_MS);
    this.ready.catch(() => undefined).finally(() => clearTimeout(deadline));
  }

  /** What the program printed last. */
  get printed(): string {
    return this.#printed;
  }

  async ask<T>(name: string, payload?: unknown): Promise<T> {
    const question: Question = { id: ++this.#asked, name, payload };
    const answer = this.#expect(question.id);
    this.#child.send(question);
    return (await answer) as T;
  }

  /** Freezes the process, or lets it go on. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends the process at once, whatever it is doing. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #expect(id: number): Promise<unknown> {
    const answer = new Promise((resolve, reject) => this.#questions.set(id, { resolve, reject }));
    answer.catch(() => undefined);
    return answer;
  }

  #answered({ id, value, error }: Reply): void {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (error === undefined) question?.resolve(value);
    else question?.reject(new Error(`The program failed: ${error}`));
  }

  #failAll(what: string): void {
    for (const { reject } of this.#questions.values()) reject(new Error(`The program ${what}.\n${this.#printed}`));
    this.#questions.clear();
  }
}
