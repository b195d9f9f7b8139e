/** What a value is, in words, for an error message: `an instance of User`, `the number 5`, `a function`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
    case 'number':
    case 'bigint':
      return `the ${typeof value} ${String(value)}`;
    case 'boolean':
      return `the boolean ${String(value)}`;
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    default:
      return Array.isArray(value) ? 'an array' : describeObject(value);
  }
}

/** What an error says, also where something else was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether a value can be waited for. */
export function isThenable<T>(value: T): value is Extract<T, PromiseLike<unknown>> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** The name of an object's class, or undefined for a plain object. Never calls a getter of the object itself. */
export function classNameOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const constructor = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
  return typeof constructor === 'function' && constructor.name ? constructor.name : 'an anonymous class';
}

function describeObject(value: object): string {
  const name = classNameOf(value);
  return name === undefined ? 'an object' : `an instance of ${name}`;
}
