import type { AnyCatalogKey } from '../keys/catalog.js';
import { isCatalogKey } from '../keys/catalog.js';
import { checkedSize, pathOf, pathOfFunctionResult } from '../keys/escape.js';
import type { Placeholder } from '../keys/placeholder.js';
import { askedPlaceholders, bindTemplate, resolvePath, resolvePattern } from '../keys/resolver.js';
import { literalShape, shapeOf, valueShape } from '../keys/shape.js';
import { parseTemplate } from '../keys/template.js';
import type { Nameable } from './binder.js';
import { selectionSource, sourceOf } from './binder.js';
import type { CallScope } from './context-sources.js';
import { IDENTITIES } from './context-sources.js';
import { coverageOfAll, coverageOfFunction, coverageOfTemplate } from './coverage.js';
import type { AnyMethod, KeyFunction } from './declaration.js';
import { isHashed } from './input-kinds.js';
import type { MethodInput } from './method-inputs.js';
import type { KeyPlan } from './operation.js';
import { kindOf } from './value-kinds.js';
import { namedHeaders, readHeaders, withVary } from './vary-plan.js';

/** What a key is planned with. */
export interface KeyPlanning extends Nameable {
  /** `Class:method`, the path of a key that the decorator does not name. */
  readonly derived: string;
  /** What `@CacheDefaults` puts in front. */
  readonly prefix: string | undefined;
  readonly sharedScopes: ReadonlySet<string>;
  readonly isHandler: boolean;
  /** Request headers that become part of the key. */
  readonly vary: readonly string[];
}

/** How the key that a decorator declared is made in each call. */
export function planKey(
  key: string | AnyCatalogKey | KeyFunction<AnyMethod> | undefined,
  planning: KeyPlanning,
): KeyPlan {
  return withVary(planUnvaried(key, planning), planning);
}

function planUnvaried(key: Parameters<typeof planKey>[0], planning: KeyPlanning): KeyPlan {
  if (key === undefined) return planDerived(planning);
  if (typeof key === 'function') return planFunction(key, planning);
  return planTemplate(key, planning);
}

function planTemplate(key: string | AnyCatalogKey, planning: KeyPlanning): KeyPlan {
  const { where, prefix, sharedScopes } = planning;
  const text = isCatalogKey(key) ? key.template : prefix === undefined ? key : `${prefix}:${key}`;
  const template = parseTemplate(text, { where });
  const bindings = isCatalogKey(key) ? key.bindings : undefined;
  const bound = bindTemplate<CallScope>(template, (each) => sourceOf(each, text, planning), bindings);
  const first = template.segments[0];
  const isShared = first?.kind === 'literal' && sharedScopes.has(first.text);
  const asked = askedPlaceholders(bound);
  const unnamed = unnamedQueries(asked, planning);
  const shape = shapeOf(template, (each) => kindOf(each, planning), bindings);
  return {
    kind: 'template',
    shape: unnamed.length === 0 ? shape : { ...shape, segments: [...shape.segments, shapeOfUnnamed(unnamed)] },
    text,
    ...(isCatalogKey(key) && { catalogKey: key.where }),
    coverage: coverageOfTemplate(asked, { inputs: planning.inputs, hashed: unnamed }),
    namesIdentity: namesIdentity(asked),
    vary: namedHeaders(asked, planning),
    unnamed,
    isShared: () => isShared,
    patternOf: (scope) => resolvePattern(bound, scope).pattern,
    pathOf(scope) {
      const path = resolvePath(bound, scope);
      return unnamed.length === 0
        ? path
        : checkedSize(`${path}:${pathOf([selectionSource(unnamed)(scope)], where)}`, where);
    },
  };
}

function planFunction(key: KeyFunction<AnyMethod>, { prefix, sharedScopes, inputs }: KeyPlanning): KeyPlan {
  const pathOfCall = ({ args, where }: CallScope): string => {
    const path = pathOfFunctionResult(key(...args), where);
    return prefix === undefined ? path : checkedSize(`${prefix}:${path}`, where);
  };
  const segments = prefix?.split(':').map(literalShape) ?? [];
  return {
    kind: 'function',
    shape: { text: 'a key function', segments, isOpen: true },
    text: 'a key function',
    coverage: coverageOfFunction(key, inputs),
    namesIdentity: false,
    vary: readHeaders(inputs),
    unnamed: [],
    isShared: (path) => sharedScopes.has(path.split(':', 1)[0]!),
    pathOf: pathOfCall,
    patternOf(scope) {
      try {
        return pathOfCall(scope);
      } catch {
        return prefix ?? '';
      }
    },
  };
}

function planDerived({ derived, ignored, inputs, isHandler }: KeyPlanning): KeyPlan {
  return {
    kind: 'derived',
    shape: { text: derived, segments: derived.split(':').map(literalShape), isOpen: true },
    text: derived,
    coverage: coverageOfAll(inputs),
    namesIdentity: false,
    vary: readHeaders(inputs.filter(({ index }) => !ignored.has(index))),
    unnamed: [],
    isShared: () => false,
    patternOf: () => derived,
    pathOf({ args, where }) {
      // A handler is handed whatever its parameters name; anybody else may pass more than a method declares.
      const given = isHandler ? inputs.map(({ index }) => args[index]) : args;
      const values = given.filter((_, index) => !ignored.has(index) && isHashed(inputs[index]?.kind));
      return values.length === 0 ? derived : checkedSize(`${derived}:${pathOf(values, where)}`, where);
    },
  };
}

/** The query arguments of a handler that its template does not name in full: a declared input is never left out. */
function unnamedQueries(asked: readonly Placeholder[], { inputs, ignored, isHandler }: KeyPlanning): MethodInput[] {
  if (!isHandler) return [];
  const placeholders = asked.filter(({ root, path }) => root !== 'context' && path.length === 0);
  const names = new Set(placeholders.map(({ name }) => name));
  const queries = inputs.filter(({ index, kind }) => kind === 'query' && !ignored.has(index));
  // An input of that name is meant by it.
  const isHash = (hash: string): boolean => names.has(hash) && !inputs.some(({ name }) => name === hash);
  const isHashed = isHash('args') || isHash('query');
  if (isHashed) return [];
  return queries.filter(({ index, name }) => !names.has(String(index)) && !(name !== undefined && names.has(name)));
}

/** One hash stands for several queries; what a pipe made of the whole query may be anything. */
function shapeOfUnnamed(unnamed: readonly MethodInput[]) {
  const [only] = unnamed;
  return valueShape('query', unnamed.length === 1 && only?.isWhole ? 'any' : 'object');
}

/** A default would be one identity for all who lack the property. For `id` it is none: they are a mistake. */
function namesIdentity(asked: readonly Placeholder[]): boolean {
  return asked.some(({ root, name, path, fallback }) => {
    if (root !== 'context' || name !== 'user' || path.length !== 1) return false;
    return path[0] === 'id' || (fallback === undefined && IDENTITIES.some((each) => each === path[0]));
  });
}
