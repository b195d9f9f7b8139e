/**
 * Where two values first differ, as text, or undefined. Stricter than `toStrictEqual`: tells -0 from 0, a property that
 * is undefined from none, Buffer from Uint8Array, and one order of keys, entries or members from another.
 */
export function difference(a: unknown, b: unknown, path = '$'): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
  if (kind(a) !== kind(b)) return `${path}: ${kind(a)} and ${kind(b)}`;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime()) ? undefined : path;
  if (a instanceof Map) return listDifference([...a], [...(b as Map<unknown, unknown>)], path);
  if (a instanceof Set) return listDifference([...a], [...(b as Set<unknown>)], path);
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array) === 0 ? undefined : path;
  const names = Reflect.ownKeys(a);
  const others = Reflect.ownKeys(b);
  if (names.length !== others.length || names.some((name, index) => name !== others[index])) return `${path}: keys`;
  for (const name of names) {
    const found = difference(property(a, name), property(b, name), `${path}.${String(name)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An object inside `a` that `b` holds as well; undefined if they share nothing. */
export function sharedObject(a: unknown, b: unknown): object | undefined {
  const inside = new Set(objectsIn(a));
  return objectsIn(b).find((object) => inside.has(object));
}

function listDifference(a: unknown[], b: unknown[], path: string): string | undefined {
  return difference(a, b, `${path}(members)`);
}

function kind(value: object): string {
  if (Array.isArray(value)) return 'Array';
  const prototype: unknown = Object.getPrototypeOf(value);
  // Plain is plain, with a prototype or without.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return 'Object';
  return (value.constructor as { name: string }).name;
}

function property(holder: object, name: string | symbol): unknown {
  return Object.getOwnPropertyDescriptor(holder, name)?.value;
}

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const members =
    value instanceof Map
      ? [...value].flat()
      : value instanceof Set
        ? [...value]
        : value instanceof Uint8Array
          ? []
          : Reflect.ownKeys(value).map((name) => property(value, name));
  return [value, ...members.flatMap((member) => objectsIn(member))];
}
