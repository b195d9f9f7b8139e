import { encodeTag, pathOfFunctionResult } from '../keys/escape.js';
import { bindTemplate, resolvePath } from '../keys/resolver.js';
import type { Shape } from '../keys/shape.js';
import { shapeOf } from '../keys/shape.js';
import { parseTemplate, placeholdersOf } from '../keys/template.js';
import type { Nameable } from './binder.js';
import { sourceOf } from './binder.js';
import type { CallScope } from './context-sources.js';
import type { AnyMethod } from './declaration.js';
import type { TagPlan } from './operation.js';
import { kindOf } from './value-kinds.js';

type Tags = readonly string[] | ((result: never, ...args: never[]) => readonly string[]) | undefined;

/** How the tags that a decorator declared are made in each call; encoded, without the partition. */
export function planTags(tags: Tags, nameable: Nameable): TagPlan {
  if (tags === undefined) return { shapes: [], before: [], after: [] };
  if (typeof tags === 'function') {
    const call = tags as AnyMethod;
    return {
      shapes: undefined,
      before: [],
      after: [({ args, result, where }) => encodeAll(call(result, ...args) as readonly string[], where)],
    };
  }
  const planned = tags.map((text) => planTag(text, { ...nameable, hasResult: true }));
  // A cached nothing has no author; a write that returned nothing may have changed anybody's.
  const isBare = ({ result }: CallScope): boolean => !nameable.hasResult && (result === null || result === undefined);
  return {
    shapes: planned.map(({ shape }) => shape),
    before: planned.flatMap(({ isLate, tagOf }) => (isLate ? [] : [tagOf])),
    after: planned.flatMap(({ isLate, tagOf }) =>
      isLate ? [(scope: CallScope) => (isBare(scope) ? [] : [tagOf(scope)])] : [],
    ),
  };
}

interface PlannedTag {
  readonly shape: Shape;
  readonly isLate: boolean;
  readonly tagOf: (scope: CallScope) => string;
}

function planTag(text: string, nameable: Nameable): PlannedTag {
  const template = parseTemplate(text, { where: nameable.where });
  const bound = bindTemplate<CallScope>(template, (placeholder) => sourceOf(placeholder, text, nameable));
  const isLate = placeholdersOf(template).some(({ root }) => root === 'result');
  return {
    shape: shapeOf(template, (each) => kindOf(each, nameable)),
    isLate,
    tagOf: (scope) => resolvePath(bound, scope),
  };
}

function encodeAll(tags: readonly unknown[], where: string): string[] {
  return tags.map((tag) => (typeof tag === 'number' ? encodeTag(tag, where) : pathOfFunctionResult(tag, where)));
}
