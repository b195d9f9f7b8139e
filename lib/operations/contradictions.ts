import { RequestMethod } from '@nestjs/common';
import { CacheError } from '../core/errors.js';
import type { Declaration } from './declaration.js';
import type { MethodFacts } from './method-facts.js';
import type { KeyPlan } from './operation.js';
import type { MethodKind } from './transports.js';

/** Handlers whose result is not for keeping, and what to do instead. */
const NOT_READ: Readonly<Partial<Record<MethodKind, readonly [reason: string, remedy: string]>>> = {
  mutation: ['it is a GraphQL mutation, which has to run each time', 'Make it a @Query(), or use @CachePut.'],
  event: ['it handles events, which nobody waits for the result of', 'Make it a @MessagePattern(), or use @CachePut.'],
};

/** RFC 9110, section 9.2.1: the methods that only read and whose answer has what a handler returned. */
const READS: readonly RequestMethod[] = [RequestMethod.GET, RequestMethod.HEAD];

/**
 * Refuses decorators that cannot stand on one method, or not on this one.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE`
 */
export function refuseContradictions(declarations: readonly Declaration[], facts: MethodFacts): void {
  const { where, isHandler, inputs, isEventStream, isExcluded, kind, requestMethod, cacheControl } = facts;
  const refuse = (reason: string, remedy: string): never => {
    throw new CacheError('METHOD_NOT_CACHEABLE', { where, reason, remedy });
  };
  const [reads, puts] = [count(declarations, 'cacheable'), count(declarations, 'put')];
  const isMany = declarations.some((each) => each.kind === 'cacheable' && each.isMany);
  if (reads > 1) {
    refuse(isMany ? 'it has two decorators that cache it' : 'it has @Cacheable twice', 'Keep one of them.');
  }
  if (puts > 1) refuse('it has @CachePut twice', 'Keep one of them.');
  if (reads > 0 && declarations.length > reads) {
    refuse(
      'a method that reads through the cache cannot change it as well',
      'Move the write into a method of its own.',
    );
  }
  if (reads + puts > 0 && isExcluded) refuse('it has @NoCache() as well', 'Keep one of them.');
  if (kind === 'subscription') {
    refuse('it is a GraphQL subscription, which answers with a stream', 'Decorate what the events come from.');
  }
  const notRead = NOT_READ[kind];
  if (reads > 0 && notRead) refuse(...notRead);
  if (isEventStream) refuse('with @Sse() it answers with a stream of events', 'Decorate what the events come from.');
  if (reads + puts === 0 || !isHandler) return;
  if (reads > 0 && requestMethod !== undefined && !READS.includes(requestMethod)) {
    refuse(
      `it answers requests that may change something (${RequestMethod[requestMethod] ?? 'an unknown method'})`,
      'Cache what answers @Get() or @Head(), or a method of a provider that only reads.',
    );
  }
  if (inputs.some(({ kind, passthrough }) => kind === 'response' && !passthrough)) {
    if (kind === 'websocket') refuse('with @Ack() it answers by itself', 'Return the value, and remove @Ack().');
    refuse('with @Res() it answers by itself', 'Return the value, or use @Res({ passthrough: true }).');
  }
  if (inputs.some(({ kind }) => kind === 'next')) refuse('with @Next() it may not answer at all', 'Remove @Next().');
  if (cacheControl?.options.noStore) {
    refuse('with @CacheControl({ noStore: true }) nobody may keep its answers', 'Remove one of the two decorators.');
  }
}

/**
 * A key, unless it is for everybody where the answers are for one.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE`
 */
export function refusePrivateAnswers(key: KeyPlan, { where, cacheControl }: MethodFacts): KeyPlan {
  if (!cacheControl?.options.private || !key.isShared('')) return key;
  throw new CacheError('METHOD_NOT_CACHEABLE', {
    where,
    reason: `with @CacheControl({ private: true }) its answers are for one reader, and its key "${key.text}" is for everybody`,
    remedy: 'Begin the key with another scope, or leave "private" out.',
  });
}

function count(declarations: readonly Declaration[], kind: Declaration['kind']): number {
  return declarations.filter((each) => each.kind === kind).length;
}
