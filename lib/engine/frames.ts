import { AsyncLocalStorage } from 'node:async_hooks';
import type { Flight } from '../resilience/single-flight.js';

/** One load under way, as the code inside it sees it. */
export interface Frame {
  readonly store: string;
  readonly path: string;
  readonly kind: 'load' | 'put';
  /** By which others see what this load waits for; absent for a load that nobody waits for. */
  readonly flight: Flight<unknown> | undefined;
  readonly parent: Frame | undefined;
  /** What the key of this load was made of that did not come from its arguments, by the name of the source. */
  readonly contextual: ReadonlyMap<string, string>;
  /** False once the load has ended: work that it left behind is nobody's child. */
  isActive: boolean;
  /** The load used something of the request that its key does not hold; the name of that source. */
  taintedBy: string | undefined;
}

const frames = new AsyncLocalStorage<Frame>();

/** Runs a load so that what is called inside knows about it. */
export async function insideFrame<T>(frame: Frame, load: () => T | Promise<T>): Promise<T> {
  try {
    return await frames.run(frame, load);
  } finally {
    frame.isActive = false;
  }
}

/** The loads in which the current code runs, innermost first. */
export function activeFrames(): Frame[] {
  const active: Frame[] = [];
  for (let frame = frames.getStore(); frame; frame = frame.parent) if (frame.isActive) active.push(frame);
  return active;
}

/**
 * Notes what a key was made of besides arguments. A load around it whose own key does not hold the same value may be
 * this person's only: it is neither stored nor shared.
 */
export function noteContextual(contextual: ReadonlyMap<string, string>): void {
  if (contextual.size === 0) return;
  for (const frame of activeFrames()) {
    for (const [source, value] of contextual) {
      if (frame.contextual.get(source) !== value) frame.taintedBy ??= source;
    }
  }
}
