import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** What the server may use beyond what it needs for itself, and how much somebody else writes at once, in bytes. */
const ROOM = 2 * 1024 * 1024;
const BALLAST = 16 * 1024;

/** Somebody else who fills the server, so that it evicts all the time, or refuses. */
export class Pressure {
  readonly #client: Redis;
  #isOn = false;
  #isFull = false;
  #filling: Promise<void> | undefined;

  /** @param name what its keys begin with; on a node of a cluster a hash tag in it has to keep them there. */
  constructor(
    url: string,
    private readonly name = 'ballast',
  ) {
    this.#client = new Redis(url);
  }

  async begin(policy: string): Promise<void> {
    await this.#client.config('SET', 'maxmemory-policy', policy);
    await this.#client.config('SET', 'maxmemory', (await this.#figure('memory', 'used_memory')) + ROOM);
    await this.#client.config('RESETSTAT');
    this.#isOn = true;
    this.#isFull = false;
    this.#filling = this.#fill();
    while (!this.#isFull && (await this.#figure('stats', 'evicted_keys')) === 0) await sleep(1);
  }

  /** How many keys have been evicted. */
  async end(): Promise<number> {
    this.#isOn = false;
    await this.#filling;
    const evicted = await this.#figure('stats', 'evicted_keys');
    await this.#client.config('SET', 'maxmemory', 0);
    // One that has become a replica meanwhile refuses, and is emptied by its new master.
    await this.#client.flushall().catch(() => undefined);
    return evicted;
  }

  disconnect(): void {
    this.#client.disconnect();
  }

  async #figure(section: string, name: string): Promise<number> {
    return Number(new RegExp(`${name}:(\\d+)`).exec(await this.#client.info(section))![1]);
  }

  /** Keys that are told to expire sooner than entries, between them and generations, and later than both. */
  async #fill(): Promise<void> {
    for (let turn = 0; this.#isOn; turn++) {
      const lifetime = [60, 400, 2_000][turn % 3]!;
      const value = randomBytes(BALLAST / 2).toString('hex');
      await this.#client.set(`${this.name}:${turn}`, value, 'EX', lifetime).catch(() => (this.#isFull = true));
      await sleep(1);
    }
  }
}
