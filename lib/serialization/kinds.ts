import { types } from 'node:util';

/**
 * Whether objects with this prototype are plain: it is null, or the root of its own chain (`Object.prototype` of any
 * realm, or an empty object without a prototype, as query parsers use it).
 */
export function isPlainPrototype(prototype: object | null): boolean {
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.keys(prototype).length === 0;
}

/** Whether `value` is an object with internal state that its properties do not show: a Promise, a RegExp, an Error… */
export function hasInternalState(value: object): boolean {
  return (
    types.isDate(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isPromise(value) ||
    types.isBoxedPrimitive(value) ||
    types.isArrayBufferView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isExternal(value)
  );
}

/** Whether this is the prototype of a built-in class of any realm, and not of a class derived from it. */
export function isBuiltIn(prototype: object | null, name: string): boolean {
  if (prototype === null) return false;
  const parent = parentOf(prototype);
  const constructor = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as
    { name?: unknown } | undefined;
  return parent !== null && parentOf(parent) === null && constructor?.name === name;
}

/** Whether `value` is a date made by the fake timers of a test, which put a hidden `constructor` on every date. */
export function isDateOfFakeTimers(value: object): boolean {
  const hidden = Object.getOwnPropertyDescriptor(value, 'constructor');
  if (!types.isDate(value) || hidden === undefined || hidden.enumerable) return false;
  const parent: unknown = Object.getPrototypeOf(parentOf(value) ?? value);
  return typeof hidden.value === 'function' && (hidden.value as { prototype: unknown }).prototype === parent;
}

/** The prototype of an object. */
export function parentOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
