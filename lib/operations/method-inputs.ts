import { CacheError } from '../core/errors.js';
import { parametersOf } from './parameter-names.js';
import type { AnyMethod } from './declaration.js';

/** One parameter of a method, and where its value comes from. */
export interface MethodInput {
  readonly index: number;
  /** What a template calls it; undefined where it has no name. */
  readonly name: string | undefined;
  /** Its value is an array of all arguments from its position on. */
  readonly isRest: boolean;
  readonly origin: 'argument' | 'query' | 'request' | 'response' | 'next';
  /** It holds everything of its origin, as `@Query()` does, not one part of it. */
  readonly isWhole: boolean;
  /** For a response: Nest still sends what the handler returns. */
  readonly passthrough: boolean;
}

/**
 * Nest's metadata of route parameters: `{ '5:0': { index: 0, data: 'id', pipes: [] } }`. What a parameter decorator of the
 * application was given, under a key that begins with no number, is no name: it may as well be `@CurrentUser('id')`.
 */
type RouteArguments = Readonly<Record<string, { index: number; data?: unknown }>>;

const ROUTE_ARGUMENTS = '__routeArguments__';
const RESPONSE_PASSTHROUGH = '__responsePassthrough__';
const ORIGINS: Readonly<Record<string, MethodInput['origin']>> = { 0: 'request', 1: 'response', 2: 'next', 4: 'query' };

const UNDECLARED = { isRest: false, isWhole: false, origin: 'argument', passthrough: false } as const;

/**
 * The inputs of a method. On a handler a name is what the parameter decorator says, else the parameter's own.
 *
 * @throws CacheError `METHOD_NOT_CACHEABLE` when two inputs of a handler have one name.
 */
export function methodInputs(
  original: AnyMethod,
  owner: object,
  method: string | symbol,
  where: string,
): MethodInput[] {
  const routed = (Reflect.getMetadata(ROUTE_ARGUMENTS, owner, method) ?? {}) as RouteArguments;
  const inputs: MethodInput[] = parametersOf(original).map((parameter, index) => ({
    ...UNDECLARED,
    ...parameter,
    index,
  }));
  const passthrough = Reflect.getMetadata(RESPONSE_PASSTHROUGH, owner, method) === true;
  for (const [key, { index, data }] of Object.entries(routed)) {
    const own = inputs[index]?.name;
    const [kind = ''] = key.split(':');
    const isNamed = /^\d+$/.test(kind) && typeof data === 'string' && data !== '';
    const origin = ORIGINS[kind] ?? 'argument';
    inputs[index] = { index, name: isNamed ? data : own, isRest: false, isWhole: !isNamed, origin, passthrough };
  }
  const all = Array.from(inputs, (input, index) => input ?? { index, name: undefined, ...UNDECLARED });
  refuseTwins(all, where);
  return all;
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
