import type { Flight } from '../resilience/single-flight.js';
import type { Lease } from '../stores/store.js';
import { entryLifetime } from './freshness.js';
import { LeaseHolder } from './lease-holder.js';
import { frameOf, runInside } from './load.js';
import type { Nesting } from './nesting.js';
import type { EngineContext, LoadRequest, Outcome, SharedValue } from './request.js';
import type { Result } from './result.js';
import { conclude, outcomeOf } from './result.js';

/** Runs methods whose results replace the entry and everything below it. */
export class Puts {
  readonly #leases: LeaseHolder;

  constructor(
    private readonly context: EngineContext,
    private readonly nesting: Nesting,
  ) {
    this.#leases = new LeaseHolder(context);
  }

  /**
   * Whatever keeps the result from being stored leaves the invalidation. `beforeFill` runs when the method has succeeded
   * and nothing has been stored yet.
   */
  async put(
    request: LoadRequest,
    flight: Flight<SharedValue>,
    beforeFill: (value: unknown) => Promise<void>,
  ): Promise<Outcome> {
    const lease = await this.#leases.seize(request);
    const frame = frameOf(this.context, request, { kind: 'put', flight });
    let loaded: { readonly value: unknown; readonly concluded: () => Result };
    try {
      const concluding = (value: unknown) => {
        const concluded = attempt(() => conclude(this.context, request, value, frame));
        return { value, concluded };
      };
      loaded = await this.#leases.keepDuring(lease, () => runInside(frame, request, concluding));
    } catch (error) {
      if (lease) void this.#leases.drop(lease, frame.dependencies);
      throw error;
    }
    let result: Result;
    try {
      await beforeFill(loaded.value);
      result = loaded.concluded();
    } catch (error) {
      await this.#invalidate(request);
      throw error;
    }
    const isStored = lease ? await this.#fill(request, lease, result) : false;
    const undelivered = isStored ? undefined : await this.#invalidate(request);
    if (frame.parent) await this.#notePut(request, isStored ? lease?.token : undefined);
    return { ...outcomeOf(this.context, request, result, isStored), undelivered };
  }

  /** A put kills what was built from the entry before; what is built from its result knows the new one. */
  async #notePut(request: LoadRequest, token: string | undefined): Promise<void> {
    const { address } = request;
    if (token) await this.nesting.noteWritten(address, token, entryLifetime(request));
    else this.nesting.noteUnknown(address);
  }

  /** Loads that begin before the path is closed could store something older below it; of the path itself the put has the lease. */
  async #fill(request: LoadRequest, lease: Lease, result: Result): Promise<boolean> {
    const isClosed = request.settle === undefined || (await this.#invalidate(request, [])) === undefined;
    return isClosed && (await this.#leases.fill(request, lease, result, 'put')).isStored;
  }

  async #invalidate({ address: { path }, settle }: LoadRequest, paths = [path]): Promise<Error | undefined> {
    try {
      await this.context.store.invalidate({ groups: [path], paths, globs: [], settle });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** What `make` comes to, for later. */
function attempt<T>(make: () => T): () => T {
  try {
    const made = make();
    return () => made;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
