import { sleep } from '../core/clock.js';
import { randomToken } from '../core/token.js';
import type { Begun, Lease } from '../stores/store.js';
import { LEASE_RENEWAL } from '../stores/store.js';
import { generationLifetime, isUsable } from './freshness.js';
import type { EngineContext, LoadRequest } from './request.js';
import type { Result } from './result.js';

const FIRST_POLL = 5;
const LAST_POLL = 25;

/** A load that takes longer counts as hung, in milliseconds: its lease is let go, and others load. */
export const LONGEST_LOAD = 60_000;

/** Takes, keeps and gives back the right to fill a key. A store that fails never fails the caller here. */
export class LeaseHolder {
  constructor(private readonly context: EngineContext) {}

  /**
   * The entry if somebody else filled it meanwhile, a lease, or nothing. It begins again rather than reads while
   * somebody else holds the lease, because a plain read does not show that the holder is gone.
   */
  async begin(request: LoadRequest, ignore: string | undefined): Promise<Exclude<Begun, { kind: 'busy' }> | undefined> {
    const { clock, waitTimeout } = this.context;
    const deadline = clock.monotonic() + waitTimeout;
    let ignored = ignore;
    for (let pause = FIRST_POLL; ; pause = Math.min(2 * pause, LAST_POLL)) {
      const begun = await this.#try(request, 'load', ignored);
      if (begun?.kind === 'alive') {
        if (isUsable(begun.entry.header, request)) return begun;
        ignored = begun.entry.header.token;
      } else if (begun?.kind !== 'busy') return begun;
      if (clock.monotonic() >= deadline) return undefined;
      await sleep(clock, pause);
    }
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

  /** Whether the result was confirmed, and stored if it is to be. Without an answer it is unconfirmed. */
  async fill(request: LoadRequest, lease: Lease, result: Result, mode: 'load' | 'put'): Promise<boolean> {
    const { store, clock, keyPrefix, tell } = this.context;
    const { encoded, decision } = result;
    try {
      if (encoded === undefined || decision.kind !== 'store') return await store.fill({ lease, mode });
      const { lifetime, lateTags } = decision;
      const { serializer, form, payload } = encoded;
      const createdAt = clock.now();
      const header = { createdAt, expiresAt: createdAt + lifetime, serializer, form, version: request.version };
      const entry = { header, payload, lifetime, generationLifetime: generationLifetime(lifetime), lateTags };
      const isStored = await store.fill({ lease, mode, entry });
      if (isStored)
        tell({
          kind: 'set',
          key: keyPrefix + lease.path,
          debug: request.debug,
          lifetime,
          bytes: Buffer.byteLength(payload),
        });
      return isStored;
    } catch (error) {
      this.#tellFailure('fill', error);
      // Whoever comes next should not have to wait for the lease to end.
      void store.fill({ lease, mode: 'load' }).catch(() => undefined);
      return false;
    }
  }

  /**
   * Lets others load at once, and says whether nothing that the lease names has changed. A lease that is not given back
   * expires.
   */
  async drop(lease: Lease): Promise<boolean> {
    try {
      return await this.context.store.fill({ lease, mode: 'load' });
    } catch (error) {
      this.#tellFailure('release', error);
      return false;
    }
  }

  /** A begin without an answer is as good as none; its token is thrown away, for it may be applied later. */
  async #try(request: LoadRequest, mode: 'load' | 'put', ignore: string | undefined): Promise<Begun | undefined> {
    try {
      return await this.context.store.begin({
        address: request.address,
        token: randomToken(),
        mode,
        lateTags: request.hasLateTags,
        generationLifetime: generationLifetime(request.lifetime),
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
