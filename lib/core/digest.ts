import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { classNameOf, describeValue } from './describe.js';
import { hasPrivateMembers } from './private-members.js';

/** How many base64url characters a digest has: 132 bits. */
export const DIGEST_LENGTH = 22;

const DEEPEST = 64;

/** Says that a value cannot be part of a key. Whoever knows the key turns it into a `CacheError` that names it. */
export class UnsupportedValue extends Error {
  /** What the value is, to be put after "is": `a function`, `an object with a cycle at "parent"`. */
  readonly found: string;

  constructor(found: string, options?: ErrorOptions) {
    super(`${found} cannot be part of a key`, options);
    this.name = 'UnsupportedValue';
    this.found = found;
  }
}

interface Walk {
  readonly root: unknown;
  readonly ancestors: object[];
  readonly steps: string[];
}

/**
 * A hash of a value, in which values of different types or contents differ (`1`, `'1'`, `true`, `null`, `undefined`,
 * `-0`, a hole) and the order of object keys, Map entries and Set members makes no difference. An object is its own
 * enumerable data, whatever its class; one with a `toJSON` is what that returns.
 *
 * @throws UnsupportedValue for functions, symbols, cycles, promises, streams, objects whose content cannot be seen
 * (`RegExp`, `Error`, `URLSearchParams`), and more than 64 levels.
 */
export function digest(value: unknown): string {
  // UTF-16 keeps lone surrogates apart, which UTF-8 would all turn into U+FFFD.
  return createHash('sha256').update(canonicalForm(value), 'utf16le').digest('base64url').slice(0, DIGEST_LENGTH);
}

function canonicalForm(value: unknown): string {
  try {
    return canonical(value, { root: value, ancestors: [], steps: [] });
  } catch (error) {
    if (error instanceof UnsupportedValue) throw error;
    throw new UnsupportedValue(`${describeValue(value)} that cannot be read`, { cause: error });
  }
}

/** Every form says where it ends, by a count or a terminator, so that forms one after the other stay unambiguous. */
function canonical(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'number':
      return Object.is(value, -0) ? 'n-0;' : `n${value};`;
    case 'bigint':
      return `i${value};`;
    case 'boolean':
      return value ? 'T' : 'F';
    case 'undefined':
      return 'u';
    case 'object':
      return value === null ? 'z' : canonicalObject(value, walk);
    default:
      return refuse(describeValue(value), walk);
  }
}

function canonicalObject(value: object, walk: Walk): string {
  if (walk.ancestors.includes(value)) return refuse('a cycle', walk);
  if (walk.ancestors.length === DEEPEST) return refuse(`more than ${DEEPEST} levels`, walk);
  walk.ancestors.push(value);
  const form = contents(value, walk);
  walk.ancestors.pop();
  return form;
}

function contents(value: object, walk: Walk): string {
  if (types.isTypedArray(value)) return bytes(value);
  if (Array.isArray(value)) return `A${value.length}${members(value, walk)}`;
  if (types.isDate(value)) return `D${Date.prototype.getTime.call(value)};${extras(value, walk)}`;
  // The methods of this realm's prototypes work on the Maps and Sets of all realms, and on subclasses.
  if (types.isMap(value)) {
    const entries: unknown[][] = Array.from(Map.prototype.entries.call(value));
    return collection('M', entries, walk) + extras(value, walk);
  }
  if (types.isSet(value)) {
    const entries = Array.from(Set.prototype.values.call(value), (member: unknown) => [member]);
    return collection('S', entries, walk) + extras(value, walk);
  }
  // Equal data of two classes may mean two things.
  const name = classNameOf(value) ?? '';
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const plain: unknown = toJSON.call(value, '');
    // A text or a number is a value as a whole; an object may leave out what tells two of them apart.
    if (typeof plain !== 'object' || plain === null) return `J${text(name)}${canonical(plain, walk)}`;
  }
  return isOpaque(value) ? refuse(describeValue(value), walk) : `O${text(name)}${members(value, walk)}`;
}

function bytes(value: NodeJS.TypedArray): string {
  const name = Buffer.isBuffer(value) ? 'Buffer' : value[Symbol.toStringTag];
  return `B${name}${text(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'))}`;
}

function collection(tag: string, entries: readonly unknown[][], walk: Walk): string {
  const forms = entries.map((entry) => entry.map((part) => step('a member', part, walk)).join(''));
  return `${tag}${forms.length}{${forms.sort().join('')}}`;
}

/** What a subclass of a built-in carries besides; nothing in all other cases. */
function extras(value: object, walk: Walk): string {
  return Object.keys(value).length > 0 ? members(value, walk) : '';
}

function members(value: object, walk: Walk): string {
  const named = Object.getOwnPropertySymbols(value);
  if (named.some((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))) {
    return refuse(`${describeValue(value)} with a property named by a symbol`, walk);
  }
  const keys = Object.keys(value).sort();
  const forms = keys.map((key) => text(key) + step(key, (value as Record<string, unknown>)[key], walk));
  return `{${keys.length};${forms.join('')}}`;
}

function step(name: string, value: unknown, walk: Walk): string {
  walk.steps.push(name);
  const form = canonical(value, walk);
  walk.steps.pop();
  return form;
}

/** Whether an object's content is not in its enumerable data, so that two different ones would look the same. */
function isOpaque(value: object): boolean {
  if (Object.prototype.toString.call(value) !== '[object Object]') return true;
  const { then, pipe, constructor } = value as { then?: unknown; pipe?: unknown; constructor?: unknown };
  if (typeof then === 'function' || typeof pipe === 'function') return true;
  if (Symbol.iterator in value || Symbol.asyncIterator in value) return true;
  if (Object.getOwnPropertyNames(value).length > Object.keys(value).length) return true;
  return typeof constructor === 'function' && hasPrivateMembers(constructor);
}

function text(value: string): string {
  return `s${value.length}:${value}`;
}

function refuse(found: string, walk: Walk): never {
  if (walk.steps.length === 0) throw new UnsupportedValue(found);
  throw new UnsupportedValue(`${describeValue(walk.root)} with ${found} at ${JSON.stringify(walk.steps.join('.'))}`);
}
