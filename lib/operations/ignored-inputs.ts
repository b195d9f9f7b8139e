import { invalidOption } from '../core/options.js';
import { HIDDEN_INPUTS, INPUT_KINDS, isReadName } from './input-kinds.js';
import type { MethodFacts } from './method-facts.js';
import type { MethodInput } from './method-inputs.js';
import type { Problems } from './problems.js';

/** What a key leaves out on purpose. */
export interface IgnoredInputs {
  /** Positions of parameters. */
  readonly positions: ReadonlySet<number>;
  /** `this` and `arguments`, where they are left out. */
  readonly hidden: ReadonlySet<string>;
  /** Parts of the request that may be read although the key does not name them; headers in lower case. */
  readonly reads: ReadonlySet<string>;
}

/**
 * What the options `ignore` of a method and of the module mean for it. A name is that of an input, its position, or its
 * kind, which has to be there in the method's own option; or a part of the request that is read while it runs.
 */
export function ignoredInputs(
  { where, inputs }: MethodFacts,
  { own, everywhere }: { own: readonly string[]; everywhere: ReadonlySet<string> },
  problems: Problems,
): IgnoredInputs {
  for (const name of own) {
    if (isHidden(name) || isReadName(name) || inputs.some((input) => isCalled(input, name))) continue;
    const available = inputs.map((each) => each.name ?? each.index).join(', ') || 'none';
    problems.found.push(invalidOption('ignore', where, name, `a list of names among ${available}`));
  }
  const names = [...own, ...everywhere];
  const ignored = inputs.filter(
    (input) => own.some((name) => isCalled(input, name)) || everywhere.has(input.kind) || isLeftOut(input.name),
  );
  return {
    positions: new Set(ignored.map(({ index }) => index)),
    hidden: new Set(names.filter(isHidden)),
    reads: new Set(names.filter(isReadName).map(withoutCase)),
  };

  // For all of an application "request" means requests, and no argument that happens to have that name.
  function isLeftOut(name: string | undefined): boolean {
    return name !== undefined && everywhere.has(name) && !INPUT_KINDS.includes(name) && !isReadName(name);
  }
}

function withoutCase(name: string): string {
  return name.startsWith('@headers.') ? name.toLowerCase() : name;
}

function isHidden(name: string): boolean {
  return HIDDEN_INPUTS.some((each) => each === name);
}

function isCalled(input: MethodInput, name: string): boolean {
  return input.name === name || String(input.index) === name || input.kind === name;
}
