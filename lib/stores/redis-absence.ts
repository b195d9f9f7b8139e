import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import type { ClusterClient, RedisClient } from './redis-commands.js';

/** Notices that a client is connected again after it was not, also where nobody asked for anything meanwhile. */
export class RedisAbsence {
  #since: number | undefined;

  /** @param ended is called with how long it was, in milliseconds; not for the first connection, unless that took attempts. */
  constructor(
    private readonly client: Pick<RedisClient | ClusterClient, 'on' | 'off'>,
    private readonly ended: (absence: number) => void,
    private readonly clock: Clock = systemClock,
  ) {
    client.on('close', this.#closed);
    client.on('ready', this.#ready);
  }

  stop(): void {
    this.client.off('close', this.#closed);
    this.client.off('ready', this.#ready);
  }

  readonly #closed = (): void => {
    this.#since ??= this.clock.monotonic();
  };

  readonly #ready = (): void => {
    if (this.#since === undefined) return;
    const absence = this.clock.monotonic() - this.#since;
    this.#since = undefined;
    this.ended(absence);
  };
}
