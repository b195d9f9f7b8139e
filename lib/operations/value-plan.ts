import { invalidOption } from '../core/options.js';
import type { ShareOptions } from '../serialization/frozen.js';
import type { ClassType } from './declaration.js';
import type { MethodFacts } from './method-facts.js';
import type { CachedOperation } from './operation.js';

/** What is said about the values that callers get. */
export interface GivenValueOptions extends ShareOptions {
  readonly type?: ClassType | undefined;
}

/**
 * What a method's callers get of a value.
 *
 * @throws CacheError `OPTION_INVALID` where they are to share what cannot be frozen, or is not copied anyway.
 */
export function planValues(
  given: GivenValueOptions,
  { where, kind, transform }: MethodFacts,
): CachedOperation['shape'] {
  const { type, share } = given;
  const isOverHttp = kind === 'http';
  if (share !== undefined && isOverHttp) {
    const expected = 'left out on handlers: a hit is sent as it is stored, and interceptors may change what they get';
    throw invalidOption('share', where, share, expected);
  }
  const isShared = isFrozen(given, where);
  // Only on HTTP is the outward form made of a result known: GraphQL resolves it further, others serialize it as they like.
  if (isOverHttp) return { form: 'wire', transform, type, where, isFrozen: isShared };
  return { form: 'value', type, where, isFrozen: isShared };
}

/**
 * Whether callers share one frozen value.
 *
 * @throws CacheError `OPTION_INVALID`
 */
export function isFrozen({ type, share }: GivenValueOptions, where: string): boolean {
  if (share === undefined) return false;
  if (share !== 'frozen') throw invalidOption('share', where, share, "'frozen'");
  if (type === undefined) return true;
  throw invalidOption(
    'share',
    where,
    share,
    'left out with "type": freezing does not reach all of what instances hold',
  );
}
