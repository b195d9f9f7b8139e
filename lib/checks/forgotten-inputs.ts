import { isHashed } from '../operations/input-kinds.js';
import type { MethodInput } from '../operations/method-inputs.js';
import type { CachedOperation } from '../operations/operation.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import { isPipedByRequest } from './enhancers.js';
import { textOf } from './input-texts.js';
import { isOneOfSeveral } from './made-objects.js';
import { belongsToRequest } from './request-scope.js';
import { allPropertiesOf } from './whitelist.js';

/** Something that a method can read, and that its key neither contains nor leaves out on purpose. */
export interface ForgottenInput {
  /** As the developer wrote it, for messages. */
  readonly text: string;
  /** What the option `ignore` calls it. */
  readonly name: string;
  /** The parameter; undefined for `this`. */
  readonly input?: MethodInput;
  /** The whole of it is all arguments of a call. */
  readonly isEverything?: true;
}

/** What a method with `@Cacheable` can read besides its key; nothing for `@CachePut`. */
export function forgottenInputs(
  { kind, inputs, ignored, key }: CachedOperation,
  checked: CheckedMethod,
  application: CheckedApplication,
): ForgottenInput[] {
  if (kind === 'put') return [];
  const { whole, raw, parts, isEverything } = key.coverage;
  const forgotten = inputs.filter(
    (input) => !ignored.positions.has(input.index) && !isNamed(input) && !isNamedInParts(input.index),
  );
  const hidden = (name: string, isThere: boolean): boolean => isThere && !ignored.hidden.has(name);
  return [
    ...forgotten.map((input) => ({ text: `${textOf(input)}${restOf(input)}`, name: nameOf(input, inputs), input })),
    ...(hidden('arguments', checked.facts.usesArguments && !isEverything) ? [ARGUMENTS] : []),
    ...(hidden('this', belongsToRequest(checked.wrapper)) ? [THIS] : []),
    ...(hidden('this', isOneOfSeveral(checked, application)) ? [ONE_OF_SEVERAL] : []),
  ];

  function isNamed(input: MethodInput): boolean {
    const { index } = input;
    return whole.has(index) && !(raw.has(index) && isPipedByRequest(input, checked, application));
  }

  function isNamedInParts(index: number): boolean {
    const names = (parts.get(index) ?? []).flatMap((path) => (path.length === 1 ? path : []));
    if (names.length === 0) return false;
    return (
      allPropertiesOf(inputs[index]!, checked, application)?.every((property) => names.includes(property)) ?? false
    );
  }

  function restOf({ index }: MethodInput): string {
    const named = parts.get(index)?.map((path) => path.join('.'));
    return named ? ` (all but ${named.map((each) => `"${each}"`).join(' and ')})` : '';
  }
}

const THIS: ForgottenInput = { text: '`this` of a class that belongs to one request', name: 'this' };
const ONE_OF_SEVERAL: ForgottenInput = {
  text: '`this` of a class of which there are several objects, each made in its own way',
  name: 'this',
};
const ARGUMENTS: ForgottenInput = { text: '`arguments`', name: 'arguments', isEverything: true };

function nameOf({ name, index, kind }: MethodInput, inputs: readonly MethodInput[]): string {
  const isOnly = inputs.filter((each) => each.kind === kind || each.name === kind).length === 1;
  if (isOnly && !isHashed(kind)) return kind;
  // A name that is also a kind would leave out all of its kind.
  return name === undefined || inputs.some((each) => each.kind === name && each.index !== index) ? String(index) : name;
}
