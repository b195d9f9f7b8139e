import { inspect } from 'node:util';

const WHOLE = {
  depth: Infinity,
  maxArrayLength: Infinity,
  maxStringLength: Infinity,
  showHidden: true,
} as const;

/** Whether two values are of one kind and content. It sees what deep equality overlooks: dates that are none, accessors, -0. */
export function isSame(one: unknown, other: unknown): boolean {
  return inspect(one, WHOLE) === inspect(other, WHOLE);
}
