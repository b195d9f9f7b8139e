import { sleep, systemClock } from '../core/clock.js';
import { formatDuration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { withDeadline } from '../resilience/deadline.js';
import { RunId } from './redis-run-id.js';
import type { Script } from './redis-scripts.js';
import type { RedisClient, RedisCommands, RedisConnectionOptions, RedisTarget } from './redis-target.js';
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
}

const CONNECT_DEADLINE = 1_000;
const CONNECT_POLL = 5;
const CONNECT_TIMEOUT = 2_000;
const DISCONNECT_TIMEOUT = 200;
/** A connection on which answers are due and nothing arrives for so long is given up, in milliseconds. */
const SILENCE_LIMIT = 5_000;

class LateReply extends Error {}

/**
 * The only way to the server: makes a client or borrows one, puts a deadline around every command, and knows which
 * process of the server answered it.
 */
export class RedisConnection {
  #session: Promise<Session> | undefined;
  #lastError: string | undefined;
  #isClosed = false;

  /** @param settings the cache's name, for messages, and the deadline of each command in milliseconds. */
  constructor(
    private readonly target: RedisTarget,
    private readonly settings: { readonly name: string; readonly commandTimeout: number },
  ) {}

  /**
   * Waits a second at most until commands can be sent; after that it goes on trying in the background.
   *
   * @throws CacheError `STORE_UNAVAILABLE`, `PACKAGE_MISSING`
   */
  async connect(): Promise<void> {
    const { client, runId } = await this.#open('connect');
    if (client.status === 'wait') client.connect().catch(ignore);
    const deadline = systemClock.monotonic() + CONNECT_DEADLINE;
    while (client.status !== 'ready' || runId.known === undefined) {
      if (systemClock.monotonic() >= deadline) {
        const silent = `it did not answer within ${formatDuration(CONNECT_DEADLINE)}`;
        const refusal = runId.problem && `it said ${quoted(runId.problem)}`;
        throw this.#unavailable('connect', this.#lastError ?? refusal ?? silent);
      }
      if (client.status === 'ready') runId.ask();
      await sleep(systemClock, CONNECT_POLL);
    }
  }

  /** The run id of the server that is connected now. @throws CacheError `STORE_UNAVAILABLE` while it is not known. */
  async runId(operation: string): Promise<string> {
    const { runId } = await this.#usable(operation);
    if (runId.known === undefined) throw this.#unavailable(operation, 'it has not yet said which process it is');
    return runId.known;
  }

  /** Sends commands and waits for their reply. @throws CacheError `STORE_UNAVAILABLE`, whose reason shows no value. */
  async send<T>(operation: string, send: (commands: RedisCommands) => Promise<T>): Promise<Answer<T>> {
    const { client, runId } = await this.#usable(operation);
    const answer = send(client).then((value) => ({ value, runId: runId.known }));
    try {
      return await withDeadline(answer, this.settings.commandTimeout, () => new LateReply());
    } catch (error) {
      throw this.#unavailable(operation, this.#reasonOf(error));
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

  /** An error that says why an operation was not carried out. */
  failure(operation: string, reason: string): CacheError<'STORE_UNAVAILABLE'> {
    return this.#unavailable(operation, reason);
  }

  /** Ends a client of our own, also when the server answers nothing, and lets go of a borrowed one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const session = await this.#session?.catch(ignore);
    if (!session) return;
    const { client, runId } = session;
    runId.stop();
    if (isBorrowed(this.target) || client.status === 'end') return;
    try {
      if (client.status !== 'ready') throw new LateReply();
      await withDeadline(client.quit(), this.settings.commandTimeout, () => new LateReply());
    } catch {
      client.disconnect();
    }
  }

  async #usable(operation: string): Promise<Session> {
    const session = await this.#open(operation);
    const { client, runId } = session;
    if (client.status === 'wait') client.connect().catch(ignore);
    // A command that waits for a connection would be sent when nobody waits for it any more.
    if (client.status !== 'ready') throw this.#unavailable(operation, this.#reasonOf(undefined));
    runId.ask();
    return session;
  }

  #open(operation: string): Promise<Session> {
    if (this.#isClosed) throw this.#unavailable(operation, 'the store was closed');
    this.#session ??= this.#start();
    return this.#session;
  }

  async #start(): Promise<Session> {
    const { target } = this;
    if (isBorrowed(target)) return { client: target.client, runId: new RunId(target.client) };
    const client = await makeClient(target, this.settings.commandTimeout);
    client.on('error', (error) => (this.#lastError = `its connection failed with ${quoted(error)}`));
    client.on('connect', () => (this.#lastError = undefined));
    return { client, runId: new RunId(client) };
  }

  #reasonOf(error: unknown): string {
    if (error instanceof LateReply) return `it did not answer within ${formatDuration(this.settings.commandTimeout)}`;
    const isReply = error instanceof Error && error.name === 'ReplyError';
    return isReply
      ? `it said ${quoted(error)}`
      : `it is not connected${this.#lastError ? ` (${this.#lastError})` : ''}`;
  }

  #unavailable(operation: string, reason: string): CacheError<'STORE_UNAVAILABLE'> {
    return new CacheError('STORE_UNAVAILABLE', { store: this.settings.name, operation, reason });
  }
}

/** A client with what a cache needs: it fails at once, sends nothing twice, and comes back soon after an outage. */
async function makeClient(target: string | RedisConnectionOptions, commandTimeout: number): Promise<RedisClient> {
  const Redis = await importIoredis();
  const options = {
    connectTimeout: CONNECT_TIMEOUT,
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 6), 1_000) + Math.random() * 100,
    ...(typeof target === 'string' ? {} : target),
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    disconnectTimeout: DISCONNECT_TIMEOUT,
    enableOfflineQueue: false,
    // It gives up where INFO is not allowed; the run id is asked in its place.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    socketTimeout: Math.max(SILENCE_LIMIT, 2 * commandTimeout),
  };
  return typeof target === 'string' ? new Redis(target, options) : new Redis(options);
}

async function importIoredis() {
  try {
    const ioredis = await import('ioredis');
    // The first releases of version 5 have the class as their default export only.
    return ioredis.Redis ?? (ioredis.default as unknown as typeof ioredis.Redis);
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new CacheError('PACKAGE_MISSING', { package: 'ioredis', usedBy: 'redisStore()' });
  }
}

/** What a server or a socket said, without the arguments that it repeats in some messages: they may be values. */
function quoted(error: Error): string {
  // Where a host has several addresses, what went wrong with each of them is inside.
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  const [message = ''] = (error.message || (first?.message ?? error.name)).split(/, with args|\n/);
  return JSON.stringify(message.slice(0, 160));
}

function ignore(): void {}
