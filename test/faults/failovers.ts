import { redisStore } from 'nestash';
import { SHARD_TAGS, shardOf, slotOf } from '../../lib/stores/redis-shards.js';
import { TestCluster } from '../support/redis-cluster.js';
import { TestSentinels } from '../support/redis-sentinel.js';
import type { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';
import type { Fault, Scene } from './fault.js';
import { Shared } from './fault.js';
import { ITEMS, type Shop, keyOf } from './shop.js';

/** How many slots are moved one after the other. */
const MOVES = 8;

export const sentinels = new Shared(() => TestSentinels.start());
export const cluster = new Shared(() => TestCluster.start());

/** Items that a failover brings back: their deletion reached nobody but the server that died. */
const lost = new Set<number>();

export const FAILOVERS: readonly Fault[] = [
  { name: 'fails over by Sentinels, demoted', set: () => bySentinels((group) => group.demote()) },
  // The last of those by Sentinels, for nobody waits until it is back.
  {
    name: 'fails over by Sentinels, killed',
    set: () => bySentinels((group) => group.failOver('kill')),
  },
  {
    name: 'is a cluster, a master killed',
    set: () => onCluster(killedOwner()),
  },
  { name: 'is a cluster, slots moved', set: () => onCluster({ meanwhile: moveSlots }) },
  {
    name: 'fails over to one that missed writes',
    mayBeStale: {
      why: 'the server that took over has been master before, and nobody told it of these deletions',
      items: lost,
    },
    set: () => onCluster({ begin: loseDeletions }),
  },
];

async function bySentinels(meanwhile: (group: TestSentinels) => Promise<unknown>): Promise<Scene> {
  const group = await sentinels.get();
  const { target } = group;
  return {
    stores: [redisStore(target), redisStore(target)],
    meanwhile: () => meanwhile(group),
    close: async () => {},
  };
}

interface ClusterFault {
  readonly begin?: (group: TestCluster, shops: readonly Shop[]) => Promise<unknown>;
  readonly meanwhile?: (group: TestCluster) => Promise<unknown>;
  readonly end?: (group: TestCluster) => Promise<unknown>;
}

async function onCluster({ begin, meanwhile, end }: ClusterFault): Promise<Scene> {
  const group = await cluster.get();
  const target = { cluster: group.addresses };
  return {
    stores: [redisStore(target), redisStore(target)],
    ...(begin && { begin: (shops: readonly Shop[]) => begin(group, shops) }),
    ...(meanwhile && { meanwhile: () => meanwhile(group) }),
    ...(end && { end: () => end(group) }),
    close: async () => {},
  };
}

/** The master whose keys are looked at to see when everything is normal again. */
function owner(group: TestCluster): Promise<RedisServer> {
  return group.masterOf(slotOfItem(ITEMS));
}

function killedOwner(): ClusterFault {
  let killed: RedisServer;
  return {
    meanwhile: async (group) => {
      killed = await owner(group);
      await group.failOver(killed);
    },
    end: (group) => group.rejoin(killed),
  };
}

async function moveSlots(group: TestCluster): Promise<void> {
  const slots = [...new Set(Array.from({ length: MOVES }, (_, index) => slotOfItem(ITEMS - index)))];
  for (const slot of slots) {
    const from = await group.masterOf(slot);
    const others = (await group.masters()).filter((each) => each !== from);
    await group.move(slot, others[slot % others.length]!);
  }
}

/**
 * A master and its replica change places, items of theirs are written, which the replica does not hear of, and it
 * becomes master again in the same process. Nothing is loaded meanwhile, or the entries would be dead.
 */
async function loseDeletions(group: TestCluster, [shop]: readonly Shop[]): Promise<void> {
  const first = await owner(group);
  const slots = new Set<number>();
  for (let id = 0; id <= ITEMS; id++) {
    if ((await group.masterOf(slotOfItem(id))) === first) slots.add(slotOfItem(id));
  }
  const own = Array.from({ length: ITEMS }, (_, id) => id).filter((id) => slots.has(slotOfItem(id)));
  const second = await group.swap(first);
  await until(async () => {
    await shop!.items.find(ITEMS);
    return shop!.cache.has(keyOf(ITEMS));
  });
  const items = own.filter((id) => slotOfItem(id) !== slotOfItem(ITEMS));
  await group.failOver(second, async () => {
    for (const id of items) await shop!.save(id);
  });
  await group.rejoin(second);
  for (const id of items) lost.add(id);
}

function slotOfItem(id: number): number {
  return slotOf(SHARD_TAGS[shardOf(keyOf(id))]!);
}
