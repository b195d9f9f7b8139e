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
  await acquire(context, request, token);
  const abort = new AbortController();
  const stop = keepRenewing(context, { ...request, token }, abort);
  try {
    const result = await fn(abort.signal);
    abort.signal.throwIfAborted();
    return result;
  } finally {
    stop();
    await context.store.unlock(request.name, token).catch((error: unknown) => {
      context.tell({ kind: 'store-failed', store: context.name, operation: 'unlock', error });
    });
  }
}

async function acquire(
  { store, clock }: EngineContext,
  { name, lifetime, wait }: LockRequest,
  token: string,
): Promise<void> {
  const deadline = clock.monotonic() + wait;
  while (!(await store.lock(name, token, lifetime))) {
    const left = deadline - clock.monotonic();
    if (left <= 0) {
      throw new CacheError('LOCK_NOT_ACQUIRED', { name, wait: wait > 0 ? formatDuration(wait) : undefined });
    }
    await sleep(clock, Math.min(POLL, left));
  }
}

/** Fires the signal when the lock is found lost, or could not be renewed for as long as it lives. */
function keepRenewing(
  { store, clock }: EngineContext,
  { name, lifetime, token }: LockRequest & { token: string },
  abort: AbortController,
): () => void {
  const interval = lifetime / 3;
  let heldUntil = clock.monotonic() + lifetime;
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
  function goOn(): void {
    if (isStopped) return;
    if (heldUntil <= clock.monotonic()) abort.abort(new CacheError('LOCK_LOST', { name }));
    else cancel = clock.after(Math.min(interval, heldUntil - clock.monotonic()), renew);
  }
  return () => {
    isStopped = true;
    cancel();
  };
}
