import type { Placeholder } from '../keys/placeholder.js';
import { inputOf } from './binder.js';
import type { AnyMethod } from './declaration.js';
import type { InputKind } from './input-kinds.js';
import { isHashed } from './input-kinds.js';
import type { MethodInput } from './method-inputs.js';
import { parametersOf, usesArguments } from './parameter-names.js';

/** What a key contains of what its method can read. */
export interface KeyCoverage {
  /** Positions of the parameters that it contains in full. */
  readonly whole: ReadonlySet<number>;
  /** Those of them that it contains as the request has them, before pipes. */
  readonly raw: ReadonlySet<number>;
  /** Of other parameters, the paths that it contains. */
  readonly parts: ReadonlyMap<number, readonly (readonly string[])[]>;
  /** It contains every argument of a call, also those that no parameter takes. */
  readonly isEverything: boolean;
}

/** Which placeholder from the request says what, by the kind of the parameter that holds the same. */
const CONTEXT_OF: Readonly<Partial<Record<InputKind, string>>> = {
  param: 'params',
  query: 'query',
  headers: 'headers',
  cookies: 'cookies',
  host: 'host',
};

/** What a template contains that asks the call for these placeholders. `hashed` are the inputs whose hash stands behind it. */
export function coverageOfTemplate(
  named: readonly Placeholder[],
  { inputs, hashed }: { inputs: readonly MethodInput[]; hashed: readonly MethodInput[] },
): KeyCoverage {
  const handed = inputs.filter(
    (input) => named.some((placeholder) => isWholeIn(placeholder, input, inputs)) || hashed.includes(input),
  );
  const requested = named.filter(({ root }) => root === 'context');
  const raw = inputs.filter(
    (input) => !handed.includes(input) && requested.some((placeholder) => isSameInRequest(placeholder, input)),
  );
  const parts = named.flatMap((placeholder): [number, readonly string[]][] => {
    const input = placeholder.root === 'context' ? undefined : inputOf(placeholder.name, inputs);
    return input && placeholder.path.length > 0 ? [[input.index, placeholder.path]] : [];
  });
  const isEverything = named.some((placeholder) => isArgs(placeholder, inputs));
  return {
    whole: new Set([...handed, ...raw].filter(({ kind }) => isHashed(kind)).map(({ index }) => index)),
    raw: new Set(raw.map(({ index }) => index)),
    parts: new Map(parts.map(([index]) => [index, parts.filter(([each]) => each === index).map(([, path]) => path)])),
    isEverything,
  };
}

/** What a key made of every input contains. */
export function coverageOfAll(inputs: readonly MethodInput[]): KeyCoverage {
  const hashed = inputs.filter(({ kind }) => isHashed(kind));
  return { whole: new Set(hashed.map(({ index }) => index)), raw: new Set(), parts: new Map(), isEverything: true };
}

/** What a key function is handed: it contains what it takes, for nobody can see what it makes of that. */
export function coverageOfFunction(key: AnyMethod, inputs: readonly MethodInput[]): KeyCoverage {
  const parameters = parametersOf(key);
  const rest = parameters.findIndex(({ isRest }) => isRest);
  const takesAll = rest >= 0 || usesArguments(key);
  const count = Math.max(parameters.length, key.length);
  const taken = inputs.filter(({ index, isRest }) => takesAll || (index < count && !isRest));
  return { whole: new Set(taken.map(({ index }) => index)), raw: new Set(), parts: new Map(), isEverything: takesAll };
}

function isWholeIn(placeholder: Placeholder, input: MethodInput, inputs: readonly MethodInput[]): boolean {
  const { root, name, path } = placeholder;
  if (root === 'context' || path.length > 0) return false;
  if (isArgs(placeholder, inputs)) return true;
  if (name === 'query' && !inputOf(name, inputs)) return input.kind === 'query';
  const found = inputOf(name, inputs);
  return found?.index === input.index && found.isRest === input.isRest;
}

function isSameInRequest({ name, path }: Placeholder, { kind, name: own, isWhole }: MethodInput): boolean {
  if (CONTEXT_OF[kind] !== name) return false;
  if (name === 'host') return true;
  const [step = '', ...further] = path;
  if (isWhole || own === undefined || further.length > 0) return false;
  return kind === 'headers' ? step.toLowerCase() === own.toLowerCase() : step === own;
}

function isArgs({ root, name, path }: Placeholder, inputs: readonly MethodInput[]): boolean {
  return root === 'argument' && name === 'args' && path.length === 0 && !inputOf(name, inputs);
}
