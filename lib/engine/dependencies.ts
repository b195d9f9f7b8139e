import type { Elsewhere, EntryHeader } from '../core/entry.js';
import { entryGroup } from '../keys/groups.js';
import type { CacheStore } from '../stores/store.js';

/** The stores of an application by the names of their caches. */
export type Stores = ReadonlyMap<string, CacheStore>;

/** Where an entry is. */
export interface EntryPlace {
  readonly store: string;
  readonly path: string;
}

/**
 * Under which generations something was read that a load is built from. They were there before it was loaded, or while
 * the entry was alive that it was read from, so that whatever invalidates it later deletes one of them.
 */
export interface Basis {
  readonly stores: Stores;
  readonly parts: readonly Elsewhere[];
  /** When the lifetime of what was read is over, in milliseconds since the Unix epoch; Infinity for never. */
  readonly expiresAt: number;
}

/** Why a result cannot be stored or confirmed, whatever the store says. */
export type Flaw =
  /** Nobody knows under which generations something in it was read, or they changed meanwhile. */
  | 'unknown'
  /** It depends on more groups than an entry names. */
  | 'too-many';

/** How many groups an entry can depend on besides its own. */
export const MOST_DEPENDENCIES = 1_000;

/** What one load is built from: everything that it and the loads inside it read from caches. */
export class Dependencies {
  flaw: Flaw | undefined;
  #expiresAt = Infinity;
  #count = 0;
  /** By the cache and the part of its store that has the generations. */
  readonly #parts = new Map<string, { readonly at: EntryPlace; readonly groups: Map<string, string> }>();

  constructor(readonly stores: Stores) {}

  /** @param basis undefined where it is not known. */
  add(basis: Basis | undefined): void {
    if (this.flaw) return;
    // Under the same name another application has another store.
    if (basis?.stores !== this.stores) return this.#give('unknown');
    this.#expiresAt = Math.min(this.#expiresAt, basis.expiresAt);
    for (const part of basis.parts) this.#addPart(part);
  }

  /** The same as a basis of what is built from this in turn, with what else that depends on. */
  asBasis(own: Basis): Basis | undefined {
    if (this.flaw) return undefined;
    const parts = Array.from(this.#parts.values(), ({ at, groups }) => ({ ...at, groups }));
    return { ...own, parts: [...own.parts, ...parts], expiresAt: Math.min(own.expiresAt, this.#expiresAt) };
  }

  /**
   * What the entry of this load has to name besides its own groups; undefined where it can be neither stored nor confirmed.
   *
   * @param own the generations of its own groups, as its lease has them.
   */
  from({ store, path }: EntryPlace, own: ReadonlyMap<string, string>): EntryDependencies | undefined {
    const home = this.#keyOf({ store, path });
    const here = new Map(this.#parts.get(home)?.groups);
    for (const [group, id] of own) {
      // What was invalidated since the lease was taken has two generations.
      if (here.has(group) && here.get(group) !== id) this.#give('unknown');
      here.delete(group);
    }
    if (this.flaw) return undefined;
    const elsewhere = [...this.#parts].flatMap(([key, { at, groups }]) => (key === home ? [] : [{ ...at, groups }]));
    return { here, elsewhere, expiresAt: this.#expiresAt };
  }

  #addPart({ store, path, groups }: Elsewhere): void {
    const key = this.#keyOf({ store, path });
    let part = this.#parts.get(key);
    if (!part) this.#parts.set(key, (part = { at: { store, path }, groups: new Map() }));
    for (const [group, id] of groups) {
      const noted = part.groups.get(group);
      if (noted === undefined) {
        part.groups.set(group, id);
        this.#count++;
      } else if (noted !== id) return this.#give('unknown');
    }
    if (this.#count > MOST_DEPENDENCIES) this.#give('too-many');
  }

  #give(flaw: Flaw): void {
    this.flaw = flaw;
    this.#parts.clear();
  }

  #keyOf({ store, path }: EntryPlace): string {
    return `${store}\n${this.stores.get(store)?.placeOf(path) ?? path}`;
  }
}

/** What an entry depends on besides its own groups. */
export interface EntryDependencies {
  /** In its own place. */
  readonly here: ReadonlyMap<string, string>;
  readonly elsewhere: readonly Elsewhere[];
  readonly expiresAt: number;
}

/** The basis of what was read from an entry, or loaded under a lease; undefined without a generation of the entry itself. */
export function basisOf(
  stores: Stores,
  place: EntryPlace,
  { groups, own, elsewhere = [], expiresAt = Infinity }: Grounds,
): Basis | undefined {
  if (!own) return undefined;
  const part = { ...place, groups: new Map([...groups, [entryGroup(place.path), own]]) };
  return { stores, parts: [part, ...elsewhere], expiresAt };
}

interface Grounds extends Pick<EntryHeader, 'groups'>, Partial<Pick<EntryHeader, 'elsewhere' | 'expiresAt'>> {
  /** The generation of the entry itself. */
  readonly own: string | null | undefined;
}

/** Whether everything that an entry depends on in other places is as it was. What cannot be asked is not. */
export async function areUnchanged(stores: Stores, elsewhere: readonly Elsewhere[]): Promise<boolean> {
  const answers = await Promise.all(elsewhere.map((part) => isUnchanged(stores, part)));
  return answers.every((answer) => answer);
}

async function isUnchanged(stores: Stores, { store, path, groups }: Elsewhere): Promise<boolean> {
  try {
    const present = await stores.get(store)?.generations(path, [...groups.keys()]);
    return present !== undefined && [...groups].every(([group, id]) => present.get(group) === id);
  } catch {
    return false;
  }
}
