import { CacheError } from '../core/errors.js';
import { Beginnings } from '../keys/beginnings.js';
import type { Coincidence } from '../keys/meeting.js';
import { meetingOf } from '../keys/meeting.js';
import type { Shape } from '../keys/shape.js';
import { isUncached } from '../operations/lifetime-plan.js';
import type { CachedOperation } from '../operations/operation.js';
import type { Finding } from './finding.js';
import type { EntryMethod, KeyGraph } from './key-graph.js';

/**
 * Templates of two methods that can produce the same key in one store, so that one gets the result of the other. Each
 * method is told of the first one that it meets. Of the keys that functions make nothing is known, but that one function
 * makes the same ones for every class that inherits it.
 */
export function clashingKeys({ entries }: KeyGraph): Finding[] {
  const cached = entries.filter((each) => !isUncached(each.operation));
  const earlier = new Beginnings<number>();
  return cached.flatMap((each, index) => {
    const { shape } = each.operation.key;
    const near = earlier.near(shape).sort((one, other) => one - other);
    earlier.add(shape, index);
    for (const other of near.map((at) => cached[at]!)) {
      const meeting = mayMeet(each, other) ? meetingOf(shape, other.operation.key.shape) : undefined;
      if (meeting)
        return { severity: 'error' as const, where: each.operation.where, problem: clash(each, other, meeting) };
    }
    return [];
  });
}

function mayMeet(one: EntryMethod, other: EntryMethod): boolean {
  if (one.operation.store !== other.operation.store) return false;
  const hasFunction = [one, other].some(({ operation }) => operation.key.kind === 'function');
  if (hasFunction && !shareFunction(one, other)) return false;
  // Two derived keys are looked at by their classes, whatever `keyCheck` says.
  if (one.operation.key.kind === 'derived' && other.operation.key.kind === 'derived') return false;
  // What an overridden method declares counts only where it is called through `super`.
  if (one.method.owner === other.method.owner && one.method.method === other.method.method) return false;
  if (one.operation.isMany !== other.operation.isMany && shareCatalogKey(one.operation, other.operation)) return false;
  const hasPut = one.operation.kind === 'put' || other.operation.kind === 'put';
  return !(hasPut && isSameTemplate(one.operation.key.shape, other.operation.key.shape));
}

/** Whether two classes have a method from the same class, and with it the function that makes its keys, behind one prefix. */
function shareFunction(one: EntryMethod, other: EntryMethod): boolean {
  const isSame = one.method.declaring === other.method.declaring && one.method.method === other.method.method;
  return isSame && isSameTemplate(one.operation.key.shape, other.operation.key.shape);
}

/**
 * Whether a method for one id and one for many are given the same key of a catalog, which says that their entries are the
 * same on purpose. What makes entries of one useless to the other must be the same too.
 */
function shareCatalogKey(one: CachedOperation, other: CachedOperation): boolean {
  const { catalogKey, shape } = one.key;
  if (catalogKey === undefined || catalogKey !== other.key.catalogKey) return false;
  const isSameKind =
    one.shape.type === other.shape.type && one.version === other.version && one.isHandler === other.isHandler;
  const [tags, others] = [one, other].map((each) => each.tags.shapes?.map(({ text }) => text).join('\n'));
  return isSameKind && isSameTemplate(shape, other.key.shape) && tags !== undefined && tags === others;
}

/** Whether two templates differ at most in what their placeholders are called. */
function isSameTemplate(one: Shape, other: Shape): boolean {
  return (
    one.segments.length === other.segments.length &&
    one.segments.every((segment, index) => {
      const opposite = other.segments[index]!;
      if (segment.kind !== 'value') return opposite.kind === segment.kind && opposite.text === segment.text;
      return opposite.kind === 'value' && opposite.prefix === segment.prefix && opposite.suffix === segment.suffix;
    })
  );
}

function clash(each: EntryMethod, other: EntryMethod, meeting: readonly Coincidence[]): CacheError {
  const { where, key } = each.operation;
  const fixed = meeting.find(({ value }) => value !== undefined);
  return new CacheError('KEY_CLASH', {
    where,
    template: key.text,
    other: other.operation.where,
    otherTemplate: other.operation.key.text,
    when: meeting.map(describe).join(' and '),
    remedy: fixed
      ? `Put a literal in front of it: ${apart(each, other, fixed.placeholders[0]!)}`
      : apartByPath(each, other),
  });
}

function describe({ placeholders, value }: Coincidence): string {
  const [one, other] = [...new Set(placeholders)].map((name) => `<<${name}>>`);
  if (value !== undefined) return `${one} is ${JSON.stringify(value)}`;
  return other === undefined ? `${one} is the same` : `${one} and ${other} are the same`;
}

/** The template that holds the placeholder, with a literal in front of it that the other one does not have there. */
function apart(each: EntryMethod, other: EntryMethod, name: string): string {
  const texts = [each.operation.key.text, other.operation.key.text];
  const place = new RegExp(`[^:]*(?:<<|\\{\\{)\\s*${name.replace(/[^\w]/g, '\\$&')}`);
  const text = texts.find((template) => place.test(template));
  if (text === undefined) return 'give each a path of its own';
  const literal = texts.some((template) => template.split(':').includes('detail'))
    ? `by-${name.split('.').at(-1)!}`
    : 'detail';
  return JSON.stringify(text.replace(place, (found) => `${literal}:${found}`));
}

function apartByPath(each: EntryMethod, { operation }: EntryMethod): string {
  if (each.operation.isMany !== operation.isMany) {
    return 'Give each a path of its own, or both the same key of a catalog, where one entry is meant for both';
  }
  return `Give each a path of its own, or let one of the methods call the other: ${operation.where} is cached already`;
}
