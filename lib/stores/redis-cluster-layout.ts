import { withDeadline } from '../resilience/deadline.js';
import type { RedisConnection } from './redis-client.js';
import { silence } from './redis-failures.js';
import { isRefusal } from './redis-run-id.js';
import { SHARD_TAGS, slotOf } from './redis-shards.js';

/** A word of the list of slots: one, or a range. One that is on its way stands in brackets, with its other node. */
const SLOTS = /^(\d+)(?:-(\d+))?$/;

/**
 * Which slots each of the masters says it has, in a form that is compared; undefined while a slot is on its way, or if
 * some shard has no master among them or more than one.
 */
export async function layoutOf(masters: readonly RedisConnection[], operation: string): Promise<string | undefined> {
  const told = masters.map((master) => master.send(operation, (commands) => commands.cluster('NODES')));
  const lines = (await Promise.all(told)).map(({ value }) => myselfIn(value));
  const words = lines.flatMap(({ slots }) => slots);
  const ranges = words.map((word) => SLOTS.exec(word));
  const isWhole = SHARD_TAGS.map(slotOf).every((slot) => {
    const owners = ranges.filter((range) => range && slot >= Number(range[1]) && slot <= Number(range[2] ?? range[1]));
    return owners.length === 1;
  });
  if (!isWhole || ranges.includes(null)) return undefined;
  return lines
    .map(({ id, epoch, slots }) => [id, epoch, ...slots].join(' '))
    .sort()
    .join('\n');
}

/** How long one waits for a new connection, in milliseconds: a node that is there accepts it within this. */
const CONNECT_TIME = 50;

/** Whether a node says that the cluster fails. One that may not be asked says nothing. @throws CacheError `STORE_UNAVAILABLE` */
export async function isFailing(node: RedisConnection): Promise<boolean> {
  await withDeadline(node.connect(), CONNECT_TIME, () => node.failure('connect', silence(CONNECT_TIME)));
  const told = await node.send('read', (commands) =>
    commands.cluster('INFO').catch((error: unknown) => {
      if (!isRefusal(error)) throw error;
    }),
  );
  return String(told.value).includes('cluster_state:fail');
}

/** What a node says of itself. The epoch rises with every slot that comes to it, and with a failover. */
function myselfIn(text: unknown): { id: string; epoch: string; slots: readonly string[] } {
  const line = String(text)
    .split('\n')
    .find((each) => / (?:\w+,)*myself(?:,\w+)* /.test(each));
  const [id = '', , , , , , epoch = '', , ...slots] = (line ?? '').trim().split(' ');
  return { id, epoch, slots };
}
