import { SHARD_TAGS, slotOf } from '../../lib/stores/redis-shards.js';
import { Troubles } from './failovers.js';
import type { TestCluster } from './redis-cluster.js';
import type { RedisServer } from './redis.js';

/** Does to a cluster, one after the other, what may happen to one. */
export class ClusterTroubles extends Troubles {
  private constructor(
    private readonly cluster: TestCluster,
    masters: readonly RedisServer[],
    random: () => number,
  ) {
    super(masters, random);
  }

  static async of(cluster: TestCluster, random: () => number): Promise<ClusterTroubles> {
    return new ClusterTroubles(cluster, await cluster.masters(), random);
  }

  async killMaster(): Promise<void> {
    const master = this.#pick(await this.cluster.masters());
    await this.failOver('masters killed', () => this.cluster.failOver(master));
    await this.cluster.rejoin(master);
  }

  async swapMaster(): Promise<void> {
    const master = this.#pick(await this.cluster.masters());
    await this.failOver('masters that changed places with a replica', () => this.cluster.swap(master));
  }

  async pauseMaster(): Promise<void> {
    await this.pause(this.#pick(await this.cluster.masters()));
  }

  async moveSlot(): Promise<void> {
    const slot = slotOf(this.#pick(SHARD_TAGS));
    const owner = await this.cluster.masterOf(slot);
    await this.cluster.move(slot, this.#pick((await this.cluster.masters()).filter((each) => each !== owner)));
    this.count('slots moved');
  }

  async fillMaster(): Promise<void> {
    const tag = this.#pick(SHARD_TAGS);
    await this.fill(await this.cluster.masterOf(slotOf(tag)), `ballast:{${tag}}`);
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)]!;
  }
}
