import { Logger } from '@nestjs/common';
import type { Clock } from '../core/clock.js';
import { formatDuration } from '../core/duration.js';
import { messageOf } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { CacheEvent } from '../core/events.js';

const QUIET = 10_000;

/** Turns what happens in the cache into lines of Nest's log. It prints keys and names, never values. */
export class CacheLogger {
  readonly #logger = new Logger('Cache');
  /** When a line on a subject was last printed, and how many were left out since. */
  readonly #told = new Map<string, { at: number; suppressed: number }>();

  constructor(private readonly clock: Clock) {}

  log(message: string): void {
    this.#logger.log(message);
  }

  warn(message: string): void {
    this.#logger.warn(message);
  }

  error(message: string): void {
    this.#logger.error(message);
  }

  readonly tell = (event: CacheEvent): void => {
    switch (event.kind) {
      case 'hit':
      case 'miss':
        if (event.debug) this.log(`${event.kind.toUpperCase()} ${event.key}`);
        return;
      case 'set':
        if (event.debug) this.log(`SET ${event.key} ttl=${formatDuration(event.lifetime)} ${formatBytes(event.bytes)}`);
        return;
      case 'tainted':
        return this.#warnSeldom(
          `tainted ${event.where}`,
          `${event.where} is neither stored nor shared: something that it calls used <<${event.source}>>, which its own key does not name. Name it in the key as well.`,
        );
      case 'entry-damaged':
        return this.#warnSeldom(
          'damaged',
          `The entry ${event.key} is damaged and counts as a miss: ${textOf(event.error)}`,
        );
      case 'store-failed':
        return this.#warnSeldom(
          `${event.store} ${event.operation}`,
          `The store "${event.store}" failed to ${event.operation}; calls go on without it: ${textOf(event.error)}`,
        );
    }
  };

  /** Prints a line on a subject at most every ten seconds, with how many it stands for. */
  #warnSeldom(subject: string, message: string): void {
    const now = this.clock.monotonic();
    const told = this.#told.get(subject);
    if (told && now - told.at < QUIET) {
      told.suppressed++;
      return;
    }
    this.#told.set(subject, { at: now, suppressed: 0 });
    this.warn(told?.suppressed ? `${message} (and ${told.suppressed} times more since the last line)` : message);
  }
}

function textOf(error: unknown): string {
  // The line has named the store and the operation.
  if (CacheError.is(error, 'STORE_UNAVAILABLE')) return error.details.reason;
  return messageOf(error);
}

function formatBytes(bytes: number): string {
  return bytes < 1_000 ? `${bytes} B` : `${(bytes / 1_000).toFixed(1)} kB`;
}
