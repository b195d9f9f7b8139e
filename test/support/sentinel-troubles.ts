import { Troubles } from './failovers.js';
import type { TestSentinels } from './redis-sentinel.js';
import type { RedisServer } from './redis.js';

/** Does to a master behind Sentinels, one after the other, what may happen to one. */
export class SentinelTroubles extends Troubles {
  private constructor(
    private readonly sentinels: TestSentinels,
    master: RedisServer,
    random: () => number,
  ) {
    super([master], random);
  }

  static async of(sentinels: TestSentinels, random: () => number): Promise<SentinelTroubles> {
    return new SentinelTroubles(sentinels, await sentinels.master(), random);
  }

  /** It dies, or hangs until its replica has taken over, and comes back as the replica. */
  async loseMaster(how: 'kill' | 'pause'): Promise<void> {
    const master = await this.sentinels.master();
    await this.failOver(how === 'kill' ? 'masters killed' : 'masters that hung', async () => {
      const successor = await this.sentinels.failOver(how);
      await this.sentinels.rejoin(master);
      return successor;
    });
  }

  async demoteMaster(): Promise<void> {
    await this.failOver('masters that changed places with a replica', () => this.sentinels.demote());
  }

  async pauseMaster(): Promise<void> {
    await this.pause(await this.sentinels.master());
  }

  async fillMaster(): Promise<void> {
    await this.fill(await this.sentinels.master());
  }
}
