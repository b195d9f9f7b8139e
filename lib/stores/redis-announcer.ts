import type { Clock } from '../core/clock.js';
import { sleep, systemClock } from '../core/clock.js';
import type { EntryHeader } from '../core/entry.js';
import type { Tell } from '../core/events.js';
import { randomToken } from '../core/token.js';
import { ROOT_GROUP } from '../keys/groups.js';
import { withDeadline } from '../resilience/deadline.js';
import type { Announcer } from './far-store.js';
import type { NearChanges } from './near-changes.js';
import type { Announcements } from './redis-announcements.js';
import { PublishedDeletions, TrackedKeys } from './redis-announcements.js';
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

type Refusal = 'keys-untracked' | 'changes-unheard';

/** How often one asks whether everything has been heard, in milliseconds; more often at first. */
const PING_INTERVAL = 250;
const FIRST_INTERVAL = 10;
/** After so many milliseconds without an answer the connection is given up. */
const SILENCE_LIMIT = 5_000;

/**
 * Hears from a server which of our keys change: the server tracks them, or where it does not, the stores publish what
 * they delete. What is said on a connection comes in order: when a PING is answered, everything has been heard that was
 * said before it was sent. The answers count once a change that we made ourselves was announced.
 */
export class RedisAnnouncer implements Announcer {
  readonly #clock: Clock;
  /** The first one that the server allows is used. */
  readonly #ways: readonly [Announcements, Announcements];
  #way: Announcements;
  #client: Promise<ListeningClient | undefined> | undefined;
  #runId: RunId | undefined;
  /** Rises when a connection begins and when it ends. */
  #session = 0;
  #completeUntil = -Infinity;
  /** The name of a key that is written to see whether it is announced; undefined once it was. */
  #canary: string | undefined;
  /** What was said of the server already. */
  readonly #told = new Set<Refusal>();
  #isClosed = false;

  constructor(private readonly settings: AnnouncerSettings) {
    const { keys, connection, clock = systemClock } = settings;
    this.#clock = clock;
    this.#ways = [new TrackedKeys(keys, connection), new PublishedDeletions(keys, connection)];
    [this.#way] = this.#ways;
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
    client.on('messageBuffer', (channel, message) => this.#hear(String(channel), message));
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
    try {
      this.#way = await this.#begin(client);
    } catch (error) {
      if (session === this.#session) this.#giveUp(client, error);
      return;
    }
    if (session !== this.#session) return;
    // What was read before may have changed unheard, and so may what was on its way.
    this.settings.changes.noteEverything();
    this.#canary = `~canary:${randomToken()}`;
    await this.#keepAsking(client, session);
  }

  async #begin(client: ListeningClient): Promise<Announcements> {
    const [preferred, other] = this.#ways;
    try {
      await preferred.begin(client);
      return preferred;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await other.begin(client);
      this.#tell('keys-untracked', error);
      return other;
    }
  }

  /** What may pass is tried again; what is not allowed stays so while the connection lasts. */
  #giveUp(client: ListeningClient, error: unknown): void {
    if (isRefusal(error)) this.#tell('changes-unheard', error);
    else client.disconnect(true);
  }

  #tell(kind: Refusal, error: unknown): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.settings.tell?.({ kind, store: this.settings.name, error });
  }

  async #keepAsking(client: ListeningClient, session: number): Promise<void> {
    let pause = FIRST_INTERVAL;
    while (session === this.#session && !this.#isClosed) {
      if (this.#canary !== undefined) this.#way.release(this.#canary).catch(() => undefined);
      const sentAt = this.#clock.monotonic();
      const asked = this.#way.isComplete(this.#runId?.known).catch(() => false);
      try {
        await withDeadline(client.ping(), SILENCE_LIMIT, () => new LateReply(), this.#clock);
      } catch {
        if (session === this.#session) client.disconnect(true);
        return;
      }
      const isComplete = await asked;
      if (!isComplete) this.settings.changes.noteEverything();
      if (isComplete && session === this.#session && this.#canary === undefined) {
        this.#completeUntil = sentAt;
        pause = PING_INTERVAL;
      }
      await sleep(this.#clock, pause);
      pause = Math.min(2 * pause, PING_INTERVAL);
    }
  }

  /** @param message the keys that changed, or nothing where all of them did. */
  #hear(channel: string, message: unknown): void {
    if (channel !== this.#way.channel) return;
    const { keys, changes } = this.settings;
    const names = this.#way.keysIn(message)?.map((key) => keys.nameOf(key));
    if (!names) return changes.noteEverything();
    if (this.#canary !== undefined && names.includes(this.#canary)) this.#canary = undefined;
    changes.note(names);
  }
}
