import { sleep } from '../core/clock.js';
import { randomToken } from '../core/token.js';
import type { Begun, Lease } from '../stores/store.js';
import { LEASE_RENEWAL } from '../stores/store.js';
import type { Dependencies, EntryDependencies } from './dependencies.js';
import { MOST_DEPENDENCIES, areUnchanged } from './dependencies.js';
import { entryLifetime, generationLifetime, isStale, isUsable } from './freshness.js';
import type { EngineContext, LoadRequest } from './request.js';
import type { Result } from './result.js';
import { entryOf } from './result.js';

/** An answer that a caller goes on with. */
type Usable = Extract<Begun, { kind: 'alive' | 'leased' }>;

/** The pauses between looks at somebody else's load, a twentieth of what has been waited so far, are within these bounds. */
const SHORTEST_POLL = 5;
const LONGEST_POLL = 25;

/** A load that takes longer counts as hung, in milliseconds: its lease is let go, and others load. */
export const LONGEST_LOAD = 60_000;

/** What came of a fill. */
export interface Filled {
  /** Whether nothing that the result depends on has changed since before the load. */
  readonly isConfirmed: boolean;
  readonly isStored: boolean;
  /** When its lifetime is over; Infinity for what was not to be stored. */
  readonly expiresAt: number;
}

const UNCONFIRMED: Filled = { isConfirmed: false, isStored: false, expiresAt: Infinity };

/** Takes, keeps and gives back the right to fill a key. A store that fails never fails the caller here. */
export class LeaseHolder {
  constructor(private readonly context: EngineContext) {}

  /**
   * The fresh entry if somebody else filled it meanwhile, a lease, or nothing, as for what is closed. It begins again
   * rather than reads while somebody else holds the lease, because a plain read does not show that the holder is gone.
   */
  async begin(request: LoadRequest, ignore: string | undefined): Promise<Usable | undefined> {
    const { clock, waitTimeout } = this.context;
    const start = clock.monotonic();
    let ignored = ignore;
    for (;;) {
      const begun = await this.#try(request, 'load', ignored);
      if (begun?.kind === 'alive') {
        const { header } = begun.entry;
        const isFresh = isUsable(header, request) && !isStale(header, clock);
        if (isFresh && (await areUnchanged(this.context.stores, header.elsewhere))) return begun;
        ignored = header.token;
      } else if (begun?.kind !== 'busy') return begun?.kind === 'closed' ? undefined : begun;
      const waited = clock.monotonic() - start;
      if (waited >= waitTimeout) return undefined;
      request.waits?.();
      await sleep(clock, Math.min(Math.max(waited / 20, SHORTEST_POLL), LONGEST_POLL));
    }
  }

  /** The same without waiting: nothing where somebody else holds the lease. */
  async beginAtOnce(request: LoadRequest, ignore: string): Promise<Usable | undefined> {
    const begun = await this.#try(request, 'load', ignore);
    return begun?.kind === 'alive' || begun?.kind === 'leased' ? begun : undefined;
  }

  /** Takes the lease from whoever holds it. */
  async seize(request: LoadRequest): Promise<Lease | undefined> {
    const begun = await this.#try(request, 'put', undefined);
    return begun?.kind === 'leased' ? begun.lease : undefined;
  }

  /** Keeps the lease while `work` runs. */
  async keepDuring<T>(lease: Lease | undefined, work: () => Promise<T>): Promise<T> {
    if (!lease) return work();
    const stop = this.#keepRenewing(lease);
    try {
      return await work();
    } finally {
      stop();
    }
  }

  /** Has the result confirmed, and stored if it is to be. Without an answer it is unconfirmed. */
  async fill(request: LoadRequest, lease: Lease, result: Result, mode: 'load' | 'put'): Promise<Filled> {
    const { store, keyPrefix, tell } = this.context;
    try {
      const from = await this.#unchanged(lease, result.dependencies);
      if (!from) {
        this.#tellOfTooMany(request, result);
        this.#letGo(lease);
        return UNCONFIRMED;
      }
      const entry = entryOf(this.context, request, result, from);
      const isConfirmed = await store.fill({ lease, mode, entry, dependencies: from.here });
      const isStored = isConfirmed && entry !== undefined;
      if (isStored && result.decision.kind === 'store') {
        const { lifetime } = result.decision;
        tell(setEvent(keyPrefix + lease.path, request.debug, { lifetime, payload: entry.payload }));
      }
      return { isConfirmed, isStored, expiresAt: entry?.header.expiresAt ?? Infinity };
    } catch (error) {
      this.#tellFailure('fill', error);
      this.#letGo(lease);
      return UNCONFIRMED;
    }
  }

  /**
   * Lets others load at once, and says whether nothing has changed that the lease names or that was read under it. A lease
   * that is not given back expires.
   */
  async drop(lease: Lease, dependencies: Dependencies): Promise<boolean> {
    try {
      const from = await this.#unchanged(lease, dependencies);
      const isUnchanged = await this.context.store.fill({ lease, mode: 'load', dependencies: from?.here });
      return isUnchanged && from !== undefined;
    } catch (error) {
      this.#tellFailure('release', error);
      return false;
    }
  }

  /** What the store has to compare; undefined where something has changed already, or nobody can tell. */
  async #unchanged(lease: Lease, dependencies: Dependencies): Promise<EntryDependencies | undefined> {
    const { name, stores } = this.context;
    const from = dependencies.from({ store: name, path: lease.path }, lease.generations);
    return from && (await areUnchanged(stores, from.elsewhere)) ? from : undefined;
  }

  /** Whoever comes next should not have to wait for the lease to end. */
  #letGo(lease: Lease): void {
    void this.context.store.fill({ lease, mode: 'load' }).catch(() => undefined);
  }

  #tellOfTooMany({ shape, address }: LoadRequest, { decision, dependencies }: Result): void {
    if (decision.kind !== 'store' || dependencies.flaw !== 'too-many') return;
    const where = shape.where ?? this.context.keyPrefix + address.path;
    this.context.tell({ kind: 'too-many-dependencies', where, most: MOST_DEPENDENCIES });
  }

  /** A begin without an answer is as good as none; its token is thrown away, for it may be applied later. */
  async #try(request: LoadRequest, mode: 'load' | 'put', ignore: string | undefined): Promise<Begun | undefined> {
    try {
      return await this.context.store.begin({
        address: request.address,
        token: randomToken(),
        mode,
        lateTags: request.hasLateTags,
        generationLifetime: generationLifetime(entryLifetime(request)),
        ignore,
      });
    } catch (error) {
      this.#tellFailure('begin', error);
      return undefined;
    }
  }

  #keepRenewing(lease: Lease): () => void {
    const { clock, store } = this.context;
    const end = clock.monotonic() + LONGEST_LOAD;
    let isStopped = false;
    let cancel = clock.after(LEASE_RENEWAL, renew);
    function renew(): void {
      void store
        .renew(lease)
        .catch(() => true)
        .then((isHeld) => {
          if (isHeld && !isStopped && clock.monotonic() < end) cancel = clock.after(LEASE_RENEWAL, renew);
        });
    }
    return () => {
      isStopped = true;
      cancel();
    };
  }

  #tellFailure(operation: string, error: unknown): void {
    this.context.tell({ kind: 'store-failed', store: this.context.name, operation, error });
  }
}

/** The bytes are counted when somebody asks for them, which is seldom. */
function setEvent(key: string, debug: boolean, { lifetime, payload }: { lifetime: number; payload: string }) {
  return {
    ...({ kind: 'set', key, debug, lifetime } as const),
    get bytes() {
      return Buffer.byteLength(payload);
    },
  };
}
