import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { sleep, systemClock } from '../../../lib/core/clock.js';
import type { Address } from '../../../lib/core/entry.js';
import { RECOVERY_TIME } from '../../../lib/resilience/attempts.js';
import { SHARD_TAGS, shardOf, slotOf } from '../../../lib/stores/redis-shards.js';
import type { StoreBench } from '../../../lib/testing/store-bench.js';
import { eventually } from '../../../lib/testing/store-bench.js';
import { HeldUp } from '../../support/held-up.js';
import type { RedisServer } from '../../support/redis.js';
import { TestCluster } from '../../support/redis-cluster.js';
import { Opened } from './redis-support.js';

const DEADLINE_MS = 900_000;
const COMEBACK = 60_000;
/** In this time a store has looked at a cluster that fails several times, in milliseconds. */
const SOME_PROBES = 2_000;

const opened = new Opened();
let cluster: TestCluster;
let six: Cluster, five: Cluster5;

beforeAll(async () => {
  cluster = await TestCluster.start();
  six = new Cluster(cluster.addresses);
  five = new Cluster5(cluster.addresses);
}, DEADLINE_MS);

afterEach(() => opened.close());

afterAll(async () => {
  for (const client of [six, five]) client?.disconnect();
  await cluster?.stop();
});

function tagOf({ path }: Address): string {
  return SHARD_TAGS[shardOf(path)]!;
}

function masterOf(address: Address): Promise<RedisServer> {
  return cluster.masterOf(slotOf(tagOf(address)));
}

/** An address on the same server. */
async function besides(bench: StoreBench, address: Address): Promise<Address> {
  const master = await masterOf(address);
  return found(bench, async (each) => each.path !== address.path && (await masterOf(each)) === master);
}

/** An address on another server. */
async function apart(bench: StoreBench, address: Address): Promise<Address> {
  const master = await masterOf(address);
  return found(bench, async (each) => (await masterOf(each)) !== master);
}

async function found(bench: StoreBench, isWanted: (address: Address) => Promise<boolean>): Promise<Address> {
  for (let id = 0; ; id++) {
    const address = bench.address(`other:${id}`);
    if (await isWanted(address)) return address;
  }
}

async function works(bench: StoreBench, address: Address): Promise<boolean> {
  const begun = await bench.begin(address, { mode: 'put' }).catch(() => undefined);
  if (begun?.kind !== 'leased') return false;
  const isFilled = await bench.fill(begun.lease, 'new', { mode: 'put' }).catch(() => false);
  return isFilled && (await bench.payload(address).catch(() => undefined)) === 'new';
}

describe('a failover in a cluster', () => {
  it(
    'leaves the shards cold: neither what was alive nor what was deleted unheard comes back',
    async () => {
      const benches = [
        await opened.bench({ cluster: cluster.addresses }),
        await opened.bench({ client: six }),
        await opened.bench({ client: five }),
      ];
      const address = benches[0]!.address('post');
      const other = await besides(benches[0]!, address);
      for (const each of [address, other]) await benches[0]!.load(each, 'old');
      const old = await masterOf(address);
      await cluster.untilReplicated(old, tagOf(address));
      const replica = await cluster.failOver(old, () => benches[0]!.invalidate({ paths: [address.path] }));
      const key = `test:{${tagOf(address)}}:v1:${address.path}`;
      expect(await cluster.admin(replica).get(key)).toMatch(/\nold$/);
      for (const bench of benches) {
        await eventually(() => works(bench, other), COMEBACK);
        expect(await bench.payload(address)).toBeUndefined();
      }
      await cluster.rejoin(old);
    },
    DEADLINE_MS,
  );

  it(
    'is a miss for readers while nobody has the shard, and an invalidation is rejected or carried out',
    async () => {
      const bench = await opened.bench({ cluster: cluster.addresses }, { commandTimeout: '250ms' });
      const address = bench.address('post');
      await bench.load(address, 'old');
      const old = await masterOf(address);
      const failover = cluster.failOver(old);
      const outcomes = new Set<string>();
      let isOver = false;
      void failover.finally(() => (isOver = true));
      while (!isOver) {
        const [before, heldUp] = [performance.now(), new HeldUp()];
        await Promise.resolve(bench.store.read(address)).then(
          (found) => outcomes.add(found ? 'found' : 'miss'),
          () => outcomes.add('rejected'),
        );
        const group = { groups: [bench.path('x')] };
        await bench.invalidate(group).then(
          () => outcomes.add('carried out'),
          () => outcomes.add('refused'),
        );
        expect(performance.now() - before).toBeLessThan(3_000 + heldUp.stop());
      }
      await failover;
      expect(outcomes).toContain('miss');
      expect(outcomes).toContain('refused');
      await eventually(() => works(bench, address), COMEBACK);
      await eventually(
        () =>
          bench.invalidate({ groups: [bench.path('x')] }).then(
            () => true,
            () => false,
          ),
        COMEBACK,
      );
      await cluster.rejoin(old);
    },
    DEADLINE_MS,
  );
});

/** What tests know of a store whose process asks for nothing while something fails. */
interface Idle {
  readonly bench: StoreBench;
  /** A key of a master that will fail, and one of a master that will not. */
  readonly lost: Address;
  readonly kept: Address;
  /** How long the store was told to have been away, each time. */
  readonly absences: number[];
}

async function idle(): Promise<Idle> {
  const absences: number[] = [];
  const reconnected = (absence: number): unknown => absences.push(absence);
  const bench = await opened.bench({ cluster: cluster.addresses }, { reconnected });
  const lost = bench.address('post');
  const kept = await apart(bench, lost);
  for (const each of [lost, kept]) await eventually(() => works(bench, each), COMEBACK);
  absences.length = 0;
  return { bench, lost, kept, absences };
}

/** Lets a cluster be down until `meanwhile` has ended, and resolves as soon as a node says that it works again. */
async function whileDown(failing: RedisServer, fail: () => unknown, meanwhile: () => Promise<unknown>): Promise<void> {
  const [replica, masters] = await Promise.all([cluster.replicaOf(failing), cluster.masters()]);
  const witness = cluster.admin(masters.find((each) => each !== failing)!);
  const says = (state: string) => async () => (await witness.cluster('INFO')).includes(`cluster_state:${state}`);
  replica.pause();
  await fail();
  await eventually(says('fail'), COMEBACK);
  await meanwhile();
  replica.resume();
  await eventually(says('ok'), COMEBACK);
}

/** Whether something succeeds before its store has told that it was away. */
async function isUsedTooEarly({ absences }: Idle, use: () => Promise<boolean>): Promise<boolean> {
  for (;;) {
    const isUsed = await use().catch(() => false);
    if (absences.length > 0) return false;
    if (isUsed) return true;
    await sleep(systemClock, 1);
  }
}

function isReadTooEarly(scene: Idle, address: Address): Promise<boolean> {
  return isUsedTooEarly(scene, async () => (await scene.bench.payload(address)) !== undefined);
}

describe('a cluster that was down', () => {
  it(
    'is away for a process that asked for nothing meanwhile, with the keys of masters that went on, too',
    async () => {
      const scene = await idle();
      const old = await masterOf(scene.lost);
      await whileDown(
        old,
        () => old.kill('SIGKILL'),
        () => sleep(systemClock, SOME_PROBES),
      );
      expect(await isReadTooEarly(scene, scene.kept)).toBe(false);
      expect(scene.absences[0]).toBeGreaterThan(SOME_PROBES);
      await cluster.rejoin(old);
    },
    DEADLINE_MS,
  );

  it(
    'is away for a process that only heard of it from a master that went on',
    async () => {
      const scene = await idle();
      const old = await masterOf(scene.lost);
      const asked = () => expect(scene.bench.begin(scene.kept)).rejects.toThrow('CLUSTERDOWN');
      await whileDown(old, () => old.pause(), asked);
      expect(await isReadTooEarly(scene, scene.kept)).toBe(false);
      old.resume();
      await cluster.untilReplica(old);
    },
    DEADLINE_MS,
  );
});

describe('a master that took over from one that goes on as its replica', () => {
  it(
    'may have been there for a while when a process finds it',
    async () => {
      const scene = await idle();
      await cluster.swap(await masterOf(scene.lost));
      expect(await isUsedTooEarly(scene, () => works(scene.bench, scene.lost))).toBe(false);
      expect(scene.absences[0]).toBeGreaterThanOrEqual(RECOVERY_TIME);
    },
    DEADLINE_MS,
  );
});

describe('a server of a cluster that is master for the second time in one process', () => {
  /** Whether the entry is there after it was deleted under a master in between, which the server did not hear of. */
  async function comesBack(isUsed: boolean): Promise<boolean> {
    const bench = await opened.bench({ cluster: cluster.addresses });
    const address = bench.address('post');
    const neighbour = await found(bench, async (each) => tagOf(each) === tagOf(address));
    const first = await masterOf(address);
    await eventually(() => works(bench, address), COMEBACK);
    const second = await cluster.swap(first);
    const elsewhere = await apart(bench, address);
    await eventually(() => works(bench, isUsed ? neighbour : elsewhere), COMEBACK);
    await cluster.untilReplicated(second, tagOf(address));
    await cluster.failOver(second, async () => {
      const deleted = () =>
        bench.invalidate({ paths: [address.path] }).then(
          () => true,
          () => false,
        );
      await eventually(deleted, COMEBACK);
    });
    const isRead = async () => (await bench.payload(address).catch(() => undefined)) !== undefined;
    const isThere = await eventually(isRead, 5_000).then(
      () => true,
      () => false,
    );
    await eventually(() => works(bench, address), COMEBACK);
    await cluster.rejoin(second);
    return isThere;
  }

  it(
    'brings back what it did not hear was deleted, if nothing was loaded in between',
    async () => {
      expect(await comesBack(false)).toBe(true);
    },
    DEADLINE_MS,
  );

  it(
    'brings nothing back of a shard in which something was loaded in between',
    async () => {
      expect(await comesBack(true)).toBe(false);
    },
    DEADLINE_MS,
  );
});

describe('a node of a cluster that hangs', () => {
  it(
    'holds up an invalidation of many keys for no longer than one deadline',
    async () => {
      const bench = await opened.bench({ cluster: cluster.addresses }, { commandTimeout: '2s' });
      const master = await masterOf(bench.address('post'));
      const paths = Array.from({ length: 1_000 }, (_, id) => bench.path(`post:${id}`));
      master.pause();
      try {
        const [before, heldUp] = [performance.now(), new HeldUp()];
        await expect(bench.invalidate({ paths })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
        expect(performance.now() - before).toBeLessThan(3_000 + heldUp.stop());
      } finally {
        master.resume();
      }
      await eventually(() => works(bench, bench.address('post')), COMEBACK);
    },
    DEADLINE_MS,
  );

  it(
    'holds up nobody for longer than one deadline, and none of the keys of others',
    async () => {
      const bench = await opened.bench({ cluster: cluster.addresses }, { commandTimeout: '1s' });
      const address = bench.address('post');
      const other = await apart(bench, address);
      await bench.load(other, 'there');
      const master = await masterOf(address);
      master.pause();
      try {
        expect(await bench.store.read(address)).toBeUndefined();
        const [before, heldUp] = [performance.now(), new HeldUp()];
        expect(await bench.store.read(address)).toBeUndefined();
        expect(performance.now() - before).toBeLessThan(500 + heldUp.stop());
        expect(await bench.payload(other)).toBe('there');
      } finally {
        master.resume();
      }
      await eventually(() => works(bench, address), COMEBACK);
    },
    DEADLINE_MS,
  );
});
