import { encodeSegment } from '../keys/escape.js';
import type { TransformOptions } from '../serialization/dto.js';
import type { AnyMethod } from './declaration.js';
import { isUncached, prototypeChain } from './accessor.js';
import type { DeclaredCacheControl } from './cache-control.js';
import { cacheControlOf } from './cache-control.js';
import type { MethodInput } from './method-inputs.js';
import { hasDecoratedParameters, methodInputs } from './method-inputs.js';
import { usesArguments } from './parameter-names.js';
import type { MethodKind } from './transports.js';
import { methodKind } from './transports.js';

/** What is known of a decorated method besides what its decorators say. */
export interface MethodFacts {
  /** `Class.method`, for messages. */
  readonly where: string;
  /** `Class:method`, or `Class>Base:method` where an overriding method calls it through `super`. */
  readonly derived: string;
  /** The class of the object that the method is called on. */
  readonly owner: object & { readonly name: string };
  readonly inputs: readonly MethodInput[];
  /** Whether parameters of it are decorated. */
  readonly isDecorated: boolean;
  /** What calls it. */
  readonly kind: MethodKind;
  /** Whether a transport calls it: HTTP, GraphQL, messages or WebSockets. */
  readonly isHandler: boolean;
  readonly isEventStream: boolean;
  /** Of HTTP, as Nest numbers it; undefined for what answers no such request. */
  readonly requestMethod: number | undefined;
  /** It reads arguments that it does not declare. */
  readonly usesArguments: boolean;
  /** Whether the method itself has `@NoCache()`. */
  readonly isExcluded: boolean;
  /** What `@SerializeOptions` says about the outward form of its results. */
  readonly transform: TransformOptions | undefined;
  /** What `@CacheControl` says about its answers. */
  readonly cacheControl: DeclaredCacheControl | undefined;
  readonly mayBeAsync: boolean;
}

const METHOD = 'method';
const EVENT_STREAM = '__sse__';
const SERIALIZE_OPTIONS = 'class_serializer:options';
const AsyncFunction = (async () => {}).constructor;

/** The facts of a method that `declaring` declares, for calls on objects of the class `owner`. */
export function methodFacts(
  original: AnyMethod,
  method: string | symbol,
  { owner, declaring }: { owner: object & { name: string }; declaring: object },
): MethodFacts {
  const prototype = (owner as unknown as { prototype: object }).prototype;
  const nearest = prototypeChain(prototype).find((each) => Object.hasOwn(each, method));
  const classes = nearest === declaring ? [owner] : [owner, declaring.constructor];
  const where = `${classes.map(({ name }) => name).join('>')}.${String(method)}`;
  const derived = `${classes.map(({ name }) => encodeSegment(name)).join('>')}:${encodeSegment(String(method))}`;
  const named = new Set([prototype, declaring].map((each) => (each as Record<string | symbol, unknown>)[method]));
  // Most methods of providers have no metadata.
  const functions = [...named].filter((each) => typeof each === 'function' && Reflect.getMetadataKeys(each).length > 0);
  const metadataOf = (key: string): unknown =>
    functions.map((each): unknown => Reflect.getMetadata(key, each!)).find((each) => each !== undefined);
  const kind = methodKind(metadataOf);
  return {
    where,
    derived,
    owner,
    inputs: methodInputs({ original, owner, method, where, kind }),
    isDecorated: hasDecoratedParameters(owner, method),
    kind,
    isHandler: kind !== 'plain',
    isEventStream: metadataOf(EVENT_STREAM) !== undefined,
    requestMethod: kind === 'http' ? (metadataOf(METHOD) as number | undefined) : undefined,
    usesArguments: usesArguments(original),
    isExcluded: isUncached(original, (declaring as Record<string | symbol, object>)[method] ?? original),
    transform: [...functions, owner].map(serializeOptionsOf).find((each) => each !== undefined),
    cacheControl: functions.map(cacheControlOf).find((each) => each !== undefined),
    mayBeAsync: mayBeAsync(original, declaring, method),
  };
}

function serializeOptionsOf(target: unknown): TransformOptions | undefined {
  if (typeof target !== 'function') return undefined;
  return Reflect.getMetadata(SERIALIZE_OPTIONS, target) as TransformOptions | undefined;
}

/** False only where the compiler wrote down a return type that is certainly no promise. */
function mayBeAsync(original: AnyMethod, declaring: object, method: string | symbol): boolean {
  if (original instanceof AsyncFunction) return true;
  const type: unknown = Reflect.getMetadata('design:returntype', declaring, method);
  return ![String, Number, Boolean, Array, Date, Map, Set].includes(type as never);
}
