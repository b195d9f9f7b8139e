/**
 * What JSON has no type for is written as an object with a single property whose name is `$` and the name of the type:
 * `{"$date":"2024-01-01T00:00:00.000Z"}`. An object of the caller that has a single property whose name starts with
 * `$` gets one more `$` in front of it, so no value can imitate a tag.
 */
export const TAGS = {
  undefined: '$undefined',
  number: '$number',
  bigint: '$bigint',
  date: '$date',
  map: '$map',
  set: '$set',
  bytes: '$bytes',
  buffer: '$buffer',
  codec: '$codec',
  class: '$class',
} as const;

export type Tag = (typeof TAGS)[keyof typeof TAGS];

const MARK = '$';

/** Whether an object with these property names would be taken for a tag. */
export function looksLikeTag(keys: readonly string[]): boolean {
  return keys.length === 1 && keys[0]!.startsWith(MARK);
}

export function escapeName(name: string): string {
  return MARK + name;
}

/** The name that was escaped, or undefined where `name` is that of a tag. */
export function unescapeName(name: string): string | undefined {
  return name.startsWith(MARK + MARK) ? name.slice(MARK.length) : undefined;
}
