import { Logger } from '@nestjs/common';
import type { Clock } from '../core/clock.js';
import { formatDuration } from '../core/duration.js';
import { messageOf } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { CacheEvent } from '../core/events.js';
import type { RequestRead } from '../core/request-read.js';

type StoreEvent = Extract<CacheEvent, { readonly store: string }>;

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
      case 'stale':
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
      case 'request-read':
        return this.#warnOnce(`read ${event.where}`, textOfRead(event));
      case 'too-many-dependencies':
        return this.#warnOnce(
          `dependencies ${event.where}`,
          `${event.where} is not stored: the cached methods that it calls depend on more than ${event.most} paths and tags, and it would die with each of them. Cache only the parts, or the whole without caching the parts.`,
        );
      case 'refresh-failed':
        return this.#warnSeldom(
          'refresh',
          `The entry ${event.key} could not be renewed; what is there is served as long as it may be: ${textOf(event.error)}`,
        );
      case 'keys-flood':
        return this.#warnOnce(`flood ${event.where}`, textOfFlood(event));
      case 'entry-damaged':
        return this.#warnSeldom(
          'damaged',
          `The entry ${event.key} is damaged and counts as a miss: ${textOf(event.error)}`,
        );
      default:
        return this.#tellOfStore(event);
    }
  };

  /** Prints the first line on a subject: what is written in a program is so each time. */
  #warnOnce(subject: string, message: string): void {
    if (this.#told.has(subject)) return;
    this.#told.set(subject, { at: 0, suppressed: 0 });
    this.warn(message);
  }

  #tellOfStore(event: StoreEvent): void {
    const subject = `The store "${event.store}"`;
    switch (event.kind) {
      case 'store-failed':
        // What rests was not asked; that it rests was said when it began.
        if (CacheError.is(event.error, 'STORE_UNAVAILABLE') && isKnown(event.error)) return;
        return this.#warnSeldom(
          `${event.store} ${event.operation}`,
          `${subject} failed to ${event.operation}; calls go on without it: ${textOf(event.error)}`,
        );
      case 'store-rests':
        return this.error(
          `${subject} is left alone until it works again, and calls go on without it: ${textOf(event.error)}`,
        );
      case 'store-works':
        return this.log(
          `${subject} works again. ${event.refused} calls went without it in ${formatDuration(event.after)}`,
        );
      case 'invalidation-queued':
        return this.#warnSeldom(
          `${event.store} queue`,
          `${subject} did not confirm an invalidation. It waits (${event.waiting} paths and groups by now), and this process reads nothing from there until it is delivered; other processes may get older data`,
        );
      case 'invalidations-delivered':
        return this.log(`${subject} took the invalidations that waited: ${event.count} paths and groups`);
      case 'keys-untracked':
        return this.log(
          `${subject} hears what other processes publish, and of a key that is deleted by hand only after ten seconds, because the server does not track keys: ${textOf(event.error)}`,
        );
      case 'changes-unheard':
        return this.warn(
          `${subject} cannot be 'eventual' and asks on each hit, because the server does not announce what changes: ${textOf(event.error)}`,
        );
      case 'invalidations-lost':
        return this.error(
          `${subject} never took ${event.count} paths and groups that were invalidated, so their entries may be older than the data until their TTL ends: ${textOf(event.error)}`,
        );
    }
  }

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

function isKnown({ details: { isResting, isRepeated } }: CacheError<'STORE_UNAVAILABLE'>): boolean {
  return isResting === true || isRepeated === true;
}

function textOf(error: unknown): string {
  // The line has named the store and the operation.
  if (CacheError.is(error, 'STORE_UNAVAILABLE')) return error.details.reason;
  return messageOf(error);
}

function textOfFlood({ where, key, count, window }: Extract<CacheEvent, { kind: 'keys-flood' }>): string {
  return `${where} stored more than ${count} different keys of "${key}" within ${formatDuration(window)}. Where clients can make them up, bound what they can send (an enum, a length, a whitelisting pipe), or leave it out of the cache.`;
}

/** Who read what, and what to do about it; never the value. */
function textOfRead({ where, key, by, read }: Extract<CacheEvent, { kind: 'request-read' }>): string {
  const reader = by === where ? 'it' : `${by}, which it calls,`;
  const isSingle = read.part !== 'user' && read.name !== undefined;
  const ignored = `leave it out on purpose: ignore: ['${isSingle ? `@${read.part}.${read.name}` : read.part}']`;
  return `${where} has the key "${key}", but ${reader} read ${describeRead(read)}, which that key does not name: the result is neither stored nor shared. ${remedyOf(read)}, or ${ignored}.`;
}

function describeRead({ part, name }: RequestRead): string {
  if (part === 'session' || part === 'host') return `the ${part} of the request`;
  if (part === 'user') return `"${name}" of the request`;
  if (name === undefined) return `all ${part} of the request`;
  return `the ${part === 'headers' ? 'header' : 'cookie'} "${name}" of the request`;
}

function remedyOf({ part, name }: RequestRead): string {
  if (part === 'user') return 'Name <<user_id>> in the key';
  if (part === 'host') return 'Name <<@host>> in the key';
  if (part === 'session') return 'Pass what it needs of it as an argument that the key names';
  return name === undefined ? `Read only what the key names, <<@${part}.…>>` : `Name <<@${part}.${name}>> in the key`;
}

function formatBytes(bytes: number): string {
  return bytes < 1_000 ? `${bytes} B` : `${(bytes / 1_000).toFixed(1)} kB`;
}
