import { HEAD_BYTES } from '../serialization/entry-format.js';
import type { Answer } from './redis-client.js';
import type { Shard } from './redis-topology.js';

/** The beginnings of entries in one shard, which tell one fill from another; each is asked for once in a tick. */
export class RedisHeads {
  readonly #asked = new Map<string, Promise<Answer<string>>>();

  constructor(private readonly shard: Shard) {}

  /** Empty where there is no entry. @throws CacheError `STORE_UNAVAILABLE` */
  get(name: string): Promise<Answer<string>> {
    let head = this.#asked.get(name);
    if (!head) this.#asked.set(name, (head = this.#ask(name)));
    return head;
  }

  async #ask(name: string): Promise<Answer<string>> {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    // Whoever comes from now on must not get what is read here.
    this.#asked.delete(name);
    const connection = await this.shard.connection('read');
    return connection.send('read', (commands) => commands.getrange(name, 0, HEAD_BYTES - 1).catch(nothingIfForeign));
  }
}

/** As for MGET, a key of another type is a missing one. */
function nothingIfForeign(error: Error): string {
  if (error.message.startsWith('WRONGTYPE')) return '';
  throw error;
}
