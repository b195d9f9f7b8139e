import { CacheError } from '../core/errors.js';
import type { Declaration } from './declaration.js';
import type { MethodFacts } from './method-facts.js';

/**
 * Refuses decorators that cannot stand on one method, or not on this one.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE`
 */
export function refuseContradictions(declarations: readonly Declaration[], facts: MethodFacts): void {
  const { where, isHandler, inputs, isEventStream } = facts;
  const refuse = (reason: string, remedy: string): never => {
    throw new CacheError('METHOD_NOT_CACHEABLE', { where, reason, remedy });
  };
  const [reads, puts] = [count(declarations, 'cacheable'), count(declarations, 'put')];
  if (reads > 1) refuse('it has @Cacheable twice', 'Keep one of them.');
  if (puts > 1) refuse('it has @CachePut twice', 'Keep one of them.');
  if (reads > 0 && declarations.length > reads) {
    refuse(
      'a method that reads through the cache cannot change it as well',
      'Move the write into a method of its own.',
    );
  }
  if (isEventStream) refuse('with @Sse() it answers with a stream of events', 'Decorate what the events come from.');
  if (reads + puts === 0 || !isHandler) return;
  if (inputs.some(({ origin, passthrough }) => origin === 'response' && !passthrough)) {
    refuse('with @Res() it answers by itself', 'Return the value, or use @Res({ passthrough: true }).');
  }
  if (inputs.some(({ origin }) => origin === 'next'))
    refuse('with @Next() it may not answer at all', 'Remove @Next().');
}

function count(declarations: readonly Declaration[], kind: Declaration['kind']): number {
  return declarations.filter((each) => each.kind === kind).length;
}
