import type { Clock } from '../core/clock.js';
import { sleep, systemClock } from '../core/clock.js';
import type { EntryHeader } from '../core/entry.js';
import type { Tell } from '../core/events.js';
import { randomToken } from '../core/token.js';
import { ROOT_GROUP } from '../keys/groups.js';
import { withDeadline } from '../resilience/deadline.js';
import type { Announcer } from './far-store.js';
import type { NearChanges } from './near-changes.js';
import type { RedisConnection } from './redis-client.js';
import type { ListeningClient } from './redis-commands.js';
import { LateReply } from './redis-failures.js';
import type { RedisKeys } from './redis-keys.js';
import { RunId, isOfRun, isRefusal } from './redis-run-id.js';

export interface AnnouncerSettings {
  /** The name of the cache, for messages. */
  readonly name: string;
  readonly keys: RedisKeys;
  /** By which commands are sent to the same server. */
  readonly connection: RedisConnection;
  readonly changes: NearChanges;
  readonly tell: Tell | undefined;
  readonly clock?: Clock;
}

/** The channel by which a server tells RESP2 clients what changed. */
const CHANNEL = '__redis__:invalidate';
/** How often one asks whether everything has been heard, in milliseconds; more often at first. */
const PING_INTERVAL = 250;
const FIRST_INTERVAL = 10;
/** After so many milliseconds without an answer the connection is given up. */
const SILENCE_LIMIT = 5_000;
const CANARY_LIFETIME = 1_000;

/**
 * Hears from a server which of our keys change, on one connection that is told of what happens to any key below our
 * prefixes, by whomever. What is said on a connection comes in order: when a PING is answered, everything has been
 * heard that was done before it was sent. The answers count once a key that we wrote ourselves was announced.
 *
 * With two connections (one that tracks, one that listens) nobody would notice that the first was killed.
 *
 * @see https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class RedisAnnouncer implements Announcer {
  readonly #clock: Clock;
  #client: Promise<ListeningClient | undefined> | undefined;
  #runId: RunId | undefined;
  /** Rises when a connection begins and when it ends. */
  #session = 0;
  #completeUntil = -Infinity;
  /** The name of a key that is written to see whether it is announced; undefined once it was. */
  #canary: string | undefined;
  #isRefused = false;
  #isClosed = false;

  constructor(private readonly settings: AnnouncerSettings) {
    this.#clock = settings.clock ?? systemClock;
  }

  get completeUntil(): number {
    return this.#completeUntil;
  }

  open(): void {
    this.#client ??= this.#start();
  }

  isAbout({ groups }: EntryHeader): boolean {
    return isOfRun(this.#runId?.known, groups.get(ROOT_GROUP));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    const client = await this.#client;
    this.#runId?.stop();
    client?.disconnect();
  }

  async #start(): Promise<ListeningClient | undefined> {
    // Whoever connects to the store hears why there is no client.
    const client = await this.settings.connection.listener().catch(() => undefined);
    if (!client) return undefined;
    client.on('error', () => {});
    client.on('ready', () => void this.#listen(client));
    client.on('close', () => this.#end());
    client.on('messageBuffer', (_, message) => this.#hear(message));
    this.#runId = new RunId(client);
    return client;
  }

  /** Nothing that was heard or proved counts any more. */
  #end(): void {
    this.#session++;
    this.#completeUntil = -Infinity;
  }

  async #listen(client: ListeningClient): Promise<void> {
    this.#end();
    const session = this.#session;
    const { keys, changes } = this.settings;
    try {
      const id = Number(await client.client('ID'));
      const prefixes = [keys.entry(''), keys.generationPrefix].flatMap((prefix) => ['PREFIX', prefix]);
      await client.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...prefixes);
      await client.subscribe(CHANNEL);
    } catch (error) {
      if (session === this.#session) this.#giveUp(client, error);
      return;
    }
    if (session !== this.#session) return;
    // What was read before may have changed unheard, and so may what was on its way.
    changes.noteEverything();
    this.#canary = `~canary:${randomToken()}`;
    await this.#keepAsking(client, session);
  }

  /** What may pass is tried again; what is not allowed stays so while the connection lasts. */
  #giveUp(client: ListeningClient, error: unknown): void {
    if (!isRefusal(error)) return client.disconnect(true);
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.settings.tell?.({ kind: 'changes-unheard', store: this.settings.name, error });
  }

  async #keepAsking(client: ListeningClient, session: number): Promise<void> {
    let pause = FIRST_INTERVAL;
    while (session === this.#session && !this.#isClosed) {
      if (this.#canary !== undefined) this.#release(this.#canary);
      const sentAt = this.#clock.monotonic();
      try {
        await withDeadline(client.ping(), SILENCE_LIMIT, () => new LateReply(), this.#clock);
      } catch {
        if (session === this.#session) client.disconnect(true);
        return;
      }
      if (session === this.#session && this.#canary === undefined) {
        this.#completeUntil = sentAt;
        pause = PING_INTERVAL;
      }
      await sleep(this.#clock, pause);
      pause = Math.min(2 * pause, PING_INTERVAL);
    }
  }

  #release(canary: string): void {
    const { connection, keys } = this.settings;
    const name = keys.generation(canary);
    connection.send('watch', (commands) => commands.set(name, '', 'PX', CANARY_LIFETIME, 'NX')).catch(() => undefined);
  }

  /** @param message the keys that changed, or nothing where all of them did. */
  #hear(message: unknown): void {
    const { keys, changes } = this.settings;
    if (!Array.isArray(message)) return changes.noteEverything();
    const names = message.map((key) => keys.nameOf(String(key)));
    if (this.#canary !== undefined && names.includes(this.#canary)) this.#canary = undefined;
    changes.note(names);
  }
}
