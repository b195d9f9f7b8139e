import { jest } from '@jest/globals';
import { runLocked } from '../../../lib/engine/lock.js';
import type { FakeClock } from '../../../lib/testing/fake-clock.js';
import { EngineBench, Gate, isOpen, settled } from '../../support/engine-bench.js';

const LIFETIME = 30_000;

function lock<T>(at: EngineBench<FakeClock>, fn: (signal: AbortSignal) => T | Promise<T>, wait = 0): Promise<T> {
  return runLocked(at.engine.context, { name: 'rebuild', lifetime: LIFETIME, wait }, fn);
}

/** Runs a function under the lock until the gate lets it end, and keeps its signal. */
function holder(at: EngineBench<FakeClock>) {
  const gate = new Gate();
  const held: { signal?: AbortSignal } = {};
  const running = lock(at, (signal) => {
    held.signal = signal;
    return gate.load();
  });
  return { gate, held, running };
}

describe('a lock', () => {
  it('is held for as long as its function runs, by renewing it', async () => {
    const at = EngineBench.inMemory();
    const { gate, held, running } = holder(at);
    await gate.called();
    await at.clock.advance(10 * LIFETIME);
    await expect(lock(at.neighbour(), () => 'never')).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED' });
    expect(held.signal?.aborted).toBe(false);
    gate.finish('done');
    expect(await running).toBe('done');
    expect(await lock(at.neighbour(), () => 'next')).toBe('next');
    expect(at.clock.pending).toBe(0);
  });

  it('is given back when its function fails', async () => {
    const at = EngineBench.inMemory();
    const error = new Error('mine');
    await expect(lock(at, () => Promise.reject(error))).rejects.toBe(error);
    expect(await lock(at, () => 'next')).toBe('next');
  });

  it('is waited for as long as is asked, and then refused', async () => {
    const at = EngineBench.inMemory();
    const { gate, running } = holder(at);
    await gate.called();
    const impatient = lock(at, () => 'never', 1_000);
    const refused = expect(impatient).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED', details: { wait: '1s' } });
    const patient = lock(at, () => 'patient', 5_000);
    await at.clock.advance(990);
    expect(await isOpen(impatient)).toBe(true);
    await at.clock.advance(20);
    await refused;
    gate.finish('done');
    await running;
    await at.clock.advance(25);
    expect(await patient).toBe('patient');
  });

  it('that somebody else holds fires the signal, and rejects although the function ended well', async () => {
    const at = EngineBench.inMemory();
    const { gate, held, running } = holder(at);
    await gate.called();
    at.store.alwaysFail('extendLock', new Error('no answer'));
    await at.clock.advance(LIFETIME);
    at.store.calm();
    expect(held.signal?.reason).toMatchObject({ code: 'LOCK_LOST' });
    const other = holder(at.neighbour());
    await other.gate.called();
    gate.finish('done');
    await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await expect(lock(at, () => 'never')).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED' });
    other.gate.finish('theirs');
    expect(await other.running).toBe('theirs');
  });

  it('survives renewals without an answer for as long as it lives', async () => {
    const at = EngineBench.inMemory();
    const { gate, held, running } = holder(at);
    await gate.called();
    at.store.park('extendLock', 'before').fail(new Error('no answer'));
    await at.clock.advance(LIFETIME - 1);
    expect(held.signal?.aborted).toBe(false);
    gate.finish('done');
    expect(await running).toBe('done');
  });

  it('lives from when a renewal was asked for, not from its answer', async () => {
    const at = EngineBench.inMemory();
    const { gate, held, running } = holder(at);
    await gate.called();
    const renewal = at.store.park('extendLock', 'after');
    await at.clock.advance(LIFETIME / 3);
    await at.clock.advance(LIFETIME / 2);
    renewal.release();
    at.store.alwaysFail('extendLock', new Error('no answer'));
    await at.clock.advance(LIFETIME / 2);
    expect(held.signal?.aborted).toBe(true);
    gate.finish('done');
    await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it('that was taken away fires the signal with the next renewal', async () => {
    const at = EngineBench.inMemory();
    const { gate, held, running } = holder(at);
    await gate.called();
    jest.spyOn(at.store, 'extendLock').mockResolvedValue(false);
    await at.clock.advance(LIFETIME / 3);
    expect(held.signal?.aborted).toBe(true);
    gate.finish('done');
    await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it('runs nothing when the store cannot be reached', async () => {
    const at = EngineBench.inMemory();
    const down = new Error('connection refused');
    at.store.alwaysFail('lock', down);
    let runs = 0;
    await expect(lock(at, () => ++runs)).rejects.toBe(down);
    expect(runs).toBe(0);
  });

  it('that could not be given back leaves the result as it is, and is told of', async () => {
    const at = EngineBench.inMemory();
    at.store.alwaysFail('unlock', new Error('no answer'));
    expect(await lock(at, () => 'done')).toBe('done');
    await settled();
    expect(at.events).toContainEqual(expect.objectContaining({ kind: 'store-failed', operation: 'unlock' }));
  });
});

describe('a lock whose holder was too slow', () => {
  it('is lost also where its function kept every timer from running', async () => {
    const at = EngineBench.inMemory();
    const blocked = lock(at, () => {
      at.clock.stall(LIFETIME);
      return 'late';
    });
    await expect(blocked).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it('is not taken for held when the answer took longer than it lives', async () => {
    const at = EngineBench.inMemory();
    const answer = at.store.park('lock', 'after');
    const running = lock(at, () => 'never');
    const refused = expect(running).rejects.toMatchObject({ code: 'LOCK_NOT_ACQUIRED' });
    await answer.arrived;
    at.clock.stall(LIFETIME);
    answer.release();
    await refused;
  });

  it('is given back where it was taken without an answer', async () => {
    const at = EngineBench.inMemory();
    const answer = at.store.park('lock', 'after');
    const running = lock(at, () => 'never');
    const failed = expect(running).rejects.toThrow('no answer');
    await answer.arrived;
    answer.fail(new Error('no answer'));
    await failed;
    expect(await lock(at, () => 'next')).toBe('next');
  });
});
