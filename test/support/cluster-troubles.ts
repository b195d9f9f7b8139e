import { setTimeout as sleep } from 'node:timers/promises';
import { SHARD_TAGS, slotOf } from '../../lib/stores/redis-shards.js';
import { Troubles } from './failovers.js';
import { Pressure } from './pressure.js';
import type { TestCluster } from './redis-cluster.js';
import type { RedisServer } from './redis.js';

/** Shorter than the silence after which a replica takes over. */
const LONGEST_PAUSE_MS = 600;
const PRESSURE_MS = 1_500;

/** Does to a cluster, one after the other, what may happen to one. */
export class ClusterTroubles extends Troubles {
  private constructor(
    private readonly cluster: TestCluster,
    private readonly random: () => number,
    masters: readonly RedisServer[],
  ) {
    super(masters);
  }

  static async of(cluster: TestCluster, random: () => number): Promise<ClusterTroubles> {
    return new ClusterTroubles(cluster, random, await cluster.masters());
  }

  /** A master dies, or changes places with its replica. */
  async replaceMaster(): Promise<void> {
    const master = this.#pick(await this.cluster.masters());
    const isSwap = this.random() < 0.5;
    const what = isSwap ? 'masters that changed places with a replica' : 'masters killed';
    await this.failOver(what, () => (isSwap ? this.cluster.swap(master) : this.cluster.failOver(master)));
    if (!isSwap) await this.cluster.rejoin(master);
  }

  async pauseMaster(): Promise<void> {
    const master = this.#pick(await this.cluster.masters());
    master.pause();
    await sleep(this.random() * LONGEST_PAUSE_MS);
    master.resume();
    this.count('servers paused');
  }

  async moveSlot(): Promise<void> {
    const slot = slotOf(this.#pick(SHARD_TAGS));
    const owner = await this.cluster.masterOf(slot);
    await this.cluster.move(slot, this.#pick((await this.cluster.masters()).filter((each) => each !== owner)));
    this.count('slots moved');
  }

  /** Somebody else fills a master, which evicts. */
  async fillMaster(): Promise<void> {
    const tag = this.#pick(SHARD_TAGS);
    const pressure = new Pressure((await this.cluster.masterOf(slotOf(tag))).url, `ballast:{${tag}}`);
    await pressure.begin('allkeys-random');
    await sleep(PRESSURE_MS);
    this.count('keys evicted', await pressure.end());
    pressure.disconnect();
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)]!;
  }
}
