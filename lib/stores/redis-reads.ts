import type { Address, Entry, EntryHeader } from '../core/entry.js';
import { CacheError } from '../core/errors.js';
import { ROOT_GROUP } from '../keys/groups.js';
import { isHeadOf } from '../serialization/entry-format.js';
import { RedisBatch } from './redis-batch.js';
import type { RedisEntries } from './redis-entries.js';
import { RedisHeads } from './redis-heads.js';
import { RememberedEntries } from './redis-remembered.js';
import { isOfRun } from './redis-run-id.js';
import type { RedisTopology, Shard } from './redis-topology.js';
import type { Snapshot } from './store.js';

/**
 * Payloads of more characters are read apart from others. A batch then brings a megabyte at most of what was read or
 * written here before, and one command less would save little beside the parsing of so much.
 */
const LARGE = 8_192;

/** Reads entries with the generations by which they are judged, in as few commands as that takes. */
export class RedisReads {
  readonly #batches = new Map<Shard, RedisBatch>();
  readonly #heads = new Map<Shard, RedisHeads>();
  readonly #remembered = new RememberedEntries();
  readonly #ownGroups = new OwnGroups();

  constructor(
    private readonly topology: RedisTopology,
    private readonly entries: RedisEntries,
  ) {}

  read(address: Address): Promise<Snapshot | undefined> {
    return this.#read(address, this.topology.shardOf(address.path)).catch(nothingIfPartial);
  }

  /** Like `read`, but without the payload where the entry is still that of the copy. */
  validate(address: Address, copy: Entry): Promise<Snapshot | undefined> {
    return this.#validate(address, copy, this.topology.shardOf(address.path)).catch(nothingIfPartial);
  }

  /** The present generations of groups where a path is. What another process of the server has brought back counts for nothing. */
  async generations(path: string, groups: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    const shard = this.topology.shardOf(path);
    const { generations, runId } = await this.#batchOf(shard).ask({ names: [], groups: [ROOT_GROUP, ...groups] });
    const isTrusted = isOfRun(runId, generations.get(ROOT_GROUP));
    return new Map(groups.map((group) => [group, (isTrusted && generations.get(group)) || null]));
  }

  /** Remembers what the next reader of an entry should know. */
  note(address: Address, entry: Entry): void {
    this.noteStored(address.path, this.#ownGroups.of(address, entry), entry.payload);
  }

  /** @param own the groups that the entry names and its readers do not derive. */
  noteStored(path: string, own: readonly string[], payload: string): void {
    this.#remembered.note(path, { own, isLarge: payload.length > LARGE });
  }

  async #read(address: Address, shard: Shard): Promise<Snapshot | undefined> {
    const { keys } = shard;
    const names = [keys.entry(address.path)];
    if (address.isDependedOn) names.push(keys.own(address.path));
    const groups = this.#remembered.groupsOf(address);
    const isLarge = this.#remembered.isLarge(address.path);
    const { values, generations, runId } = await this.#batchOf(shard).ask({ names, groups, isLarge });
    const read = this.entries.read(values[0], names[0]);
    const entry = read instanceof Promise ? await read : read;
    if (!entry || !isOfRun(runId, generations.get(ROOT_GROUP))) return undefined;
    const own = this.#ownGroups.of(address, entry);
    this.noteStored(address.path, own, entry.payload);
    const unread = own.filter((group) => !generations.has(group));
    const snapshot = address.isDependedOn ? { entry, generations, own: values[1] ?? null } : { entry, generations };
    return unread.length === 0 || isDead(snapshot) ? snapshot : this.#withOwnGroups(snapshot, unread, shard);
  }

  /** Reads the groups that only the entry names as well. */
  async #withOwnGroups(
    { entry, generations, own }: Snapshot,
    unread: readonly string[],
    shard: Shard,
  ): Promise<Snapshot | undefined> {
    const second = await this.#batchOf(shard).ask({ names: [], groups: unread });
    if (!isOfRun(second.runId, entry.header.groups.get(ROOT_GROUP))) return undefined;
    const present = (group: string) => (second.generations.has(group) ? second.generations : generations).get(group);
    return { entry, generations: { get: present }, own };
  }

  async #validate(address: Address, copy: Entry, shard: Shard): Promise<Snapshot | undefined> {
    const { keys } = shard;
    const { groups: built } = copy.header;
    const groups = [...built.keys(), ...address.groups.filter((group) => !built.has(group))];
    const asked = this.#headsOf(shard).get(keys.entry(address.path));
    // A server that fails has failed once, and that is said of the other command.
    asked.catch(() => undefined);
    const names = address.isDependedOn ? [keys.own(address.path)] : [];
    const { values, generations, runId } = await this.#batchOf(shard).ask({ names, groups });
    const head = await asked;
    const root = generations.get(ROOT_GROUP);
    // The two may have been answered by two processes, of which the second does not know what the first one did.
    if (!isOfRun(runId, root) || !isOfRun(head.runId, root) || head.value === '') return undefined;
    if (!isHeadOf(head.value, copy.header)) return this.#read(address, shard);
    return { entry: copy, generations, ...(address.isDependedOn && { own: values[0] ?? null }) };
  }

  #batchOf(shard: Shard): RedisBatch {
    let batch = this.#batches.get(shard);
    if (!batch) this.#batches.set(shard, (batch = new RedisBatch(shard)));
    return batch;
  }

  #headsOf(shard: Shard): RedisHeads {
    let heads = this.#heads.get(shard);
    if (!heads) this.#heads.set(shard, (heads = new RedisHeads(shard)));
    return heads;
  }
}

/** The groups that entries name and their readers do not derive: tags from their results. */
class OwnGroups {
  /** Entries side by side share their groups, and so do their readers. */
  readonly #last = new WeakMap<
    EntryHeader['groups'],
    { readonly derived: readonly string[]; readonly own: string[] }
  >();

  of({ groups: derived }: Address, { header: { groups } }: Entry): readonly string[] {
    const last = this.#last.get(groups);
    if (last?.derived === derived) return last.own;
    const own = [...groups.keys()].filter((group) => !derived.includes(group));
    this.#last.set(groups, { derived, own });
    return own;
  }
}

/** A shard that is being moved, or has no master for a moment, is no failure of the store. */
function nothingIfPartial(error: unknown): undefined {
  if (CacheError.is(error, 'STORE_UNAVAILABLE') && error.details.isPartial) return undefined;
  throw error;
}

/** Whether an entry is dead whatever the generations are that have not been read. */
function isDead({ entry, generations }: Snapshot): boolean {
  return [...entry.header.groups].some(([group, id]) => {
    const present = generations.get(group);
    return present !== undefined && present !== id;
  });
}
