import { parseDuration } from '../core/duration.js';
import { PARTITION } from '../core/errors.js';
import { activeFrames, noteContextual } from '../engine/frames.js';
import { staleWindow } from '../engine/freshness.js';
import type { Decision, LoadRequest } from '../engine/request.js';
import { PathAddress, partitionSegment, tagGroup, withPartition } from '../keys/groups.js';
import type { CallScope, ContextFunction } from './context-sources.js';
import { customSource } from './context-sources.js';
import type { Lifetime } from './lifetime-plan.js';
import type { CachedOperation, TagPlan } from './operation.js';
import { refuseOutside } from './policies.js';
import type { HandledRequest } from './request-context.js';

const NOTHING: ReadonlyMap<string, string> = new Map();
const NO_TAGS: readonly string[] = [];

/** One call of a decorated method. */
export interface MethodCall {
  readonly self: object;
  readonly args: readonly unknown[];
  /** The request that is being served, if any. */
  readonly request: HandledRequest | undefined;
  /** Whether this is the very call by which Nest serves the request. */
  readonly isRouted: boolean;
  /** Whether what it returns is sent to the client, and seen by nobody before. */
  readonly isSent: boolean;
  /** Runs the method, with other arguments if they are given. */
  proceed(args?: readonly unknown[]): unknown;
}

/** What a call comes to: where its entry is, and the partition of it and its tags. */
export interface CallPlan extends Pick<LoadRequest, 'address' | 'contextual'> {
  readonly path: string;
  readonly partition: string | undefined;
  readonly lifetime: Lifetime;
}

export function scopeOf(where: string, { args, request }: MethodCall, result?: unknown): MethodScope {
  return new MethodScope(where, args, request?.context, result);
}

/** The scope of one call. Most calls read nothing from the request, and have nothing to note. */
export class MethodScope implements CallScope {
  #contextual: Map<string, string> | undefined;

  constructor(
    readonly where: string,
    readonly args: readonly unknown[],
    readonly context: CallScope['context'],
    readonly result: unknown,
  ) {}

  get contextual(): Map<string, string> {
    return (this.#contextual ??= new Map());
  }

  get noted(): ReadonlyMap<string, string> {
    return this.#contextual ?? NOTHING;
  }
}

/** The partition of a call, or undefined where the application has none. */
export function partitionOf(scope: CallScope, partition: ContextFunction | undefined): string | undefined {
  return partition && partitionSegment(customSource(PARTITION, partition)(scope), scope.where);
}

/**
 * Where the entry of a call is. What its key was made of besides arguments is noted for the loads around it.
 *
 * @throws CacheError when the key has no value for a placeholder.
 */
export function planCall(
  { key, tags, where, lifetime }: CachedOperation,
  call: MethodCall,
  partition: ContextFunction | undefined,
): CallPlan {
  const scope = scopeOf(where, call);
  try {
    const segment = partitionOf(scope, partition);
    const path = key.pathOf(scope);
    const fullPath = withPartition(segment, path);
    // Most methods have no tags.
    const tagged = tags.before.length === 0 ? NO_TAGS : tagGroupsOf(tags, scopeOf(where, call), segment);
    const address = new PathAddress(fullPath, tagged);
    return { path, partition: segment, lifetime: lifetime.of(path), address, contextual: scope.noted };
  } finally {
    noteContextual(scope.noted);
  }
}

/** The groups of the tags that are known before the call. What they name of the request the key need not. */
function tagGroupsOf({ before }: TagPlan, scope: MethodScope, partition: string | undefined): readonly string[] {
  try {
    return before.map((tagOf) => tagGroup(tagOf(scope), partition));
  } finally {
    noteContextual(scope.noted);
  }
}

/** A call that leaves the cache alone is as personal as its key would have been. */
export function noteUncached(
  operation: CachedOperation,
  call: MethodCall,
  partition: ContextFunction | undefined,
): void {
  if (activeFrames().length === 0) return;
  try {
    planCall(operation, call, partition);
  } catch {
    // What could be read has been noted, and nothing needs the key.
  }
}

/** What becomes of the result of a call. */
export function decide(
  { unless, ttlOf, stale, tags, where }: CachedOperation,
  call: MethodCall,
  { value, partition, lifetime }: { value: unknown } & Pick<CallPlan, 'partition' | 'lifetime'>,
): Decision {
  if (unless?.apply(call.self, [value, ...call.args])) return { kind: 'skip' };
  const scope = scopeOf(where, call, value);
  const lateTags = tags.after.flatMap((tagsOf) => tagsOf(scope)).map((tag) => tagGroup(tag, partition));
  noteContextual(scope.noted);
  const { nullTtl, policy } = lifetime;
  const given = ttlOf ? computedTtl(ttlOf.apply(call.self, [value, ...call.args]), policy, where) : lifetime.ttl;
  const isNothing = value === null || value === undefined;
  // Whoever says how long nothing is kept means just that.
  if (isNothing && nullTtl !== undefined) return { kind: 'store', lifetime: nullTtl, lateTags };
  return { kind: 'store', lifetime: given, staleFor: staleWindow(stale), lateTags };
}

/** @throws CacheError `DURATION_INVALID`, `TTL_OUT_OF_POLICY` */
function computedTtl(returned: unknown, policy: Lifetime['policy'], where: string): number {
  const ttl = parseDuration(returned, 'ttl', where);
  refuseOutside(policy, { ttl, option: 'ttl', found: `'${String(returned)}', which its function returned`, where });
  return ttl;
}
