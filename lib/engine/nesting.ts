import type { Address, EntryHeader } from '../core/entry.js';
import { randomToken } from '../core/token.js';
import type { Lease, Snapshot } from '../stores/store.js';
import type { Basis } from './dependencies.js';
import { basisOf } from './dependencies.js';
import type { Frame } from './frames.js';
import { noteDependency } from './frames.js';
import { generationLifetime } from './freshness.js';
import type { EngineContext, SharedValue } from './request.js';

/** Tells the loads around a call what they are built from when they take its result. Outside of loads nobody asks. */
export class Nesting {
  constructor(private readonly context: EngineContext) {}

  /** What the caller gets was read, or loaded, nobody knows under which generations. */
  noteUnknown({ path }: Address): void {
    this.#note(path, undefined);
  }

  /** The caller loads under a lease: whatever comes of it, also an error, was read after these generations. */
  noteLease({ path, isDependedOn }: Address, lease: Lease | undefined): void {
    if (isDependedOn) this.#note(path, lease && this.basisOfLease(lease));
  }

  /** The caller gets an entry that its begin found alive. */
  noteFound({ path, isDependedOn }: Address, header: EntryHeader, own: string | undefined): void {
    if (isDependedOn) this.#note(path, this.#basisOfEntry(path, header, own));
  }

  /** The caller gets what its own read found. */
  async noteRead({ path, groups }: Address, { entry, own }: Snapshot): Promise<void> {
    const { header } = entry;
    const lifetime = header.expiresAt - header.createdAt + header.staleFor;
    const basis = own
      ? this.#basisOfEntry(path, header, own)
      : await this.#basisOfFill({ path, groups }, header.token, lifetime);
    this.#note(path, basis, this.#basisOfNext(path, header));
  }

  /**
   * The caller gets what this fill stored. Its entry is looked at once more, which gives it a generation of its own; if it
   * is another one by now, or none, nobody knows what has happened in between.
   */
  async noteWritten(address: Address, token: string, lifetime: number): Promise<void> {
    this.#note(address.path, await this.#basisOfFill(address, token, lifetime));
  }

  /** The caller gets what somebody else loaded. */
  async noteShared(address: Address, { basis, token }: SharedValue, lifetime: number): Promise<void> {
    if (basis || !token) return this.#note(address.path, basis);
    await this.noteWritten(address, token, lifetime);
  }

  /** The lifetime of what was stored ends that of everything that is built from it. */
  noteLifetime({ path, isDependedOn }: Address, expiresAt: number): void {
    if (isDependedOn) this.#note(path, { stores: this.context.stores, parts: [], expiresAt });
  }

  basisOfLease({ path, generations, own }: Lease, expiresAt = Infinity): Basis | undefined {
    const { stores, name } = this.context;
    return basisOf(stores, { store: name, path }, { groups: generations, own, expiresAt });
  }

  /**
   * What an entry depends on that is made of the one before it. Whatever kills that alone takes the lease away, under
   * which the next is made; and a lifetime begins anew, or no entry could be renewed out of itself.
   */
  #basisOfNext(path: string, { groups, elsewhere }: EntryHeader): Basis {
    const { stores, name } = this.context;
    return { stores, parts: [{ store: name, path, groups }, ...elsewhere], expiresAt: Infinity };
  }

  #basisOfEntry(path: string, header: EntryHeader, own: string | undefined): Basis | undefined {
    const { stores, name } = this.context;
    return basisOf(stores, { store: name, path }, { ...header, own });
  }

  async #basisOfFill({ path, groups }: Address, token: string, lifetime: number): Promise<Basis | undefined> {
    const { store, tell, name } = this.context;
    try {
      const begun = await store.begin({
        address: { path, groups, isDependedOn: true },
        token: randomToken(),
        mode: 'load',
        lateTags: false,
        generationLifetime: generationLifetime(lifetime),
      });
      if (begun.kind === 'leased') await store.fill({ lease: begun.lease, mode: 'load' });
      if (begun.kind !== 'alive' || begun.entry.header.token !== token) return undefined;
      return this.#basisOfEntry(path, begun.entry.header, begun.own);
    } catch (error) {
      tell({ kind: 'store-failed', store: name, operation: 'begin', error });
      return undefined;
    }
  }

  #note(path: string, basis: Basis | undefined, ofItself?: Basis): void {
    const { stores, name } = this.context;
    noteDependency({ stores, store: name, path }, basis, ofItself);
  }
}

/** Inside of loads the caller asks for what is to become a part of something else. */
export function asPart<R extends { readonly address: Address }>(request: R, ancestors: readonly Frame[]): R {
  if (ancestors.length === 0) return request;
  // A request may be an instance, whose getters and methods no copy has.
  const address = { value: asPartOf(request.address), enumerable: true };
  return Object.create(request, { address }) as R;
}

function asPartOf({ path, groups, tags }: Address): Address {
  return { path, groups, ...(tags && { tags }), isDependedOn: true };
}
