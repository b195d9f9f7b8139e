import { sleep } from '../core/clock.js';
import { formatDuration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { randomToken } from '../core/token.js';
import type { EngineContext } from './request.js';

export interface LockRequest {
  readonly name: string;
  /** In milliseconds. */
  readonly lifetime: number;
  /** In milliseconds; 0 for not at all. */
  readonly wait: number;
}

const POLL = 25;

/**
 * Runs a function under a named lock, which is renewed while it runs and given back afterwards.
 *
 * @throws CacheError `LOCK_NOT_ACQUIRED`, `LOCK_LOST`, and what the store rejects with.
 */
export async function runLocked<T>(
  context: EngineContext,
  request: LockRequest,
  fn: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const token = randomToken();
  try {
    const hold = keepHolding(context, { ...request, token }, await acquire(context, request, token));
    try {
      const result = await fn(hold.signal);
      hold.check();
      return result;
    } finally {
      hold.stop();
    }
  } finally {
    // Also after an acquisition without an answer, which may be applied later.
    await context.store.unlock(request.name, token).catch((error: unknown) => {
      context.tell({ kind: 'store-failed', store: context.name, operation: 'unlock', error });
    });
  }
}

/** Returns until when the lock is held, on the clock's monotonic time: from before it was asked for. */
async function acquire(
  { store, clock }: EngineContext,
  { name, lifetime, wait }: LockRequest,
  token: string,
): Promise<number> {
  const deadline = clock.monotonic() + wait;
  for (;;) {
    const asked = clock.monotonic();
    if ((await store.lock(name, token, lifetime)) && clock.monotonic() < asked + lifetime) return asked + lifetime;
    const left = deadline - clock.monotonic();
    if (left <= 0) {
      throw new CacheError('LOCK_NOT_ACQUIRED', { name, wait: wait > 0 ? formatDuration(wait) : undefined });
    }
    await sleep(clock, Math.min(POLL, left));
  }
}

/** A lock while its function runs. */
interface Hold {
  /** Fires when the lock is found lost, or could not be renewed for as long as it lives. */
  readonly signal: AbortSignal;
  /** @throws CacheError `LOCK_LOST`, also where no timer had a chance to notice. */
  check(): void;
  stop(): void;
}

function keepHolding(
  { store, clock }: EngineContext,
  { name, lifetime, token }: LockRequest & { token: string },
  until: number,
): Hold {
  const abort = new AbortController();
  const interval = lifetime / 3;
  let heldUntil = until;
  let cancel = clock.after(interval, renew);
  let isStopped = false;
  function renew(): void {
    const asked = clock.monotonic();
    store.extendLock(name, token, lifetime).then(
      (isHeld) => {
        heldUntil = isHeld ? asked + lifetime : 0;
        goOn();
      },
      () => goOn(),
    );
  }
  function loseIfOver(): void {
    if (heldUntil <= clock.monotonic()) abort.abort(new CacheError('LOCK_LOST', { name }));
  }
  function goOn(): void {
    if (isStopped) return;
    loseIfOver();
    if (!abort.signal.aborted) cancel = clock.after(Math.min(interval, heldUntil - clock.monotonic()), renew);
  }
  return {
    signal: abort.signal,
    check() {
      loseIfOver();
      abort.signal.throwIfAborted();
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
