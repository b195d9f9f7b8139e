import { encodeSegment } from '../keys/escape.js';
import type { TransformOptions } from '../serialization/dto.js';
import type { AnyMethod } from './declaration.js';
import { prototypeChain } from './accessor.js';
import type { MethodInput } from './method-inputs.js';
import { methodInputs } from './method-inputs.js';

/** What is known of a decorated method besides what its decorators say. */
export interface MethodFacts {
  /** `Class.method`, for messages. */
  readonly where: string;
  /** `Class:method`, or `Class>Base:method` where an overriding method calls it through `super`. */
  readonly derived: string;
  /** The class of the object that the method is called on. */
  readonly owner: object & { readonly name: string };
  readonly inputs: readonly MethodInput[];
  /** Whether Nest routes HTTP requests to it. */
  readonly isHandler: boolean;
  readonly isEventStream: boolean;
  /** What `@SerializeOptions` says about the outward form of its results. */
  readonly transform: TransformOptions | undefined;
  readonly mayBeAsync: boolean;
}

const PATH = 'path';
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
  const functions = [prototype, declaring].map((each) => (each as Record<string | symbol, unknown>)[method]);
  const has = (key: string) => functions.some((each) => typeof each === 'function' && Reflect.hasMetadata(key, each));
  return {
    where,
    derived,
    owner,
    inputs: methodInputs(original, owner, method, where),
    isHandler: has(PATH) || has(EVENT_STREAM),
    isEventStream: has(EVENT_STREAM),
    transform: [...functions, owner].map(serializeOptionsOf).find((each) => each !== undefined),
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
