import { types } from 'node:util';
import { describeRefused, remedyFor, type Trail, type Type } from './contract.js';
import { nestedTypeOf, type NestedType } from './dto.js';
import { isPlainPrototype, parentOf } from './kinds.js';

const BUILT_IN = new Set<unknown>([Object, Array, Map, Set, Date, String, Number, Boolean, BigInt, Symbol, Buffer]);

/**
 * The place of an instance in a value: where the option `type`, or `@Type` on a property, says that an object of a
 * class stands there. Elements of arrays, values of Maps and members of Sets that stand there have the same slot.
 */
export class ClassSlot {
  /** By the names of the subtypes; the declared class has the empty name. */
  private readonly classes: ReadonlyMap<string, Type>;
  /** The property that names the subtype in plain data. */
  private readonly discriminator: string | undefined;

  constructor(declared: Type, nested?: NestedType) {
    const subTypes = nested?.subTypes ?? [];
    this.classes = new Map([['', declared], ...subTypes.map(({ name, value }): [string, Type] => [name, value])]);
    this.discriminator = nested?.discriminator;
  }

  /** Whether the class has to be stored with the object, because it is one of several. */
  get isPolymorphic(): boolean {
    return this.classes.size > 1;
  }

  classNamed(name: string): Type | undefined {
    return this.classes.get(name);
  }

  /** The name of the class that plain data takes here. */
  nameForData(value: object): string {
    if (this.discriminator === undefined) return '';
    const named: unknown = Object.getOwnPropertyDescriptor(value, this.discriminator)?.value;
    return typeof named === 'string' && this.classes.has(named) ? named : '';
  }

  /** The name of the class of an instance; undefined if it may not stand here. A derived class is another class. */
  nameForInstance(value: object): string | undefined {
    const prototype = parentOf(value);
    for (const [name, type] of this.classes) {
      if (type.prototype === prototype) return name;
    }
    return undefined;
  }

  /** The slot of a property of `holder`, which is or becomes an instance of `owner`. */
  property(owner: Type, name: string, holder: object): ClassSlot | undefined {
    const nested = nestedTypeOf(owner, name, holder);
    return nested && isClass(nested.type) ? new ClassSlot(nested.type, nested) : undefined;
  }
}

/** The slot of the root of a value, for the option `type`. */
export function rootSlot(type: Type): ClassSlot {
  return new ClassSlot(type);
}

/** Makes sure that a value is nothing, an instance of `type`, plain data, or an array of these. */
export function refuseForeign(value: unknown, type: Type, trail: Trail): void {
  if (!Array.isArray(value)) return refuseForeignItem(value, type, trail);
  trail.enter(value);
  value.forEach((item: unknown, index) => {
    trail.at(index);
    refuseForeignItem(item, type, trail);
  });
  trail.leave();
}

/** What can be done about an instance inside an instance. */
export function remedyInside(value: object): string {
  const found = describeRefused(value).replace(/^an instance of /, '');
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(found)
    ? `Declare it with @Type(() => ${found}) on the property, or return plain data.`
    : remedyFor(value);
}

function refuseForeignItem(item: unknown, type: Type, trail: Trail): void {
  if (item === null || item === undefined) return;
  const isObject = typeof item === 'object' && !types.isProxy(item) && !Array.isArray(item);
  if (isObject && (item instanceof type || isPlainPrototype(parentOf(item)))) return;
  const name = type.name || 'the class';
  trail.refuse(
    `${describeRefused(item)}, not of ${name}`,
    `Return what { type: ${name} } says: an instance, plain data, or an array of these.`,
  );
}

function isClass(type: unknown): type is Type {
  return typeof type === 'function' && typeof type.prototype === 'object' && !BUILT_IN.has(type);
}
