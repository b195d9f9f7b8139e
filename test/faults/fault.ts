import type { StoreDefinition } from 'nestash';
import type { Shop } from './shop.js';

/** A cache that is about to fail, with applications that use it. */
export interface Scene {
  /** What each application is given. */
  readonly stores: readonly StoreDefinition[];
  readonly begin?: (shops: readonly Shop[]) => Promise<unknown> | void;
  /** Goes on while requests are made, and is what they have to bear. */
  readonly meanwhile?: () => Promise<unknown>;
  readonly end?: () => Promise<unknown> | void;
  /** After everything was measured. */
  readonly close: () => Promise<unknown>;
}

export interface Fault {
  readonly name: string;
  /** Where stale answers are possible; everywhere else there must be none. */
  readonly mayBeStale?: { readonly why: string; readonly items?: ReadonlySet<number> };
  /** The server is gone before the applications start. */
  readonly isThereAtStart?: true;
  readonly set: () => Promise<Scene>;
}

/** From a fault to the next one: groups of servers that take long to start, and whatever else has to be ended. */
export class Shared<T extends { stop(): Promise<void> }> {
  #started: Promise<T> | undefined;

  constructor(private readonly start: () => Promise<T>) {}

  get(): Promise<T> {
    this.#started ??= this.start();
    return this.#started;
  }

  async stop(): Promise<void> {
    await (await this.#started)?.stop();
  }
}
