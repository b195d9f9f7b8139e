import type { Clock } from '../../lib/core/clock.js';
import type { CacheEvent } from '../../lib/core/events.js';
import type { StaleWindows } from '../../lib/core/stale-windows.js';
import { Engine } from '../../lib/engine/engine.js';
import { currentFrame } from '../../lib/engine/frames.js';
import { staleWindow } from '../../lib/engine/freshness.js';
import { invalidationOf } from '../../lib/engine/invalidator.js';
import type { Decision, LoadRequest, Outcome } from '../../lib/engine/request.js';
import { SharedLoad } from '../../lib/engine/shared-load.js';
import { PathAddress, tagGroup } from '../../lib/keys/groups.js';
import { Serializer } from '../../lib/serialization/codec.js';
import { MemoryStore } from '../../lib/stores/memory.store.js';
import type { CacheStore } from '../../lib/stores/store.js';
import type { ChaosStore } from '../../lib/testing/chaos.store.js';
import { chaosStore } from '../../lib/testing/chaos.store.js';
import { FakeClock, settled } from '../../lib/testing/fake-clock.js';

export { settled };

export const WAIT_TIMEOUT = 10_000;
export const LIFETIME = 60_000;
/** The one error that is an answer rather than a failure. */
export const ANSWER = new Error('There is no such thing.');

/** What a test may say about a load besides its key. */
export interface LoadOptions {
  readonly tags?: readonly string[];
  /** Tags that are known from the result only. */
  readonly lateTags?: readonly string[];
  readonly decision?: Decision;
  /** In milliseconds. Default: `LIFETIME`. */
  readonly lifetime?: number;
  readonly form?: 'value' | 'wire';
  readonly version?: string;
  readonly contextual?: ReadonlyMap<string, string>;
  /** In milliseconds. Default: never served stale. */
  readonly stale?: Partial<StaleWindows>;
  readonly answered?: () => Promise<void>;
  /** In milliseconds. */
  readonly settle?: number;
}

/** Loads some of the keys of a call. */
export type ManyLoad = (paths: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;

/** An engine on a store that can be held up, and short ways to use it. */
export class EngineBench<C extends Clock = Clock> {
  readonly events: CacheEvent[] = [];
  readonly store: ChaosStore;
  readonly engine: Engine;
  /** What stands for every random number: 0 shortens no lifetime and renews nothing early. */
  random = 0;

  constructor(
    store: CacheStore,
    readonly clock: C,
    name = 'default',
    /** The stores of one application; each bench adds its own. */
    readonly stores = new Map<string, CacheStore>(),
  ) {
    this.store = chaosStore(store);
    stores.set(name, this.store);
    this.engine = new Engine({
      name,
      keyPrefix: 'test:v1:',
      store: this.store,
      stores,
      serializer: new Serializer(),
      clock,
      chance: { next: () => this.random },
      tell: (event) => void this.events.push(event),
      waitTimeout: WAIT_TIMEOUT,
    });
  }

  /** An engine on a memory store of its own, in a time that the test moves. */
  static inMemory(): EngineBench<FakeClock> {
    const clock = new FakeClock();
    return new EngineBench(new MemoryStore({ maxEntries: 10_000, maxBytes: 2 ** 26 }, clock), clock);
  }

  /** The engine of another process on the same store. */
  neighbour(store: CacheStore = this.store): EngineBench<C> {
    return new EngineBench(store, this.clock);
  }

  async get(path: string, load: () => unknown, options: LoadOptions = {}): Promise<unknown> {
    return (await this.outcome(path, load, options)).value;
  }

  /** Asks for several keys that have one load, as a method with `@CacheableMany` does. */
  many(paths: readonly string[], load: ManyLoad, options: LoadOptions = {}): Promise<unknown[]> {
    const shared = new SharedLoad(paths, load);
    const valueOf = async (path: string): Promise<unknown> => {
      const request = requestOf(path, () => shared.get(path, currentFrame()), options);
      try {
        return (await this.engine.getOrSet({ ...request, waits: () => shared.decided(path) })).value;
      } finally {
        shared.decided(path);
      }
    };
    return Promise.all(paths.map(valueOf));
  }

  async outcome(path: string, load: () => unknown, options: LoadOptions = {}): Promise<Outcome> {
    return this.engine.getOrSet(requestOf(path, load, options));
  }

  put(path: string, compute: () => unknown, options: LoadOptions = {}): Promise<Outcome> {
    return this.engine.put(requestOf(path, compute, options));
  }

  set(path: string, value: unknown, options: LoadOptions = {}): Promise<Outcome> {
    return this.engine.set(requestOf(path, () => value, options));
  }

  /** What is stored, without a loader. */
  async stored(path: string, options: LoadOptions = {}): Promise<unknown> {
    return (await this.engine.read(requestOf(path, () => undefined, options))).value;
  }

  invalidate(...patterns: string[]): Promise<void> {
    return this.engine.invalidate(invalidationOf({ patterns, tagGroups: [] }));
  }

  /** Closes what these patterns name for so many milliseconds. */
  settle(window: number, ...patterns: string[]): Promise<void> {
    return this.engine.invalidate(invalidationOf({ patterns, tagGroups: [], settle: window }));
  }

  /** Deletes exactly these entries. */
  delete(...entries: string[]): Promise<void> {
    return this.engine.invalidate({ groups: [], paths: entries, globs: [] });
  }

  invalidateTags(...tags: string[]): Promise<void> {
    return this.engine.invalidate(invalidationOf({ patterns: [], tagGroups: tags.map((tag) => tagGroup(tag)) }));
  }
}

/** A loader that a test lets go on: each call waits until it is finished or failed. */
export class Gate {
  readonly #calls: { finish: (value: unknown) => void; fail: (error: unknown) => void }[] = [];
  readonly #waiting: (() => void)[] = [];
  #answered = 0;

  /** The loader itself. */
  readonly load = (): Promise<unknown> =>
    new Promise((finish, fail) => {
      this.#calls.push({ finish, fail });
      for (const tell of this.#waiting.splice(0)) tell();
    });

  get calls(): number {
    return this.#calls.length;
  }

  /** Resolves once the loader was called so many times. */
  async called(times = 1): Promise<void> {
    while (this.#calls.length < times) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Answers the oldest call that has no answer. */
  finish(value: unknown): void {
    this.#calls[this.#answered++]!.finish(value);
  }

  fail(error: unknown): void {
    this.#calls[this.#answered++]!.fail(error);
  }
}

/** Whether a promise is still open when everything that can happen without it has happened. */
export async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true;
  promise.then(
    () => (open = false),
    () => (open = false),
  );
  await settled();
  return open;
}

function requestOf(path: string, load: () => unknown, options: LoadOptions): LoadRequest {
  const { tags = [], lateTags, decision, lifetime = LIFETIME, form = 'value', version = '' } = options;
  const windows = { whileRevalidate: 0, ifError: 0, softTimeout: undefined, ...options.stale };
  const stale = options.stale && { ...windows, isFailure: (error: unknown) => error !== ANSWER };
  const late = (lateTags ?? []).map((tag) => tagGroup(tag));
  return {
    address: new PathAddress(
      path,
      tags.map((tag) => tagGroup(tag)),
    ),
    shape: { form },
    version,
    debug: false,
    hasLateTags: lateTags !== undefined,
    lifetime,
    contextual: options.contextual ?? new Map(),
    stale,
    settle: options.settle,
    ...(options.answered && { answered: options.answered }),
    load,
    decide: () => decision ?? { kind: 'store', lifetime, staleFor: staleWindow(stale), lateTags: late },
  };
}
