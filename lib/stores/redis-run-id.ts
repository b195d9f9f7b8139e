import { HIDDEN_RUN_ID } from './redis-scripts.js';
import type { RedisClient } from './redis-commands.js';

/**
 * Which process of the server answers on a connection. It is asked in the client's `connect` event, when the command
 * goes out before anything queued, so that its reply comes before any other; and it is forgotten as the connection
 * closes. Whoever looks at it in the `then` of a reply sees the process that sent the reply, or undefined.
 */
export class RunId {
  #connection = 0;
  #asked = -1;
  #known: string | undefined;
  #problem: Error | undefined;

  constructor(private readonly client: RedisClient) {
    client.on('connect', this.#connected);
    client.on('close', this.#closed);
    if (client.status === 'ready' || client.status === 'connect') this.ask();
  }

  /** Undefined while it is not known; `HIDDEN_RUN_ID` where the server does not tell. */
  get known(): string | undefined {
    return this.#known;
  }

  /** Why the last answer was none. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** Asks, unless the answer is known or on its way. */
  ask(): void {
    const connection = this.#connection;
    if (this.#known !== undefined || this.#asked === connection) return;
    this.#asked = connection;
    this.client.info('server').then(
      (text) => this.#learn(connection, runIdIn(text)),
      (error: Error) => this.#learn(connection, isRefusal(error) ? HIDDEN_RUN_ID : undefined, error),
    );
  }

  stop(): void {
    this.client.off('connect', this.#connected);
    this.client.off('close', this.#closed);
  }

  readonly #connected = (): void => {
    this.#closed();
    this.ask();
  };

  readonly #closed = (): void => {
    this.#connection++;
    this.#known = undefined;
  };

  #learn(connection: number, runId: string | undefined, problem?: Error): void {
    if (connection !== this.#connection) return;
    this.#known = runId;
    this.#problem = problem;
    if (runId === undefined) this.#asked = -1;
  }
}

/** Whether a server will not carry a command out at any time. Anything else (`NOAUTH`, `LOADING`, `BUSY`) may pass. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|ERR) /.test(error.message);
}

/** Whether a reply counts: the root generation in it, or recorded for it, was made by the process that answered. */
export function isOfRun(runId: string | undefined, root: string | null | undefined): boolean {
  if (runId === undefined) return false;
  return runId === HIDDEN_RUN_ID || (root?.startsWith(`${runId}.`) ?? false);
}

function runIdIn(text: unknown): string {
  const runId = typeof text === 'string' ? /^run_id:(\w+)\s*$/m.exec(text)?.[1] : undefined;
  return runId === undefined || /^0*$/.test(runId) ? HIDDEN_RUN_ID : runId;
}
