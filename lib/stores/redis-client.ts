import { sleep, systemClock } from '../core/clock.js';
import type { CacheError } from '../core/errors.js';
import { formatDuration } from '../core/duration.js';
import { withDeadline } from '../resilience/deadline.js';
import { SlowCalls } from '../resilience/slow-calls.js';
import { RedisAbsence } from './redis-absence.js';
import type { CommandSettings } from './redis-failures.js';
import { LateReply, RedisFailures, quoted, silence } from './redis-failures.js';
import { makeClient, makeListener } from './redis-made-client.js';
import { RunId } from './redis-run-id.js';
import type { Script } from './redis-change-scripts.js';
import type { ListeningClient, RedisClient, RedisCommands } from './redis-commands.js';
import type { ServerTarget } from './redis-target.js';
import { isBorrowed } from './redis-target.js';

/** A reply, and the run id of the server process that sent it; undefined where that is not known. */
export interface Answer<T> {
  readonly value: T;
  readonly runId: string | undefined;
}

/** A client in use. */
interface Session {
  readonly client: RedisClient;
  readonly runId: RunId;
  readonly absence: RedisAbsence | undefined;
}

/** How long the first connection may take, in milliseconds, and how often one looks for it. */
export const CONNECT_DEADLINE = 1_000;
export const CONNECT_POLL = 5;

/**
 * The only way to a server: makes a client or borrows one, puts a deadline around every command, and knows which
 * process of the server answered it.
 */
export class RedisConnection {
  readonly #failures: RedisFailures;
  readonly #reads: SlowCalls;
  #session: Promise<Session> | undefined;
  /** The same, once it is there. */
  #opened: Session | undefined;
  #isClosed = false;

  /** @param failed is called whenever a command was not carried out, with what was thrown. */
  constructor(
    private readonly target: ServerTarget,
    private readonly settings: CommandSettings,
    private readonly failed: (error?: unknown) => void = ignore,
  ) {
    this.#failures = new RedisFailures(settings);
    this.#reads = new SlowCalls(settings.commandTimeout, () => this.#areSlow());
  }

  /**
   * Waits a second at most until commands can be sent; after that it goes on trying in the background.
   *
   * @throws CacheError `STORE_UNAVAILABLE`, `PACKAGE_MISSING`
   */
  async connect(): Promise<void> {
    const { client, runId } = await this.#open('connect');
    this.#revive(client);
    const deadline = systemClock.monotonic() + CONNECT_DEADLINE;
    while (client.status !== 'ready' || runId.known === undefined) {
      if (systemClock.monotonic() >= deadline) {
        const refusal = runId.problem && `it said ${quoted(runId.problem)}`;
        throw this.failure('connect', this.#failures.problem ?? refusal ?? silence(CONNECT_DEADLINE));
      }
      if (client.status === 'ready') runId.ask();
      await sleep(systemClock, CONNECT_POLL);
    }
  }

  /** The run id of the server that is connected now. @throws CacheError `STORE_UNAVAILABLE` while it is not known. */
  async runId(operation: string): Promise<string> {
    const { runId } = this.#usable(await this.#open(operation), operation);
    if (runId.known === undefined) throw this.failure(operation, 'it has not yet said which process it is');
    return runId.known;
  }

  /** Sends commands and waits for their reply. @throws CacheError `STORE_UNAVAILABLE`, whose reason shows no value. */
  async send<T>(operation: string, send: (commands: RedisCommands) => Promise<T>): Promise<Answer<T>> {
    const { client, runId } = this.#usable(this.#opened ?? (await this.#open(operation)), operation);
    const answer = send(client).then((value) => ({ value, runId: runId.known }));
    try {
      if (operation === 'read') return await this.#reads.watch(answer, () => new LateReply());
      return await withDeadline(answer, this.settings.commandTimeout, () => new LateReply());
    } catch (error) {
      this.failed(error);
      throw this.#failures.from(operation, error);
    }
  }

  /** Runs a script by its hash, or by its text where the server does not know it. */
  async run(
    operation: string,
    script: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<Answer<unknown>> {
    const rest = [...keys, ...values.map(String)];
    // By hand, because defineCommand would add a method to a client that is only borrowed.
    return this.send(operation, (commands) =>
      commands.evalsha(script.sha, keys.length, ...rest).catch((error: Error) => {
        if (!error.message.startsWith('NOSCRIPT')) throw error;
        return commands.eval(script.text, keys.length, ...rest);
      }),
    );
  }

  /** A client of our own that listens to the same server; whoever asks for it ends it. @throws CacheError `PACKAGE_MISSING` */
  listener(): Promise<ListeningClient> {
    return makeListener(this.target, this.settings.commandTimeout);
  }

  /** An error that says why an operation was not carried out. */
  failure(operation: string, reason: string): CacheError<'STORE_UNAVAILABLE'> {
    return this.#failures.of(operation, reason);
  }

  /** Ends a client of our own, also when the server answers nothing, and lets go of a borrowed one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const session = await this.#session?.catch(ignore);
    if (!session) return;
    const { client, runId, absence } = session;
    runId.stop();
    absence?.stop();
    if (isBorrowed(this.target)) return;
    try {
      if (client.status === 'ready') {
        await withDeadline(client.quit(), this.settings.commandTimeout, () => new LateReply());
      }
    } catch {
      // It ends all the same.
    } finally {
      // Also after QUIT, which leaves the connections to Sentinels open.
      client.disconnect();
    }
  }

  #areSlow(): void {
    const reason = `it took more than ${formatDuration(Math.ceil(this.#reads.limit))} for each of several answers`;
    this.settings.slow?.(this.failure('read', reason));
  }

  /** A session in which commands can be sent at once. @throws CacheError `STORE_UNAVAILABLE` */
  #usable(session: Session, operation: string): Session {
    const { client, runId } = session;
    if (this.#isClosed) throw this.#closed(operation);
    this.#revive(client);
    // A command that waits for a connection would be sent when nobody waits for it any more.
    if (client.status !== 'ready') {
      this.failed();
      throw this.#failures.disconnected(operation);
    }
    runId.ask();
    return session;
  }

  /**
   * Starts a client that waits for its first use, or that ended by itself: ioredis gives up a connection to a Sentinel's
   * master for good when it hears of another master just as it makes one.
   */
  #revive(client: RedisClient): void {
    const hasEnded = client.status === 'end' && !isBorrowed(this.target);
    if (client.status === 'wait' || hasEnded) client.connect().catch(ignore);
  }

  #open(operation: string): Promise<Session> {
    if (this.#isClosed) throw this.#closed(operation);
    this.#session ??= this.#start();
    return this.#session;
  }

  async #start(): Promise<Session> {
    const { target } = this;
    if (isBorrowed(target)) return this.#sessionOf(target.client);
    const client = await makeClient(target, this.settings.commandTimeout);
    client.on('error', (error) => (this.#failures.problem = `its connection failed with ${quoted(error)}`));
    client.on('connect', () => (this.#failures.problem = undefined));
    return this.#sessionOf(client);
  }

  #sessionOf(client: RedisClient): Session {
    const { reconnected } = this.settings;
    const absence = reconnected && new RedisAbsence(client, reconnected);
    return (this.#opened = { client, runId: new RunId(client), absence });
  }

  #closed(operation: string): CacheError<'STORE_UNAVAILABLE'> {
    return this.failure(operation, 'the store was closed');
  }
}

function ignore(): void {}
