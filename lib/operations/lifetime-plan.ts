import { parseDuration, writeDuration } from '../core/duration.js';
import type { Shape } from '../keys/shape.js';
import type { CheckedPolicy, NamedTtl } from './policies.js';
import { policyOfPath, policyOfShape, refuseOutside } from './policies.js';

/** How long the entries of a key live. */
export interface Lifetime {
  /** In milliseconds; of a method whose `ttl` is a function what holds before its result is known. */
  readonly ttl: number;
  /** In milliseconds, for `null` and `undefined`, if another. */
  readonly nullTtl: number | undefined;
  readonly policy: CheckedPolicy | undefined;
}

/** What is said about the lifetime of a method's entries. */
export interface LifetimePlan {
  /** Undefined where the key is known only when the method is called. */
  readonly fixed: Lifetime | undefined;
  /** @throws CacheError `TTL_OUT_OF_POLICY` for a path that a key function made. */
  of(path: string): Lifetime;
}

/** What is said about it, the closest first, by whoever says it: `['the decorator', '5m']`. */
export type NamedLifetimes = readonly (readonly [by: string, ttl: string | undefined])[];

/** The key whose entries live so long. */
interface PlannedKey {
  readonly kind: 'template' | 'derived' | 'function';
  readonly shape: Shape;
}

export interface LifetimePlanning {
  readonly where: string;
  readonly policies: readonly CheckedPolicy[];
  readonly ttls: NamedLifetimes;
  readonly nullTtls: NamedLifetimes;
  /** Whether the decorator names the lifetime by a function of the result. */
  readonly isComputed: boolean;
  /** The module's, in milliseconds. */
  readonly otherwise: number;
}

/**
 * How long entries live: as long as the closest of decorator, catalog, class and store says, else its policy, else the
 * module, and always within its policy.
 *
 * @throws CacheError `DURATION_INVALID`, `TTL_OUT_OF_POLICY`
 */
export function planLifetime({ kind, shape }: PlannedKey, planning: LifetimePlanning): LifetimePlan {
  const { policies } = planning;
  const lifetimeUnder = lifetimes(planning);
  if (kind === 'function') {
    return { fixed: undefined, of: (path) => lifetimeUnder(policyOfPath(policies, path)) };
  }
  const fixed = lifetimeUnder(policyOfShape(policies, shape));
  return { fixed, of: () => fixed };
}

/** Whether a policy keeps a method out of the cache; a key function's key has to be made to know it. */
export function isUncached({ lifetime }: { readonly lifetime: LifetimePlan }): boolean {
  return lifetime.fixed?.policy?.isUncached === true;
}

function lifetimes({ where, ttls, nullTtls, isComputed, otherwise }: LifetimePlanning) {
  const named = closest(ttls, 'ttl', where);
  const nothing = closest(nullTtls, 'nullTtl', where);
  const module = { ...named, ttl: otherwise, found: `'${writeDuration(otherwise)}', the default of forRoot()` };
  return (policy: CheckedPolicy | undefined): Lifetime => {
    const ttl = named.ttl ?? policy?.ttl;
    if (!policy?.isUncached) {
      if (!isComputed) refuseOutside(policy, ttl === undefined ? module : { ...named, ttl });
      refuseOutside(policy, nothing);
    }
    return { ttl: ttl ?? otherwise, nullTtl: nothing.ttl, policy };
  };
}

function closest(names: NamedLifetimes, option: NamedTtl['option'], where: string): NamedTtl {
  const [by, ttl] = names.find(([, value]) => value !== undefined) ?? ['nobody', undefined];
  if (ttl === undefined) return { ttl, option, found: by, where };
  return { ttl: parseDuration(ttl, option, where), option, found: `'${ttl}' in ${by}`, where };
}
