import { systemClock } from '../../../lib/core/clock.js';
import type { Address } from '../../../lib/core/entry.js';
import type { CacheEvent } from '../../../lib/core/events.js';
import type { FarStore } from '../../../lib/stores/far-store.js';
import type { NearConsistency } from '../../../lib/stores/near.store.js';
import { NearStore, nearStore } from '../../../lib/stores/near.store.js';
import { STALENESS_BOUND } from '../../../lib/stores/near-watch.js';
import type { RedisTarget } from '../../../lib/stores/redis-target.js';
import { redisStore } from '../../../lib/stores/redis.store.js';
import type { CacheStore, StoreNamespace } from '../../../lib/stores/store.js';
import { StoreBench, eventually } from '../../../lib/testing/store-bench.js';

const BOUNDS = { maxEntries: 1_000, maxBytes: 2 ** 26 };
const NAMESPACE = { prefix: 'test', version: 1, name: 'default' };
/** For what takes the time that it takes on a slow machine. */
export const SOON = 20_000;
export const LARGE = 'x'.repeat(20_000);

interface NearOptions extends Pick<StoreNamespace, 'tell'> {
  readonly others?: RedisTarget;
  readonly compressAbove?: number;
}

/** Stores of two processes, of which the first keeps copies. */
export class NearBench extends StoreBench {
  /** How often the first one has asked. */
  asked = 0;
  readonly others: StoreBench;

  constructor(
    readonly far: FarStore,
    others: CacheStore,
    consistency: NearConsistency,
  ) {
    super(new NearStore(far, { bounds: BOUNDS, consistency }));
    this.others = new StoreBench(others);
    const [read, validate] = [far.read.bind(far), far.validate.bind(far)];
    far.read = (address) => (this.asked++, read(address));
    far.validate = (address, copy) => (this.asked++, validate(address, copy));
  }

  static async open(target: RedisTarget, consistency: NearConsistency, options: NearOptions = {}): Promise<NearBench> {
    const { tell, others = target, compressAbove = Infinity } = options;
    const settings = { commandTimeout: '2s', ...(compressAbove < Infinity && { compressAbove }) } as const;
    const create = (of: RedisTarget) => redisStore(of, settings).create({ ...NAMESPACE, tell }) as FarStore;
    const bench = new NearBench(create(target), create(others), consistency);
    await bench.connect();
    return bench;
  }

  async connect(): Promise<void> {
    await Promise.all([this.store.connect(), this.others.store.connect()]);
  }

  /** After the server is back. */
  untilConnected(): Promise<void> {
    const isConnected = async () => (await Promise.allSettled([this.connect()]))[0].status === 'fulfilled';
    return eventually(isConnected, SOON);
  }

  async close(): Promise<void> {
    await Promise.all([this.store.close(), this.others.store.close()]);
  }

  /** Whether a read answers without asking. */
  async isServedHere(address: Address): Promise<boolean> {
    const { asked } = this;
    const payload = await this.payload(address).catch(() => undefined);
    return payload !== undefined && asked === this.asked;
  }

  /** An entry that is served without asking. */
  async copied(name: string, payload = LARGE): Promise<Address> {
    const address = this.address(name);
    await this.load(address, payload);
    await this.untilServedHere(address);
    return address;
  }

  untilServedHere(address: Address): Promise<void> {
    return eventually(() => this.isServedHere(address), SOON);
  }

  /** Reads until the entry is gone. @returns for how long it was there at least, in milliseconds. */
  async outlives(address: Address): Promise<number> {
    const deleted = systemClock.monotonic();
    for (let latest = 0; ;) {
      const began = systemClock.monotonic();
      if ((await this.payload(address).catch(() => undefined)) === undefined) return latest;
      latest = began - deleted;
      // Answers without asking would leave no time to hear anything.
      await new Promise(setImmediate);
      if (latest > 10 * STALENESS_BOUND) return latest;
    }
  }

  entryKey({ path }: Address): string {
    return `test:v1:${path}`;
  }
}

/** A near store alone, for the suite of all stores. */
export async function connectedNear(target: RedisTarget, consistency: NearConsistency): Promise<CacheStore> {
  const store = nearStore({ far: redisStore(target, { commandTimeout: '2s' }), consistency }).create(NAMESPACE);
  await store.connect();
  return store;
}

/** Gathers what stores tell. */
export function recorder(): { readonly events: CacheEvent[]; readonly tell: (event: CacheEvent) => void } {
  const events: CacheEvent[] = [];
  return { events, tell: (event) => void events.push(event) };
}
