import { flawOf } from './characters.js';
import { matchesSegment } from './glob.js';
import type { Shape, ShapeSegment, ValueKind } from './shape.js';

type ValueSegment = Extract<ShapeSegment, { kind: 'value' }>;

/** What has to be so that one segment of two templates is the same. */
export interface Coincidence {
  /** The placeholders that have to have a certain value, or, if there are two, the same one. */
  readonly placeholders: readonly string[];
  /** The value, where there is one placeholder. */
  readonly value?: string;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const PART_OF_UUID = /^[\da-f-]*$/i;

/**
 * When two templates make the same key: all of this together, which is nothing at all for one text. Undefined: never.
 * Of what follows an open shape nothing is known, so only what stands in front of it is compared.
 */
export function meetingOf(one: Shape, other: Shape): readonly Coincidence[] | undefined {
  const [shorter, longer] = one.segments.length <= other.segments.length ? [one, other] : [other, one];
  if (shorter.segments.length < longer.segments.length && !shorter.isOpen) return undefined;
  if (!shorter.segments.every((segment, index) => mayBeSame(segment, longer.segments[index]!))) return undefined;
  return shorter.segments.flatMap((segment, index) => coincidenceOf(segment, longer.segments[index]!) ?? []);
}

/** Whether two segments can be the same text; true where it is not certain that they cannot. */
export function mayBeSame(one: ShapeSegment, other: ShapeSegment): boolean {
  if (one.kind === 'value') return other.kind === 'value' ? valuesMeet(one, other) : mayBeText(one, other);
  if (other.kind === 'value') return mayBeText(other, one);
  if (one.kind === 'literal' && other.kind === 'literal') return one.text === other.text;
  if (one.kind === 'literal') return matchesSegment(other.text, one.text);
  return other.kind === 'literal' ? matchesSegment(one.text, other.text) : globsMeet(one.text, other.text);
}

/** Whether a segment of a pattern matches whatever the other one is; false where it is not certain. */
function isAlwaysSame(pattern: ShapeSegment, segment: ShapeSegment): boolean {
  if (pattern.kind === 'value') return false;
  if (pattern.kind === 'literal') return segment.kind === 'literal' && segment.text === pattern.text;
  if (pattern.text === '*') return true;
  if (segment.kind === 'literal') return matchesSegment(pattern.text, segment.text);
  if (segment.kind !== 'value') return segment.text === pattern.text;
  const [before, after, more] = pattern.text.split('*');
  if (after === undefined || more !== undefined || pattern.text.includes('?')) return false;
  return segment.prefix.startsWith(before!) && segment.suffix.endsWith(after);
}

/** Whether a pattern can drop keys of a template: one of them, or what one of them is below. */
export function mayCover(pattern: Shape, template: Shape): boolean {
  return pattern.segments.every((segment, index) => {
    const other = template.segments[index];
    return other === undefined ? template.isOpen : mayBeSame(segment, other);
  });
}

/** Whether a pattern drops every key of a template, whatever the values are. */
export function alwaysCovers(pattern: Shape, template: Shape): boolean {
  return pattern.segments.every((segment, index) => {
    const other = template.segments[index];
    return other !== undefined && isAlwaysSame(segment, other);
  });
}

function coincidenceOf(one: ShapeSegment, other: ShapeSegment): Coincidence | undefined {
  if (one.kind === 'value' && other.kind === 'value') return { placeholders: [one.name, other.name] };
  const [value, fixed] = one.kind === 'value' ? [one, other] : [other, one];
  if (value.kind !== 'value' || fixed.kind === 'value') return undefined;
  const { prefix, suffix, name } = value;
  return { placeholders: [name], value: fixed.text.slice(prefix.length, fixed.text.length - suffix.length) };
}

/** Whether some value makes a literal, or what a wildcard matches. */
function mayBeText(value: ValueSegment, { kind, text }: { kind: 'literal' | 'wildcard'; text: string }): boolean {
  const { prefix, suffix, takes } = value;
  const isHash = takes === 'object' || takes === 'array';
  if (kind === 'wildcard') return globsMeet(text, `${prefix}${isHash ? '~' : ''}?*${suffix}`);
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
  if (text.length <= prefix.length + suffix.length) return false;
  const middle = text.slice(prefix.length, text.length - suffix.length);
  // Only `.with()` puts a marker into a template.
  if (middle.startsWith('~')) return true;
  if (isHash || flawOf(middle) !== undefined) return false;
  if (takes === 'uuid') return UUID.test(middle);
  return takes !== 'number' || isNumber(middle);
}

function isNumber(text: string): boolean {
  return String(Number(text)) === text || /^-?\d+$/.test(text);
}

function valuesMeet(one: ValueSegment, other: ValueSegment): boolean {
  if (!kindsMeet(one.takes, other.takes)) return false;
  if (one.prefix === other.prefix && one.suffix === other.suffix) return true;
  const prefix = longest(one.prefix, other.prefix, (text, part) => text.startsWith(part));
  const suffix = longest(one.suffix, other.suffix, (text, part) => text.endsWith(part));
  if (prefix === undefined || suffix === undefined) return false;
  // One value holds what the other template writes around its own, so neither is a marker.
  if ([one, other].every(({ takes }) => takes === 'uuid')) return false;
  return [one, other].every(({ takes, prefix: before, suffix: after }) =>
    mayHold(takes, prefix.slice(before.length), suffix.slice(0, suffix.length - after.length)),
  );
}

/** Whether some value has this beginning and this end. */
function mayHold(takes: ValueKind, beginning: string, end: string): boolean {
  if (takes === 'number') return isNumber(`${beginning}0${end}`);
  if (takes === 'uuid') return PART_OF_UUID.test(beginning + end);
  return takes === 'any' || takes === 'scalar';
}

function longest(one: string, other: string, holds: (text: string, part: string) => boolean): string | undefined {
  if (holds(one, other)) return one;
  return holds(other, one) ? other : undefined;
}

function kindsMeet(one: ValueKind, other: ValueKind): boolean {
  if (one === other || one === 'any' || other === 'any') return true;
  const isText = (kind: ValueKind): boolean => kind === 'number' || kind === 'uuid';
  return (one === 'scalar' && isText(other)) || (other === 'scalar' && isText(one));
}

/** Whether some text matches both patterns. */
function globsMeet(one: string, other: string): boolean {
  const failed = new Set<number>();
  const meet = (at: number, by: number): boolean => {
    if (at === one.length && by === other.length) return true;
    const state = at * (other.length + 1) + by;
    if (failed.has(state)) return false;
    const found =
      one[at] === '*'
        ? meet(at + 1, by) || (by < other.length && meet(at, by + 1))
        : other[by] === '*'
          ? meet(at, by + 1) || (at < one.length && meet(at + 1, by))
          : at < one.length && by < other.length && charactersMeet(one[at]!, other[by]!) && meet(at + 1, by + 1);
    if (!found) failed.add(state);
    return found;
  };
  return meet(0, 0);
}

function charactersMeet(one: string, other: string): boolean {
  return one === other || one === '?' || other === '?';
}
