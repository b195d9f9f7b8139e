import type { Entry } from '../core/entry.js';
import { CacheError } from '../core/errors.js';
import type { EncodedValue } from '../serialization/codec.js';
import type { Frame } from './frames.js';
import type { Decision, EngineContext, LoadRequest, Outcome } from './request.js';

/** A loaded value on its way to its caller and, if nothing speaks against it, to the store. */
export interface Result {
  readonly value: unknown;
  readonly encoded?: EncodedValue;
  readonly decision: Decision;
  readonly refusal?: CacheError;
}

/**
 * What is to become of a loaded value. It is encoded whatever happens to it then, so that a value which cannot be
 * cached shows on the first call, with any store.
 */
export function conclude(context: EngineContext, request: LoadRequest, value: unknown, frame: Frame): Result {
  let encoded: EncodedValue;
  try {
    encoded = context.serializer.encode(value, request.shape);
  } catch (error) {
    if (!CacheError.is(error)) throw error;
    return { value, decision: { kind: 'refuse' }, refusal: error };
  }
  const decision = request.decide(value);
  if (frame.taintedBy === undefined) return { value, encoded, decision };
  const where = request.shape.where ?? context.keyPrefix + frame.path;
  context.tell({ kind: 'tainted', where, source: frame.taintedBy });
  return { value, encoded, decision: { kind: 'refuse' } };
}

/** What the caller of the load gets: a copy, so that a miss hands out just what a hit will. */
export function outcomeOf(context: EngineContext, request: LoadRequest, { value, encoded, refusal }: Result): Outcome {
  const copy = encoded && copyOf(context, request, encoded);
  return copy ? { status: 'miss', ...copy } : { status: 'miss', value, refusal };
}

/** A value as a hit would hand it out, or undefined when it cannot be read back. */
export function copyOf(
  context: EngineContext,
  request: Pick<LoadRequest, 'address' | 'shape'>,
  encoded: EncodedValue,
): { value: unknown } | undefined {
  try {
    return { value: context.serializer.decode(encoded, request.shape) };
  } catch (error) {
    context.tell({ kind: 'entry-damaged', key: context.keyPrefix + request.address.path, error });
    return undefined;
  }
}

/** What the reader of an entry gets, or undefined when the payload is damaged. */
export function hitOf(context: EngineContext, request: Pick<LoadRequest, 'address' | 'shape'>, entry: Entry) {
  const { serializer, form } = entry.header;
  const copy = copyOf(context, request, { payload: entry.payload, serializer, form });
  return copy && ({ status: 'hit', ...copy } as const);
}
