import type { CachedOperation } from '../operations/operation.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import { guardsOf } from './enhancers.js';

/**
 * Whether a handler that only those may reach whom a guard lets through has a key that does not say whose data it
 * holds. What a key function makes is known only when it runs: there the rule for requests of signed-in users holds.
 */
export function lacksIdentity(
  { key, isHandler }: CachedOperation,
  checked: CheckedMethod,
  application: CheckedApplication,
): boolean {
  if (!isHandler || key.kind === 'function' || key.namesIdentity || key.isShared(key.text)) return false;
  return identifyingGuards(checked, application).length > 0;
}

/** The classes of the guards that may have said who is asking. */
export function identifyingGuards(checked: CheckedMethod, application: CheckedApplication): unknown[] {
  return guardsOf(checked, application).filter((guard) => !application.settings.plainGuards.has(guard));
}
