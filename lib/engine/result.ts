import type { Entry, Master } from '../core/entry.js';
import { CacheError } from '../core/errors.js';
import type { EncodedValue } from '../serialization/codec.js';
import { etagOf, isSentAsItIs } from '../serialization/etag.js';
import { copyOfData } from '../serialization/copies.js';
import { standInFor } from '../serialization/stand-in.js';
import type { FillRequest } from '../stores/store.js';
import type { Dependencies, EntryDependencies } from './dependencies.js';
import type { Frame } from './frames.js';
import { generationLifetime, withJitter } from './freshness.js';
import type { Decision, EngineContext, LoadRequest, Outcome, StoredValue } from './request.js';

/** What may keep a decoded value for its next readers. */
type Keeper = Pick<Entry, 'master'>;

/** Who wants a value, and how. */
type CopyRequest = Pick<LoadRequest, 'address' | 'shape' | 'isSent'>;

/** A loaded value on its way to its caller and, if nothing speaks against it, to the store. */
export interface Result {
  readonly value: unknown;
  readonly encoded?: StoredValue;
  readonly decision: Decision;
  /** What it was built from besides the source of the data. */
  readonly dependencies: Dependencies;
  readonly refusal?: CacheError;
  /** How long it took to load, in milliseconds. Default: not known. */
  readonly loadTime?: number;
}

/**
 * What is to become of a loaded value. It is encoded whatever happens to it then, so that a value which cannot be
 * cached shows on the first call, with any store.
 */
export function conclude(context: EngineContext, request: LoadRequest, value: unknown, frame: Frame): Result {
  const { dependencies } = frame;
  const { serializer } = context;
  const { shape } = request;
  let encoded: EncodedValue & Pick<StoredValue, 'master'>;
  try {
    encoded = serializer.encode(value, shape);
    // Whoever shares a value gets the same on the miss.
    if (shape.isFrozen) encoded = { ...encoded, master: { value: serializer.decode(encoded, shape), isFrozen: true } };
  } catch (error) {
    if (!CacheError.is(error)) throw error;
    return { value, decision: { kind: 'refuse' }, dependencies, refusal: error };
  }
  const decision = request.decide(value);
  if (frame.taint === undefined) return { value, encoded: withValidator(encoded, decision), decision, dependencies };
  const where = shape.where ?? context.keyPrefix + frame.path;
  context.tell({ ...frame.taint, where });
  return { value, encoded: { ...encoded, etag: '', headers: '' }, decision: { kind: 'refuse' }, dependencies };
}

/** What is for one caller only has no validator: nobody could be asked whether it is still the same. */
function withValidator(encoded: Omit<StoredValue, 'etag' | 'headers'>, decision: Decision): StoredValue {
  const headers = decision.kind === 'store' ? (decision.headers ?? '') : '';
  return { ...encoded, headers, etag: decision.kind === 'refuse' ? '' : etagOf(encoded, headers) };
}

/** The entry that a result becomes, or undefined where nothing is to be stored or it would be over at once. */
export function entryOf(
  { clock, chance }: EngineContext,
  request: LoadRequest,
  { encoded, decision, loadTime = 0 }: Result,
  { elsewhere, expiresAt: bound }: EntryDependencies,
): FillRequest['entry'] {
  if (encoded === undefined || decision.kind !== 'store') return undefined;
  const { lifetime, staleFor = 0, lateTags } = decision;
  const { payload, master, ...described } = encoded;
  const createdAt = clock.now();
  // What is built from others lives no longer than they do.
  const expiresAt = Math.min(createdAt + withJitter(lifetime, chance.next()), bound);
  if (expiresAt <= createdAt) return undefined;
  const times = { createdAt, expiresAt, staleFor, loadTime };
  const header = { ...described, ...times, version: request.version, elsewhere };
  const lifetimes = {
    lifetime: expiresAt - createdAt + staleFor,
    generationLifetime: generationLifetime(lifetime + staleFor),
  };
  return { header, payload, master: master ?? undefined, ...lifetimes, lateTags };
}

/** What the caller of the load gets: a copy, so that a miss hands out just what a hit will. */
export function outcomeOf(
  context: EngineContext,
  request: LoadRequest,
  { value, encoded, decision, refusal }: Result,
  isStored = false,
): Outcome {
  const copy = encoded && copyOf(context, request, encoded);
  const isRefused = decision.kind === 'refuse';
  return copy ? { status: 'miss', ...copy, isStored, isRefused } : { status: 'miss', value, refusal, isRefused };
}

/** A value as a hit would hand it out, or undefined when it cannot be read back. */
export function copyOf(
  context: EngineContext,
  request: CopyRequest,
  stored: StoredValue,
  keeper: Keeper = stored,
): Pick<Outcome, 'value' | 'stored'> | undefined {
  try {
    const encoded = context.serializer.inForm(stored, request.shape);
    const shown = encoded === stored ? stored : { ...encoded, headers: '', etag: etagOf(encoded, '') };
    const isUnread = request.isSent && shown.etag !== '' && isSentAsItIs(shown);
    if (isUnread) return { value: standInFor(shown.payload), stored: shown };
    return { value: read(context, request, shown, shown === stored ? keeper : {}), stored: shown };
  } catch (error) {
    context.tell({ kind: 'entry-damaged', key: context.keyPrefix + request.address.path, error });
    return undefined;
  }
}

/** Decodes a value, or hands out what another reader has decoded: a copy of it, or itself if it is to be frozen and is. */
function read({ serializer }: EngineContext, { shape }: CopyRequest, stored: StoredValue, keeper: Keeper): unknown {
  const { isFrozen = false } = shape;
  const decoded = (): Master => ({ value: serializer.decode(stored, shape), isFrozen });
  if (keeper.master === undefined || !(isFrozen || serializer.isCopyable(stored, shape))) return decoded().value;
  if (!keeper.master || (isFrozen && !keeper.master.isFrozen)) keeper.master = decoded();
  return isFrozen ? keeper.master.value : copyOfData(keeper.master.value);
}

/** What the reader of an entry gets, or undefined when the payload is damaged. */
export function hitOf(context: EngineContext, request: CopyRequest, entry: Entry): Outcome | undefined {
  const { header, payload, master } = entry;
  if (request.shape.isFrozen && master?.isFrozen) return { status: 'hit', value: master.value, times: header };
  const { serializer, form, etag, headers, createdAt, expiresAt } = header;
  const copy = copyOf(context, request, { payload, serializer, form, etag, headers }, entry);
  return copy && { status: 'hit', ...copy, times: { createdAt, expiresAt } };
}
