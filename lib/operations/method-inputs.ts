import { CacheError } from '../core/errors.js';
import type { ValueKind } from '../keys/shape.js';
import { declaredTypes, valuesOfInput } from './declared-values.js';
import type { Parameter } from './parameter-names.js';
import { parametersOf } from './parameter-names.js';
import type { AnyMethod } from './declaration.js';
import type { InputKind } from './input-kinds.js';
import { kindOfParameter } from './input-kinds.js';
import type { MethodKind } from './transports.js';
import { transportOf } from './transports.js';

/** One parameter of a method, and where its value comes from. */
export interface MethodInput {
  readonly index: number;
  /** What a template calls it; undefined where it has no name. */
  readonly name: string | undefined;
  /** Its value is an array of all arguments from its position on. */
  readonly isRest: boolean;
  /** What the parameter itself is called; undefined where it is destructured. */
  readonly parameter: string | undefined;
  readonly kind: InputKind;
  /** It holds everything of its kind, as `@Query()` does, not one part of it. */
  readonly isWhole: boolean;
  /** For a response: Nest still sends what the handler returns. */
  readonly passthrough: boolean;
  /** What its values can be, as far as it is certain. */
  readonly takes: ValueKind;
  /** The pipes that its decorator names, classes and objects. */
  readonly pipes: readonly unknown[];
}

/**
 * Nest's metadata of route parameters: `{ '5:0': { index: 0, data: 'id', pipes: [] } }`. What a parameter decorator of the
 * application was given, under a key that begins with no number, is no name: it may as well be `@CurrentUser('id')`.
 */
type RouteArguments = Readonly<Record<string, { index: number; data?: unknown; pipes?: readonly unknown[] }>>;

const ROUTE_ARGUMENTS = '__routeArguments__';
const RESPONSE_PASSTHROUGH = '__responsePassthrough__';

const UNKNOWN: Parameter = { name: undefined, isRest: false };
const NO_PIPES: readonly unknown[] = [];

/** The method whose inputs are asked for. */
interface InputSource {
  readonly original: AnyMethod;
  readonly owner: object;
  readonly method: string | symbol;
  readonly where: string;
  readonly kind: MethodKind;
}

/**
 * The inputs of a method. On a handler a name is what the parameter decorator says, else the parameter's own.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE` when two inputs of a handler have one name.
 */
export function methodInputs({ original, owner, method, where, kind: calledBy }: InputSource): MethodInput[] {
  const routed = routeArguments(owner, method);
  const transport = transportOf(calledBy);
  const types = declaredTypes(owner, method);
  const positions = hasDecoratedParameters(owner, method) ? [] : (transport?.undecorated ?? []);
  const inputs = allParametersOf(original, types).map((parameter, index) =>
    undecorated(index, parameter, { type: types[index], position: positions[index] }),
  );
  const passthrough = Reflect.getMetadata(RESPONSE_PASSTHROUGH, owner, method) === true;
  for (const [key, { index, data, pipes = [] }] of Object.entries(routed)) {
    const parameter = inputs[index]?.parameter;
    const kind = kindOfParameter(key.split(':')[0]!, transport?.kinds);
    const isNamed = kind !== 'custom' && typeof data === 'string' && data !== '';
    const name = isNamed ? data : parameter;
    const takes = valuesOfInput({ kind, isRest: false }, types[index], pipes);
    inputs[index] = { index, name, parameter, isRest: false, isWhole: !isNamed, kind, passthrough, takes, pipes };
  }
  // A decorator may stand behind the last parameter that was found.
  const all = Array.from(inputs, (input, index) => input ?? undecorated(index, UNKNOWN, {}));
  refuseTwins(all, where);
  return all;
}

/** An input that no decorator describes, of the compiler's type, and what the transport passes there. */
function undecorated(
  index: number,
  { name, isRest }: Parameter,
  { type, position }: { readonly type?: unknown; readonly position?: InputKind | undefined },
): MethodInput {
  const kind = position ?? 'argument';
  const takes = valuesOfInput({ kind, isRest }, type);
  const isWhole = position !== undefined;
  return { index, name, parameter: name, isRest, isWhole, kind, passthrough: false, takes, pipes: NO_PIPES };
}

/** A source that cannot be read to its end has more parameters than were found: the compiler knows how many. */
function allParametersOf(original: AnyMethod, types: readonly unknown[]): Parameter[] {
  const found = parametersOf(original);
  if (found.some(({ isRest }) => isRest)) return found;
  const count = Math.max(found.length, original.length, types.length);
  return Array.from({ length: count }, (_, index) => found[index] ?? UNKNOWN);
}

/** Whether parameters of a handler are decorated: it is handed these then, and else what its transport passes. */
export function hasDecoratedParameters(owner: object, method: string | symbol): boolean {
  return Object.keys(routeArguments(owner, method)).length > 0;
}

function routeArguments(owner: object, method: string | symbol): RouteArguments {
  return (Reflect.getMetadata(ROUTE_ARGUMENTS, owner, method) ?? {}) as RouteArguments;
}

function refuseTwins(inputs: readonly MethodInput[], where: string): void {
  const seen = new Set<string>();
  for (const input of inputs) {
    if (input.name === undefined) continue;
    if (seen.has(input.name)) {
      throw new CacheError('METHOD_NOT_CACHEABLE', {
        where,
        reason: `two of its parameters are called "${input.name}"`,
        remedy: 'Take one of them under another name, or as part of an object: @Query() query.',
      });
    }
    seen.add(input.name);
  }
}
