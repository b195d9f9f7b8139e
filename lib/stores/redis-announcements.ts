import { randomToken } from '../core/token.js';
import type { RedisConnection } from './redis-client.js';
import type { ListeningClient } from './redis-commands.js';
import type { RedisKeys } from './redis-keys.js';
import { deleteScript } from './redis-change-scripts.js';

/** A way in which one hears from a server what changes. */
export interface Announcements {
  /** On which channel it is said. */
  readonly channel: string;
  /** Has the server say it on this connection. @throws what the server answers where it does not do that. */
  begin(client: ListeningClient): Promise<void>;
  /** Changes something under this name, which has to be announced. */
  release(name: string): Promise<unknown>;
  /**
   * Whether everything was announced that had changed before this was asked, and since it was asked last.
   *
   * @param runId which process of the server one listens to
   */
  isComplete(runId: string | undefined): Promise<boolean>;
  /** The keys that a message is about; undefined where it may be about all of them. */
  keysIn(message: unknown): readonly string[] | undefined;
}

/** The channel by which a server tells RESP2 clients which of the keys changed that it tracks for them. */
const TRACKING_CHANNEL = '__redis__:invalidate';
const CANARY_LIFETIME = 1_000;
/** All copies are validated once when it is over. */
const MARK_LIFETIME = 3_600_000;

/**
 * The server tells what happens to any key below our prefixes, by whomever.
 *
 * With two connections (one that tracks, one that listens) nobody would notice that the first was killed.
 *
 * @see https://redis.io/docs/latest/develop/reference/client-side-caching/
 */
export class TrackedKeys implements Announcements {
  readonly channel = TRACKING_CHANNEL;

  constructor(
    private readonly keys: RedisKeys,
    private readonly connection: RedisConnection,
  ) {}

  async begin(client: ListeningClient): Promise<void> {
    const id = Number(await client.client('ID'));
    const prefixes = [this.keys.entry(''), this.keys.generationPrefix].flatMap((prefix) => ['PREFIX', prefix]);
    await client.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...prefixes);
    try {
      await client.subscribe(this.channel);
    } catch (error) {
      await client.client('TRACKING', 'OFF');
      throw error;
    }
  }

  release(name: string): Promise<unknown> {
    const key = this.keys.generation(name);
    return this.connection.send('watch', (commands) => commands.set(key, '', 'PX', CANARY_LIFETIME, 'NX'));
  }

  async isComplete(): Promise<boolean> {
    return true;
  }

  keysIn(message: unknown): readonly string[] | undefined {
    return Array.isArray(message) ? message.map(String) : undefined;
  }
}

/**
 * Every store publishes what it deletes, in the very script that deletes it. Nobody tells what is deleted by hand; who
 * may not publish takes a mark away instead. A mark that is missing for whatever reason counts as taken away.
 */
export class PublishedDeletions implements Announcements {
  readonly channel: string;
  #mark: string | null = null;

  constructor(
    private readonly keys: RedisKeys,
    private readonly connection: RedisConnection,
  ) {
    this.channel = keys.deletions;
  }

  async begin(client: ListeningClient): Promise<void> {
    // Whoever may not say it here may not say it elsewhere, and that would not be heard.
    await client.publish(this.channel, JSON.stringify([]));
    await client.subscribe(this.channel);
  }

  release(name: string): Promise<unknown> {
    const { keys, connection } = this;
    return connection.run('watch', deleteScript, [keys.generation(name)], keys.announcing);
  }

  async isComplete(runId: string | undefined): Promise<boolean> {
    const { keys, connection } = this;
    const renewed = connection.send('watch', (commands) =>
      commands.set(keys.allPublished, randomToken(), 'PX', MARK_LIFETIME, 'NX').catch((error: Error) => {
        if (!error.message.startsWith('OOM ')) throw error;
        return null;
      }),
    );
    const reading = connection.send('watch', (commands) => commands.mget([keys.allPublished]));
    const [, read] = await Promise.all([renewed, reading]);
    const [mark = null] = read.value;
    const isSame = mark !== null && mark === this.#mark && read.runId === runId;
    this.#mark = mark;
    return isSame;
  }

  keysIn(message: unknown): readonly string[] | undefined {
    try {
      const keys: unknown = JSON.parse(String(message));
      return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : undefined;
    } catch {
      return undefined;
    }
  }
}
