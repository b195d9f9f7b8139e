import { isDeepStrictEqual } from 'node:util';
import { describeRefused, type Trail } from './contract.js';

const MANY_BYTES = 1_024;

/**
 * The names of an object's properties, all of which are enumerable and named by strings.
 *
 * @throws CacheError `VALUE_NOT_SERIALIZABLE` where one is not: it would be lost
 */
export function dataKeys(holder: object, trail: Trail): string[] {
  refuseSymbols(holder, trail);
  const keys = Object.keys(holder);
  const names = Object.getOwnPropertyNames(holder);
  if (names.length !== keys.length) {
    trail.at(names.find((name) => !keys.includes(name)) ?? '');
    trail.refuse('a property that is not enumerable', 'Return an object without it.');
  }
  return keys;
}

/** Reads one property without ever calling an accessor. */
export function readData(holder: object, key: string | number, trail: Trail): unknown {
  const property = Object.getOwnPropertyDescriptor(holder, key);
  if (property === undefined) return trail.refuse('a hole in an array', 'Fill it with null or undefined.');
  if (property.get !== undefined || property.set !== undefined) {
    return trail.refuse('an accessor', 'Return its value as a plain property.');
  }
  if (!property.enumerable) return trail.refuse('a property that is not enumerable', 'Return an object without it.');
  return property.value;
}

/** Makes sure that an array has its elements and nothing else. Elements are checked when they are read. */
export function refuseExtraProperties(array: readonly unknown[], trail: Trail): void {
  refuseSymbols(array, trail);
  const names = Object.getOwnPropertyNames(array);
  if (names.length === array.length + 1) return;
  // Names of elements come first and in order, so what follows them is "length", then the rest.
  const extra = names.slice(names.indexOf('length') + 1)[0];
  if (extra === undefined) return;
  trail.at(extra);
  trail.refuse('a property on an array', 'Return an object that holds the array and the property.');
}

/** Makes sure that binary data has its bytes and nothing else. */
export function refuseExtraOnBytes(bytes: Uint8Array, trail: Trail): void {
  // To list the names of a million elements takes far longer than to write them. The comparison sees every further
  // property but hidden ones.
  if (bytes.length > MANY_BYTES && isDeepStrictEqual(bytes, viewOf(bytes))) refuseSymbols(bytes, trail);
  else refuseOwnProperties(bytes, trail, bytes.length);
}

/** Makes sure that a date, a Map, a Set or binary data has no properties of its own, which would be lost. */
export function refuseOwnProperties(holder: object, trail: Trail, elements = 0): void {
  refuseSymbols(holder, trail);
  const names = Object.getOwnPropertyNames(holder);
  if (names.length === elements) return;
  trail.at(names[elements] ?? '');
  trail.refuse(`a property on ${describeRefused(holder)}`, 'Return an object that holds both.');
}

/** Sets a property as data, also one called `__proto__`. */
export function setData(holder: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    (holder as Record<string, unknown>)[key] = value;
  }
}

function viewOf(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = bytes;
  return Buffer.isBuffer(bytes) ? Buffer.from(buffer, byteOffset, length) : new Uint8Array(buffer, byteOffset, length);
}

function refuseSymbols(holder: object, trail: Trail): void {
  const symbols = Object.getOwnPropertySymbols(holder);
  if (symbols.length === 0) return;
  trail.at({ text: `[${String(symbols[0])}]` });
  trail.refuse('a property named by a symbol', 'Name it by a string, or return an object without it.');
}
