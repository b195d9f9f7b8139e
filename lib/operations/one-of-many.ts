import { CacheError } from '../core/errors.js';
import type { MethodFacts } from './method-facts.js';

/** What templates call an id of the list. */
const ELEMENT = 'id';

/**
 * The facts of a method with `@CacheableMany` as each entry sees them: in the place of the list stands one id of it,
 * which templates call `<<id>>` whatever the parameter is called.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE` where it takes no list, or where a request would be answered with many entries.
 */
export function factsOfOne(facts: MethodFacts): MethodFacts {
  const { where, isHandler, inputs } = facts;
  const refuse = (reason: string, remedy: string): never => {
    throw new CacheError('METHOD_NOT_CACHEABLE', { where, reason, remedy });
  };
  if (isHandler) {
    refuse(
      'with @CacheableMany each id has an entry of its own, and a handler has one answer',
      'Put it on a method of a provider, and let the handler call that.',
    );
  }
  const [list, ...others] = inputs;
  if (!list) return refuse('@CacheableMany finds no parameter for the ids', 'Take them as a list: findMany(ids).');
  if (list.isRest) refuse('its ids are a rest parameter', 'Take them as one list: findMany(ids).');
  if (list.takes !== 'any' && list.takes !== 'array' && list.takes !== 'object') {
    refuse('its first parameter is no list of ids', 'Take the ids first: findMany(ids), and return a Map by id.');
  }
  if (others.some(({ name }) => name === ELEMENT)) {
    refuse(
      `<<${ELEMENT}>> could be its parameter "${ELEMENT}" or an id of the list`,
      'Rename the parameter: with @CacheableMany <<id>> is an id of the list.',
    );
  }
  return { ...facts, inputs: [{ ...list, name: ELEMENT, takes: 'any' }, ...others] };
}
