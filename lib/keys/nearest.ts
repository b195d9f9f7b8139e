import { mayBeSame } from './meeting.js';
import type { Shape, ShapeSegment } from './shape.js';

/** How much two segments may differ for one to be a misspelt other: half of their letters. */
const ALIKE = 1 / 2;
/** A value that could be a literal is less of a likeness than two values, or twice the literal. */
const BY_CHANCE = 1 / 4;

/**
 * The template that a pattern was most likely meant for: as many segments are the same as can be, and one may be
 * misspelt, missing or too many. Undefined where none is that near.
 */
export function nearestOf(pattern: Shape, templates: readonly Shape[]): Shape | undefined {
  const near = templates
    .map((template) => ({ template, cost: costOf(pattern.segments, template.segments) }))
    .filter(({ template, cost }) => cost <= 1 && cost < Math.min(pattern.segments.length, template.segments.length));
  return near.sort((one, other) => one.cost - other.cost)[0]?.template;
}

/** The edit distance of a pattern to the nearest beginning of a template, in segments. */
function costOf(pattern: readonly ShapeSegment[], template: readonly ShapeSegment[]): number {
  const ends = distances(pattern, template, differenceOf);
  return Math.min(...ends);
}

function differenceOf(one: ShapeSegment, other: ShapeSegment): number {
  if (mayBeSame(one, other)) return (one.kind === 'value') === (other.kind === 'value') ? 0 : BY_CHANCE;
  if (one.kind === 'value' || other.kind === 'value') return 1;
  const share = editDistance(one.text, other.text) / Math.max(one.text.length, other.text.length);
  return share <= ALIKE ? share : 1;
}

/** How many characters have to be changed to make one text of the other (Levenshtein). */
export function editDistance(one: string, other: string): number {
  return distances([...one], [...other], (a, b) => (a === b ? 0 : 1)).at(-1)!;
}

/** The edit distances of a whole list to every beginning of another one. */
function distances<T>(whole: readonly T[], other: readonly T[], difference: (a: T, b: T) => number): number[] {
  let row = [0, ...other.map((_, index) => index + 1)];
  for (const [index, item] of whole.entries()) {
    const next = [index + 1];
    for (const [by, each] of other.entries()) {
      next.push(Math.min(next[by]! + 1, row[by + 1]! + 1, row[by]! + difference(item, each)));
    }
    row = next;
  }
  return row;
}
