import { AsyncLocalStorage } from 'node:async_hooks';
import type { ReadRule, RequestRead } from '../core/request-read.js';
import type { Flight } from '../resilience/single-flight.js';
import type { Basis, Dependencies, EntryPlace, Stores } from './dependencies.js';

/** Something of the request that a load used and that its key does not hold. */
export type Taint =
  /** The source of a placeholder in the key of something that it called. */
  | { readonly kind: 'tainted'; readonly source: string }
  /** It was read while the method `by` loaded under the template `key`. */
  | { readonly kind: 'request-read'; readonly read: RequestRead; readonly key: string; readonly by: string };

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
  /** Undefined where the caller made the key, of whatever it likes. */
  readonly readRule: ReadRule | undefined;
  /** What the result is built from besides the source of the data. */
  readonly dependencies: Dependencies;
  /** The loads that have what runs in this one in common with it. */
  beside?: readonly Frame[];
  /** False once the load has ended: work that it left behind is nobody's child. */
  isActive: boolean;
  /** The first thing that makes the result one that is neither stored nor shared. */
  taint: Taint | undefined;
}

/** An entry of one application: under the same names another one in this process has another. */
export interface OwnEntry extends EntryPlace {
  readonly stores: Stores;
}

const NONE: readonly Frame[] = [];

const frames = new AsyncLocalStorage<Frame | undefined>();

/** Runs a load so that what is called inside knows about it. */
export async function insideFrame<T>(frame: Frame, load: () => T | Promise<T>): Promise<T> {
  try {
    return await frames.run(frame, load);
  } finally {
    frame.isActive = false;
  }
}

/** Runs what is nobody's child, though it was called inside of loads. */
export function outsideFrames<T>(run: () => T): T {
  return frames.run(undefined, run);
}

/** The innermost load that the current code was called in, whether it has ended or not. */
export function currentFrame(): Frame | undefined {
  return frames.getStore();
}

/** Runs what several loads have in common as the child of each of them. They wait together for whatever it waits for. */
export async function insideAll<T>(own: readonly Frame[], run: () => Promise<T>): Promise<T> {
  const [first, ...others] = own;
  if (first) first.beside = others;
  const [flight, ...flights] = own.flatMap((frame) => frame.flight ?? []);
  for (const each of flights) each.waitsFor.add(flight!);
  try {
    return await (first ? frames.run(first, run) : run());
  } finally {
    for (const each of flights) each.waitsFor.delete(flight!);
  }
}

/** The loads in which the current code runs, innermost first. */
export function activeFrames(): readonly Frame[] {
  let frame = frames.getStore();
  if (!frame) return NONE;
  const active: Frame[] = [];
  for (; frame; frame = frame.parent) {
    if (frame.isActive) active.push(frame);
    if (frame.beside) active.push(...frame.beside.filter(({ isActive }) => isActive));
  }
  return active;
}

export function isLoadOf({ store, path, dependencies }: Frame, entry: OwnEntry): boolean {
  return path === entry.path && store === entry.store && dependencies.stores === entry.stores;
}

/**
 * Notes that the current code gets something that was read from a cache, or loaded for one: the loads around it depend on
 * that.
 *
 * @param basis undefined where nobody knows under which generations it was read.
 * @param ofItself for a load of the very same key: what the entry that it replaces was built from; undefined for nothing.
 */
export function noteDependency(entry: OwnEntry, basis: Basis | undefined, ofItself?: Basis): void {
  for (const frame of activeFrames()) {
    if (!isLoadOf(frame, entry)) frame.dependencies.add(basis);
    else if (ofItself) frame.dependencies.add(ofItself);
  }
}

/**
 * Notes what a key was made of besides arguments. A load around it whose own key does not hold the same value may be
 * this person's only: it is neither stored nor shared.
 */
export function noteContextual(contextual: ReadonlyMap<string, string>): void {
  if (contextual.size === 0) return;
  for (const frame of activeFrames()) {
    for (const [source, value] of contextual) {
      if (frame.contextual.get(source) !== value) frame.taint ??= { kind: 'tainted', source };
    }
  }
}

/** How many reads of our own are under way. They are synchronous, and what they find is noted by the keys made of it. */
let ownReads = 0;

/** Runs a read of the request that is no load's: it goes into a key, or into a rule about one. */
export function readingForKey<T>(read: () => T): T {
  ownReads++;
  try {
    return read();
  } finally {
    ownReads--;
  }
}

/** Whether a read of the request by the current code would be noticed. */
export function isWatched(read: RequestRead): boolean {
  return (
    ownReads === 0 && activeFrames().some(({ readRule }) => readRule !== undefined && readRule.judge(read) !== 'meant')
  );
}

/**
 * Notes that the current code read a part of the request. Each load around it whose key does not name that part is
 * neither stored nor shared, out to the first one whose result does not depend on it.
 */
export function noteRead(read: RequestRead): void {
  if (ownReads > 0) return;
  const ruled = activeFrames().filter(({ readRule }) => readRule !== undefined);
  const by = ruled[0]?.readRule?.where;
  for (const frame of ruled) {
    const verdict = frame.readRule!.judge(read);
    if (verdict === 'meant') return;
    if (verdict === 'undeclared') frame.taint ??= { kind: 'request-read', read, key: frame.readRule!.key, by: by! };
  }
}
