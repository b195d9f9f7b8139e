import 'reflect-metadata';
import type { InputKind } from '../operations/input-kinds.js';
import type { MethodInput } from '../operations/method-inputs.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import { madeOf, pipesOf } from './enhancers.js';

/** What Nest sends through pipes. */
const PIPED: readonly InputKind[] = [
  'body',
  'rawBody',
  'query',
  'param',
  'files',
  'cookies',
  'signedCookies',
  'custom',
];
/** Nest's metadata, written by the compiler. */
const TYPES = 'design:paramtypes';

/** The part of Nest's `ValidationPipe` that says what it lets through. */
interface ValidatingPipe {
  readonly validatorOptions?: { readonly whitelist?: unknown };
  readonly validateCustomDecorators?: unknown;
  readonly expectedType?: unknown;
}

/** Where class-validator, of whatever copy, keeps what its decorators say. */
interface ValidationMetadata {
  getTargetValidationMetadatas(
    target: unknown,
    schema: string,
    always: boolean | undefined,
    strictGroups: boolean,
  ): readonly { readonly propertyName: string }[];
}

/**
 * The properties that the value of a parameter can have, where that is known: a `ValidationPipe` with `whitelist: true`
 * removes all but those that class-validator knows of its class.
 */
export function whitelistOf(
  input: MethodInput,
  checked: CheckedMethod,
  application: CheckedApplication,
): readonly string[] | undefined {
  if (!checked.facts.isHandler || !PIPED.includes(input.kind)) return undefined;
  const pipe = pipesOfInput(input, checked, application).find((each) => isWhitelisting(each, input));
  const type = typeOf(input, checked);
  const storage = (globalThis as { classValidatorMetadataStorage?: ValidationMetadata }).classValidatorMetadataStorage;
  if (!pipe || typeof type !== 'function' || BUILT_IN.includes(type) || !storage) return undefined;
  const metadata = storage.getTargetValidationMetadatas(type, '', undefined, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))];
}

/** The same, but undefined where a pipe behind the `ValidationPipe` may add properties of its own. */
export function allPropertiesOf(...parameter: Parameters<typeof whitelistOf>): ReturnType<typeof whitelistOf> {
  const pipes = pipesOfInput(...parameter);
  const last = pipes.findLastIndex((each) => isWhitelisting(each, parameter[0]));
  const isValidating = (pipe: unknown): boolean => (pipe as ValidatingPipe | undefined)?.validatorOptions !== undefined;
  return pipes.slice(last + 1).every(isValidating) ? whitelistOf(...parameter) : undefined;
}

/** The pipes that make the value of a parameter, in the order in which Nest applies them. */
function pipesOfInput(input: MethodInput, checked: CheckedMethod, application: CheckedApplication): unknown[] {
  return [...pipesOf(checked, application), ...input.pipes.map((pipe) => madeOf(pipe, checked))];
}

/** Types for which Nest validates nothing. */
const BUILT_IN: readonly unknown[] = [String, Number, Boolean, Array, Object, Buffer, Date];

function isWhitelisting(pipe: unknown, { kind }: MethodInput): boolean {
  const { validatorOptions, validateCustomDecorators, expectedType } = (pipe ?? {}) as ValidatingPipe;
  if (validatorOptions?.whitelist !== true || expectedType !== undefined) return false;
  return kind !== 'custom' || validateCustomDecorators === true;
}

function typeOf({ index }: MethodInput, { owner, method }: CheckedMethod): unknown {
  const types: unknown = Reflect.getMetadata(TYPES, owner.prototype as object, method);
  return Array.isArray(types) ? types[index] : undefined;
}
