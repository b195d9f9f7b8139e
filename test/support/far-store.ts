import type { Address, Entry } from '../../lib/core/entry.js';
import type { Announcer, FarStore } from '../../lib/stores/far-store.js';
import { MemoryStore } from '../../lib/stores/memory.store.js';
import type { NearChanges } from '../../lib/stores/near-changes.js';
import type { Invalidation, Snapshot } from '../../lib/stores/store.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import type { Gate } from './gate.js';

const MANY = { maxEntries: 1_000_000, maxBytes: 2 ** 30 };

/** A far store in this process. It announces what a test says, and counts what it is asked. */
export class FakeFarStore extends MemoryStore implements FarStore {
  readonly asked: ('read' | 'validate')[] = [];
  /** Where the next read waits after it was carried out, and the next invalidation before. */
  answer: Gate | undefined;
  deletion: Gate | undefined;
  readonly channel: FakeAnnouncer;

  constructor(readonly clock = new FakeClock(Date.now())) {
    super(MANY, clock);
    this.channel = new FakeAnnouncer(clock);
  }

  override async read(address: Address): Promise<Snapshot | undefined> {
    this.asked.push('read');
    return this.#read(address);
  }

  async validate(address: Address, copy: Entry): Promise<Snapshot | undefined> {
    this.asked.push('validate');
    const snapshot = await this.#read(address);
    return snapshot?.entry.header.token === copy.header.token ? { ...snapshot, entry: copy } : snapshot;
  }

  override async invalidate(invalidation: Invalidation): Promise<void> {
    const gate = this.deletion;
    this.deletion = undefined;
    await gate?.pass();
    await super.invalidate(invalidation);
  }

  announcer(changes: NearChanges): Announcer {
    this.channel.changes = changes;
    return this.channel;
  }

  /** What comes from another process is an object of its own, and shows what there was at its time. */
  async #read(address: Address): Promise<Snapshot | undefined> {
    const gate = this.answer;
    this.answer = undefined;
    const { entry, generations } = (await super.read(address)) ?? {};
    const names = [...address.groups, ...(entry?.header.groups.keys() ?? [])];
    const present = new Map(names.map((name) => [name, generations?.get(name)]));
    await gate?.pass();
    return entry && { entry: { ...entry }, generations: present };
  }
}

/** An announcer that has heard everything so far. */
export class FakeAnnouncer implements Announcer {
  changes!: NearChanges;
  isOpen = false;
  isOfServer = true;
  /** How many milliseconds ago it was last known to have heard everything. */
  delay = 0;

  constructor(private readonly clock: FakeClock) {}

  get completeUntil(): number {
    return this.clock.monotonic() - this.delay;
  }

  open(): void {
    this.isOpen = true;
  }

  isAbout(): boolean {
    return this.isOfServer;
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }
}
