import { alwaysCovers, mayCover, meetingOf } from '../keys/meeting.js';
import type { Shape } from '../keys/shape.js';
import type { CachedOperation, InvalidateOperation } from '../operations/operation.js';
import type { CheckedApplication, CheckedMethod } from './application.js';

/** A method whose results are entries. */
export interface EntryMethod {
  readonly operation: CachedOperation;
  readonly method: CheckedMethod;
}

/** A method that drops entries of others. */
export interface Dropper {
  readonly operation: InvalidateOperation;
  readonly method: CheckedMethod;
}

/** Who makes entries, and who drops them. A class that several modules provide is there once. */
export interface KeyGraph {
  readonly entries: readonly EntryMethod[];
  readonly droppers: readonly Dropper[];
}

export function keyGraphOf({ methods }: Pick<CheckedApplication, 'methods'>): KeyGraph {
  // What a method means for a class is found out once.
  const own = [...new Map(methods.map((each) => [each.operations, each])).values()];
  return {
    entries: own.flatMap((method) =>
      [method.operations.cacheable, method.operations.put].flatMap((operation) =>
        operation ? { operation, method } : [],
      ),
    ),
    droppers: own.flatMap((method) => method.operations.invalidations.map((operation) => ({ operation, method }))),
  };
}

/** The entries in the stores that an invalidation reaches. */
export function withinReach({ entries }: KeyGraph, { operation }: Dropper): readonly EntryMethod[] {
  return entries.filter((each) => operation.store === undefined || operation.store === each.operation.store);
}

/** Whether an invalidation can drop entries of a method by path or by tag; undefined where a function decides. */
export function mayDrop({ operation: { patterns, tags } }: Dropper, { operation }: EntryMethod): boolean | undefined {
  const { key } = operation;
  const own = operation.tags.shapes;
  const covering = patterns?.filter(({ shape }) => mayCover(shape, key.shape)) ?? [];
  if (covering.some(({ shape }) => key.kind !== 'function' || alwaysCovers(shape, key.shape))) return true;
  if (tags && own && shareTag(tags, own)) return true;
  const mayShare = own?.length !== 0 && tags?.length !== 0;
  const hasUnknownTags = mayShare && (tags === undefined || own === undefined);
  return covering.length > 0 || patterns === undefined || hasUnknownTags ? undefined : false;
}

/** Whether some tag of one can be some tag of the other. */
export function shareTag(tags: readonly Shape[], others: readonly Shape[]): boolean {
  return tags.some((tag) => others.some((other) => meetingOf(tag, other) !== undefined));
}
