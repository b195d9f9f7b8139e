import type { Shape } from './shape.js';

/**
 * Shapes by the literals that they begin with. Of two that meet, the literals of one begin with those of the other: a
 * shape has to be compared with these only, and not with every other one.
 */
export class Beginnings<T> {
  /** By all the literals in front of the first value. */
  readonly #ending = new Map<string, T[]>();
  /** By these, and by each beginning of them. */
  readonly #having = new Map<string, T[]>();

  add(shape: Shape, value: T): void {
    const beginnings = beginningsOf(shape);
    for (const each of beginnings) append(this.#having, each, value);
    append(this.#ending, beginnings.at(-1)!, value);
  }

  /** What was added with a shape that this one may meet. */
  near(shape: Shape): T[] {
    const beginnings = beginningsOf(shape);
    const all = beginnings.pop()!;
    return [...beginnings.flatMap((each) => this.#ending.get(each) ?? []), ...(this.#having.get(all) ?? [])];
  }
}

/** Of `a:b:<<id>>` nothing, `a` and `a:b`. */
function beginningsOf({ segments }: Shape): string[] {
  const beginnings = [''];
  for (const segment of segments) {
    if (segment.kind !== 'literal') break;
    beginnings.push(`${beginnings.at(-1)}:${segment.text}`);
  }
  return beginnings;
}

function append<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}
