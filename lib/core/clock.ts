/** Where the time comes from. Injected, so that tests can move it. All numbers are milliseconds. */
export interface Clock {
  /** Wall-clock time since the Unix epoch; it may jump. */
  now(): number;
  /** Time on a clock that only moves forward; its zero means nothing. */
  monotonic(): number;
  /** Calls back once after `delay`. The timer does not keep the process alive. Returns what cancels it. */
  after(delay: number, callback: () => void): () => void;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delay` milliseconds. */
export function sleep(clock: Clock, delay: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delay, resolve);
  });
}
