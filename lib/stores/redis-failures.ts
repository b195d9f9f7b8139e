import { formatDuration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';

export interface CommandSettings {
  /** The cache's name, for messages. */
  readonly name: string;
  /** The deadline of each command in milliseconds. */
  readonly commandTimeout: number;
  /** Whether other servers of the store can be reached while this one cannot. */
  readonly isPart?: () => boolean;
  /** Called when the store can be reached again, with for how long it could not, in milliseconds. */
  readonly reconnected?: ((absence: number) => void) | undefined;
  /** Called when reads are answered, but too late to be of use. */
  readonly slow?: ((error: unknown) => void) | undefined;
}

/** What a node of a cluster says when the key is, or may be, somewhere else. */
const REDIRECTION = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN Hash)\b/;

/** Says that there was no answer in time. */
export class LateReply extends Error {}

/** Says why a command was not carried out, without showing values. */
export class RedisFailures {
  /** What is wrong with the connection, as far as that is known. */
  problem: string | undefined;

  constructor(private readonly settings: CommandSettings) {}

  /** What `error` means to whoever sent a command. */
  from(operation: string, error: unknown): CacheError<'STORE_UNAVAILABLE'> {
    const { commandTimeout, isPart } = this.settings;
    if (error instanceof LateReply) return this.of(operation, silence(commandTimeout), isPart?.());
    if (!isReply(error)) return this.disconnected(operation);
    // A single server that redirects has no other part.
    const isPartial = isPart !== undefined && REDIRECTION.test(error.message);
    return this.of(operation, `it said ${quoted(error)}`, isPartial);
  }

  disconnected(operation: string): CacheError<'STORE_UNAVAILABLE'> {
    const problem = this.problem ? ` (${this.problem})` : '';
    return this.of(operation, `it is not connected${problem}`, this.settings.isPart?.());
  }

  of(operation: string, reason: string, isPartial = false): CacheError<'STORE_UNAVAILABLE'> {
    const details = { store: this.settings.name, operation, reason };
    return new CacheError('STORE_UNAVAILABLE', isPartial ? { ...details, isPartial } : details);
  }
}

/** Whether an error is what a server said. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether it is that of every node while a part of the cluster has no master, unless it is told to go on without. */
export function isClusterDown(error: unknown): boolean {
  return isReply(error) && error.message.startsWith('CLUSTERDOWN The cluster is down');
}

/** That nothing answered for so many milliseconds, in words. */
export function silence(limit: number): string {
  return `it did not answer within ${formatDuration(limit)}`;
}

/** What a server or a socket said, without the arguments that it repeats in some messages: they may be values. */
export function quoted(error: Error): string {
  // Where a host has several addresses, what went wrong with each of them is inside.
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  const [message = ''] = (error.message || (first?.message ?? error.name)).split(/, with args|\n/);
  return JSON.stringify(message.slice(0, 160));
}
