import assert from 'node:assert/strict';
import { sleep, systemClock } from '../core/clock.js';
import type { Address, Entry, EntryHeader } from '../core/entry.js';
import { isAlive } from '../core/entry.js';
import { randomToken } from '../core/token.js';
import { bucketGroup, bucketOf, groupsOf, tagGroup } from '../keys/groups.js';
import type { BeginRequest, Begun, CacheStore, FillRequest, Invalidation, Lease } from '../stores/store.js';

/** What a store is expected to do, by the sentence that says it. */
export type StoreRules = Readonly<Record<string, (bench: StoreBench) => Promise<void>>>;

const GENERATION_LIFETIME = 600_000;
const ENTRY_LIFETIME = 60_000;
/** When what expires is gone at the latest, also on a machine that stands still for seconds. */
export const LATEST = 20_000;
const POLL = 10;

/** A store on test, and short ways to use it. Every bench has names of its own, so that benches may share a server. */
export class StoreBench {
  readonly #scope = randomToken();

  constructor(readonly store: CacheStore) {}

  /** An address below `{scope}:{name}`, which is in the groups `{scope}` and so on, and in those of the tags. */
  address(name: string, ...tags: string[]): Address {
    const path = this.path(name);
    return { path, groups: [...groupsOf(path), ...tags] };
  }

  path(name: string): string {
    return `${this.#scope}:${name}`;
  }

  tag(name: string): string {
    return tagGroup(this.path(name));
  }

  async begin(address: Address, options: Partial<BeginRequest> = {}): Promise<Begun> {
    const token = randomToken();
    const defaults = { token, mode: 'load', lateTags: false, generationLifetime: GENERATION_LIFETIME } as const;
    return this.store.begin({ address, ...defaults, ...options });
  }

  /** Begins where nothing stands in the way. */
  async lease(address: Address, options: Partial<BeginRequest> = {}): Promise<Lease> {
    const begun = await this.begin(address, options);
    assert.equal(begun.kind, 'leased');
    return begun.lease;
  }

  async fill(lease: Lease, payload: string, options: FillOptions = {}): Promise<boolean> {
    const { mode = 'load', lateTags = [], lifetime = ENTRY_LIFETIME, header, dependencies } = options;
    const entry = {
      header: headerOf(header, lifetime),
      payload,
      lifetime,
      generationLifetime: GENERATION_LIFETIME,
      lateTags,
    };
    return this.store.fill({ lease, mode, entry, dependencies });
  }

  /** A whole load: begin and fill. */
  async load(address: Address, payload: string, options: FillOptions = {}): Promise<Lease> {
    const lease = await this.lease(address, { lateTags: (options.lateTags ?? []).length > 0 });
    assert.equal(await this.fill(lease, payload, options), true);
    return lease;
  }

  /** The entry that a reader of the address may use. */
  async live(address: Address): Promise<Entry | undefined> {
    const snapshot = await this.store.read(address);
    if (!snapshot) return undefined;
    const { entry, generations } = snapshot;
    return isAlive(entry.header, address.groups, generations) ? entry : undefined;
  }

  async payload(address: Address): Promise<string | undefined> {
    return (await this.live(address))?.payload;
  }

  async invalidate(invalidation: Partial<Invalidation>): Promise<void> {
    await this.store.invalidate({ groups: [], paths: [], globs: [], ...invalidation });
  }

  /** Invalidates tags as the engine does: each with its bucket. */
  async invalidateTags(...tags: string[]): Promise<void> {
    await this.invalidate({ groups: tags.flatMap((tag) => [bucketGroup(bucketOf(tag)), tag]) });
  }
}

export interface FillOptions {
  readonly mode?: FillRequest['mode'];
  readonly lateTags?: readonly string[];
  readonly lifetime?: number;
  readonly header?: Partial<EntryHeader>;
  readonly dependencies?: ReadonlyMap<string, string>;
}

/** Asks again and again until the answer is true, for so many milliseconds at most. */
export async function eventually(ask: () => Promise<boolean>, limit: number): Promise<void> {
  const deadline = systemClock.monotonic() + limit;
  while (!(await ask())) {
    assert.ok(systemClock.monotonic() < deadline, `It did not happen within ${limit} ms.`);
    await pause(POLL);
  }
}

/**
 * Asks something that must happen within so many milliseconds, and asks again if it took longer, for a machine that
 * stood still meanwhile has shown nothing.
 */
export async function promptly(limit: number, ask: () => Promise<void>): Promise<void> {
  for (;;) {
    const started = systemClock.monotonic();
    try {
      return await ask();
    } catch (error) {
      if (systemClock.monotonic() - started < limit) throw error;
    }
  }
}

export async function pause(delay: number): Promise<void> {
  await sleep(systemClock, delay);
}

function headerOf(header: Partial<EntryHeader> = {}, lifetime: number): Omit<EntryHeader, 'token' | 'groups'> {
  const createdAt = systemClock.now();
  const times = { createdAt, expiresAt: createdAt + lifetime, staleFor: 0, loadTime: 0 };
  return { ...times, serializer: 'json', form: 'value', version: '', etag: '', headers: '', elsewhere: [], ...header };
}
