import type { AnyCatalogKey } from '../keys/catalog.js';
import { isCatalogKey } from '../keys/catalog.js';
import { checkedSize, pathOf, pathOfFunctionResult } from '../keys/escape.js';
import type { Bindings, BoundTemplate } from '../keys/resolver.js';
import { bindTemplate, resolvePath, resolvePattern } from '../keys/resolver.js';
import { parseTemplate } from '../keys/template.js';
import type { Nameable } from './binder.js';
import { selectionSource, sourceOf } from './binder.js';
import type { CallScope } from './context-sources.js';
import type { AnyMethod, KeyFunction } from './declaration.js';
import type { MethodInput } from './method-inputs.js';
import type { KeyPlan } from './operation.js';

/** What a key is planned with. */
export interface KeyPlanning extends Nameable {
  /** `Class:method`, the path of a key that the decorator does not name. */
  readonly derived: string;
  /** What `@CacheDefaults` puts in front. */
  readonly prefix: string | undefined;
  readonly sharedScopes: ReadonlySet<string>;
  readonly isHandler: boolean;
}

/** How the key that a decorator declared is made in each call. */
export function planKey(
  key: string | AnyCatalogKey | KeyFunction<AnyMethod> | undefined,
  planning: KeyPlanning,
): KeyPlan {
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
  const unnamed = unnamedQueries(bound, bindings, planning);
  return {
    text,
    namesIdentity: namesIdentity(bound, bindings),
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

function planFunction(key: KeyFunction<AnyMethod>, { prefix, sharedScopes }: KeyPlanning): KeyPlan {
  const pathOfCall = ({ args, where }: CallScope): string => {
    const path = pathOfFunctionResult(key(...args), where);
    return prefix === undefined ? path : checkedSize(`${prefix}:${path}`, where);
  };
  return {
    text: 'a key function',
    namesIdentity: false,
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
    text: derived,
    namesIdentity: false,
    unnamed: [],
    isShared: () => false,
    patternOf: () => derived,
    pathOf({ args, where }) {
      // A handler is handed whatever its parameters name; anybody else may pass more than a method declares.
      const given = isHandler ? inputs.map(({ index }) => args[index]) : args;
      const values = given.filter((_, index) => !ignored.has(index));
      return values.length === 0 ? derived : checkedSize(`${derived}:${pathOf(values, where)}`, where);
    },
  };
}

/** The query arguments of a handler that its template does not name in full: a declared input is never left out. */
function unnamedQueries(
  bound: BoundTemplate<CallScope>,
  bindings: Bindings | undefined,
  { inputs, ignored, isHandler }: KeyPlanning,
): MethodInput[] {
  if (!isHandler) return [];
  const placeholders = bound.segments
    .flatMap((segment) => (segment.kind === 'placeholder' ? segment.placeholder : []))
    .filter(({ root, path, text }) => root !== 'context' && path.length === 0 && bindings?.get(text)?.kind !== 'value');
  const names = new Set(placeholders.map(({ name }) => name));
  const queries = inputs.filter(({ index, origin }) => origin === 'query' && !ignored.has(index));
  const isHashed = names.has('args') || (names.has('query') && !inputs.some(({ name }) => name === 'query'));
  if (isHashed) return [];
  return queries.filter(({ index, name }) => !names.has(String(index)) && !(name !== undefined && names.has(name)));
}

function namesIdentity(bound: BoundTemplate<CallScope>, bindings: Bindings | undefined): boolean {
  return bound.segments.some(
    (segment) =>
      segment.kind === 'placeholder' &&
      bindings?.get(segment.placeholder.text)?.kind !== 'value' &&
      segment.placeholder.root === 'context' &&
      segment.placeholder.name === 'user' &&
      segment.placeholder.path.join('.') === 'id',
  );
}
