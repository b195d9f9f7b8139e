import type { Suggestion } from '../core/suggestion.js';
import type { AnyCatalogKey } from '../keys/catalog.js';
import { isCatalogKey } from '../keys/catalog.js';
import { LONGEST_PATH, MOST_SEGMENTS } from '../keys/escape.js';
import { isPlaceholderName } from '../keys/placeholder.js';
import type { Declaration } from '../operations/declaration.js';
import { isHashed } from '../operations/input-kinds.js';
import type { MethodInput } from '../operations/method-inputs.js';
import type { CachedOperation } from '../operations/operation.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import type { ForgottenInput } from './forgotten-inputs.js';
import { forgottenInputs } from './forgotten-inputs.js';
import { lacksIdentity } from './personal-handlers.js';

type CachedDeclaration = Extract<Declaration, { kind: 'cacheable' | 'put' }>;

/** Of more placeholders than these one hash says as much and is easier to read. */
const MOST_APPENDED = 4;
const ARGS = 'args';
const USER_ID = 'user_id';

/** What to paste so that the key of a method is complete and says whose data it holds. */
export function suggestionFor(
  operation: CachedOperation,
  checked: CheckedMethod,
  application: CheckedApplication,
): Suggestion {
  const { key, options } = declarationOf(operation, checked);
  const { kind, text } = operation.key;
  const forgotten = forgottenInputs(operation, checked, application);
  const hasArgs = !operation.inputs.some(({ name }) => name === ARGS);
  // What a field resolver works on is named by what identifies it, and not hashed field by field.
  const isParent = ({ input }: ForgottenInput): boolean => kind === 'template' && input?.kind === 'root';
  const isOpaque = (each: ForgottenInput): boolean =>
    isParent(each) || (each.input ? !isHashed(each.input.kind) : !each.isEverything || !hasArgs);
  const opaque = forgotten.filter(isOpaque).map(({ name }) => name);
  const ignore = opaque.length === 0 ? undefined : [...(options.ignore ?? []), ...opaque];
  const missing = forgotten.filter((each) => !isOpaque(each));
  if (kind === 'function') {
    const taken = missing.some(({ isEverything }) => isEverything) ? ['...args'] : operation.inputs.map(parameterOf);
    return { parameters: missing.length === 0 ? undefined : taken, ignore };
  }
  const isPersonal = lacksIdentity(operation, checked, application);
  const isAmbiguous = operation.inputs.some(({ name }) => name === USER_ID) || bindingsOf(key)?.has(USER_ID);
  const identity = isPersonal ? [isAmbiguous ? '@user.id' : USER_ID] : [];
  const isTaken = (name: string): boolean =>
    name === USER_ID || application.settings.placeholders.has(name) || bindingsOf(key)?.has(name) === true;
  const parents = forgotten
    .filter((each) => isParent(each) && !operation.key.coverage.parts.has(each.input!.index))
    .map(({ input }) => `${placeholderFor(input!, isTaken)}.id`);
  // A derived key has every input, which the template that takes its place has to name.
  const isDerived = kind === 'derived' && isPersonal;
  const unnamed = isDerived ? containedIn(operation) : missing.map(({ input }) => input);
  const named = unnamed.map((input) => input && placeholderFor(input, isTaken));
  const fits = named.length <= MOST_APPENDED && hasRoom(text, [...identity, ...parents, ...named.map(String)]);
  const isAll = hasArgs && (!fits || named.includes(undefined) || (isDerived && named.length > 0));
  const all = isAll ? [ARGS] : named.map(String);
  const added = [...identity, ...parents, ...all].map((name) => `<<${name}>>`);
  if (added.length === 0) return { ignore };
  const place = isCatalogKey(key) ? key.where : undefined;
  return { place, key: [baseOf(key, text), ...added].join(':'), ignore };
}

/** The inputs that a derived key is made of. */
function containedIn({ inputs, ignored }: CachedOperation): MethodInput[] {
  return inputs.filter(({ index, kind }) => !ignored.positions.has(index) && isHashed(kind));
}

function declarationOf({ kind }: CachedOperation, { declared }: CheckedMethod): CachedDeclaration {
  return declared.declarations.find((each): each is CachedDeclaration => each.kind === kind)!;
}

/** A derived key becomes a template of the same segments. */
function baseOf(key: CachedDeclaration['key'], text: string): string {
  if (isCatalogKey(key)) return key.key;
  return typeof key === 'string' ? key : text.replaceAll('>', '-');
}

function bindingsOf(key: CachedDeclaration['key']): AnyCatalogKey['bindings'] | undefined {
  return isCatalogKey(key) ? key.bindings : undefined;
}

/** What names the whole of an input; undefined where only the hash of all arguments does. */
function placeholderFor({ name, index, isRest }: MethodInput, isTaken: (name: string) => boolean): string | undefined {
  if (name !== undefined && isPlaceholderName(name) && !isTaken(name)) return name;
  return isRest ? undefined : String(index);
}

function hasRoom(text: string, added: readonly string[]): boolean {
  const length = added.reduce((sum, each) => sum + each.length + ':<<>>'.length, text.length);
  return length <= LONGEST_PATH && text.split(':').length + added.length <= MOST_SEGMENTS;
}

function parameterOf({ parameter, index, isRest }: MethodInput): string {
  return `${isRest ? '...' : ''}${parameter ?? `input${index}`}`;
}
