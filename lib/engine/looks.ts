import { isThenable } from '../core/describe.js';
import type { Snapshot } from '../stores/store.js';
import { areUnchanged } from './dependencies.js';
import type { Expectation, Verdict } from './freshness.js';
import { judge } from './freshness.js';
import type { EngineContext, LoadRequest } from './request.js';

/** What a reader without a loader asks for. */
export type ReadRequest = Pick<LoadRequest, 'address' | 'shape' | 'debug'> & Pick<Expectation, 'version'>;

/** What a caller's own read found. */
export interface Sight {
  readonly snapshot: Snapshot | undefined;
  readonly verdict: Verdict;
  readonly reachable: boolean;
}

/** Looks for entries, and judges them. A read that fails is a miss. */
export class Looks {
  constructor(private readonly context: EngineContext) {}

  look(request: ReadRequest): Sight | Promise<Sight> {
    try {
      const snapshot = this.context.store.read(request.address);
      return isThenable(snapshot) ? this.#arriving(request, snapshot) : this.#seen(request, snapshot);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #arriving(request: ReadRequest, reading: Promise<Snapshot | undefined>): Promise<Sight> {
    try {
      const sight = this.#seen(request, await reading);
      return isThenable(sight) ? await sight : sight;
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): Sight {
    this.context.tell({ kind: 'store-failed', store: this.context.name, operation: 'read', error });
    return { snapshot: undefined, verdict: 'dead', reachable: false };
  }

  #seen(request: ReadRequest, snapshot: Snapshot | undefined): Sight | Promise<Sight> {
    const sight = { snapshot, verdict: judge(snapshot, request, this.context.clock), reachable: true };
    const isElsewhere = snapshot !== undefined && snapshot.entry.header.elsewhere.length > 0;
    return isElsewhere && sight.verdict !== 'dead' ? this.#seenElsewhere(sight, snapshot) : sight;
  }

  /** An entry is of no use when something has changed that it was built from and that is in another place. */
  async #seenElsewhere(sight: Sight, { entry }: Snapshot): Promise<Sight> {
    const isUnchanged = await areUnchanged(this.context.stores, entry.header.elsewhere);
    return isUnchanged ? sight : { ...sight, verdict: 'unusable' };
  }
}
