import { types } from 'node:util';
import { hasPrivateMembers } from '../core/private-members.js';
import { describeRefused, mapStep, remedyFor, type Trail, type Type } from './contract.js';
import { isUnfreezable } from './frozen.js';
import { remedyInside, type ClassSlot } from './instances.js';
import { hasInternalState, isBuiltIn, isDateOfFakeTimers, isPlainPrototype, parentOf } from './kinds.js';
import {
  dataKeys,
  readData,
  refuseExtraOnBytes,
  refuseExtraProperties,
  refuseOwnProperties,
  setData,
} from './properties.js';
import { escapeName, looksLikeTag, TAGS, type Tag } from './tags.js';
import type { ValueCodec } from './value-codecs.js';

/** What one walk over a value needs to know. */
export interface WriterSettings {
  readonly codecs: readonly ValueCodec[];
  /** Whether the option `type` was given. */
  readonly typed: boolean;
  /** Whether types that JSON lacks are refused. */
  readonly jsonOnly: boolean;
  /** Whether what cannot be frozen is refused. */
  readonly isFrozen: boolean;
  /** The walk ends where the JSON cannot but be longer. */
  readonly maxBytes: number;
  /** Whether objects that look like tags are escaped; only needed once a tag was written. */
  readonly escaping: boolean;
}

/**
 * The one walk that decides whether a value can be given back unchanged, and makes of it what `JSON.stringify` is to
 * write. Plain JSON is handed through as it is; copies are made only on the way to something that has to be tagged.
 */
export class ValueWriter {
  /** Whether anything was written that JSON has no type for. */
  tagged = false;
  /** Whether the value has objects that look like tags. */
  ambiguous = false;
  private spent = 0;

  constructor(
    private readonly trail: Trail,
    private readonly settings: WriterSettings,
  ) {}

  write(value: unknown, slot?: ClassSlot): unknown {
    this.spend(1);
    switch (typeof value) {
      case 'string':
        this.spend(value.length + 1);
        return value;
      case 'boolean':
        return value;
      case 'number':
        return isJsonNumber(value) ? value : this.tag(TAGS.number, Object.is(value, -0) ? '-0' : String(value), value);
      case 'object':
        return value === null ? null : this.writeObject(value, slot);
      case 'undefined':
        return this.tag(TAGS.undefined, true, value);
      case 'bigint':
        return this.tag(TAGS.bigint, String(value), value);
      default:
        return this.trail.refuse(describeRefused(value), 'Return data only.');
    }
  }

  private writeObject(value: object, slot: ClassSlot | undefined): unknown {
    if (types.isProxy(value)) return this.trail.refuse(describeRefused(value), remedyFor(value));
    const prototype = parentOf(value);
    if (Array.isArray(value) && (prototype === Array.prototype || isBuiltIn(prototype, 'Array')))
      return this.writeArray(value, slot);
    if (isPlainPrototype(prototype)) {
      return slot ? this.writeClass(value, slot, slot.nameForData(value)) : this.writeProperties(value);
    }
    if (types.isDate(value) && (isBuiltIn(prototype, 'Date') || isDateOfFakeTimers(value)))
      return this.writeDate(value);
    if (types.isMap(value) && isBuiltIn(prototype, 'Map')) return this.writeMap(value, slot);
    if (types.isSet(value) && isBuiltIn(prototype, 'Set')) return this.writeSet(value, slot);
    if (types.isUint8Array(value)) {
      if (prototype === Buffer.prototype) return this.writeBytes(TAGS.buffer, value);
      if (isBuiltIn(prototype && parentOf(prototype), 'TypedArray')) return this.writeBytes(TAGS.bytes, value);
    }
    return this.writeInstance(value, slot);
  }

  private writeInstance(value: object, slot: ClassSlot | undefined): unknown {
    const name = slot?.nameForInstance(value);
    if (slot !== undefined && name !== undefined) return this.writeClass(value, slot, name);
    const codec = this.settings.codecs.find((candidate) => candidate.is(value));
    if (codec === undefined)
      return this.trail.refuse(describeRefused(value), this.settings.typed ? remedyInside(value) : remedyFor(value));
    this.trail.enter(value);
    this.trail.at({ text: '.encode()' });
    const encoded = this.write(codec.encode(value));
    this.trail.leave();
    return this.tag(TAGS.codec, [codec.name, encoded], value);
  }

  private writeClass(value: object, slot: ClassSlot, name: string): unknown {
    const type = slot.classNamed(name)!;
    if (hasInternalState(value) || hasPrivateMembers(type)) {
      this.trail.refuse(
        `${describeRefused(value)}, which has private state`,
        'Return plain data, or add a codec for it.',
      );
    }
    const data = this.writeProperties(value, { slot, type });
    return slot.isPolymorphic ? this.tag(TAGS.class, [name, data], value) : data;
  }

  private writeProperties(value: object, owner?: { slot: ClassSlot; type: Type }): unknown {
    this.trail.enter(value);
    const keys = dataKeys(value, this.trail);
    // An instance may have a toJSON, so it is never handed to JSON.stringify itself.
    let copy: object | undefined = owner && {};
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      this.trail.at(key);
      this.spend(key.length + 3);
      const before = readData(value, key, this.trail);
      const after = this.write(before, owner?.slot.property(owner.type, key, value));
      if (copy === undefined && after !== before) copy = copyOf(value, keys, index);
      if (copy !== undefined) setData(copy, key, after);
    }
    this.trail.leave();
    if (keys.length === 0 && hasInternalState(value)) {
      this.trail.refuse('a built-in object with another prototype', 'Return plain data.');
    }
    return this.escape(copy ?? value, keys);
  }

  private escape(written: object, keys: readonly string[]): object {
    if (!looksLikeTag(keys)) return written;
    this.ambiguous = true;
    if (!this.settings.escaping) return written;
    const name = keys[0]!;
    return { [escapeName(name)]: (written as Record<string, unknown>)[name] };
  }

  private writeArray(value: readonly unknown[], slot: ClassSlot | undefined): unknown {
    this.trail.enter(value);
    refuseExtraProperties(value, this.trail);
    let copy: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      this.trail.at(index);
      const before = readData(value, index, this.trail);
      const after = this.write(before, slot);
      if (copy === undefined && after !== before) copy = value.slice(0, index);
      copy?.push(after);
    }
    this.trail.leave();
    return copy ?? value;
  }

  private writeDate(value: Date): unknown {
    this.trail.enter(value);
    if (!isDateOfFakeTimers(value)) refuseOwnProperties(value, this.trail);
    this.trail.leave();
    const time = Date.prototype.getTime.call(value);
    return this.tag(TAGS.date, Number.isNaN(time) ? null : Date.prototype.toISOString.call(value), value);
  }

  private writeMap(value: ReadonlyMap<unknown, unknown>, slot: ClassSlot | undefined): unknown {
    this.trail.enter(value);
    refuseOwnProperties(value, this.trail);
    const entries: unknown[] = [];
    for (const [key, member] of value) {
      this.trail.at({ text: `.keys()[${entries.length}]` });
      const writtenKey = this.write(key);
      this.trail.at(mapStep(key, entries.length));
      entries.push([writtenKey, this.write(member, slot)]);
    }
    this.trail.leave();
    return this.tag(TAGS.map, entries, value);
  }

  private writeSet(value: ReadonlySet<unknown>, slot: ClassSlot | undefined): unknown {
    this.trail.enter(value);
    refuseOwnProperties(value, this.trail);
    const members: unknown[] = [];
    for (const member of value) {
      this.trail.at({ text: `.values()[${members.length}]` });
      members.push(this.write(member, slot));
    }
    this.trail.leave();
    return this.tag(TAGS.set, members, value);
  }

  private writeBytes(tag: Tag, value: Uint8Array): unknown {
    this.spend(value.length);
    this.trail.enter(value);
    refuseExtraOnBytes(value, this.trail);
    this.trail.leave();
    const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
    return this.tag(tag, text, value);
  }

  private tag(tag: Tag, body: unknown, value: unknown): object {
    if (this.settings.jsonOnly) {
      this.trail.refuse(
        `${describeRefused(value)}, for which JSON has no type`,
        "Return JSON types only, or leave the option serializer at 'lossless'.",
      );
    }
    if (this.settings.isFrozen && isUnfreezable(tag)) {
      this.trail.refuse(
        `${describeRefused(value)}, which cannot be frozen`,
        "Return it as text, numbers or plain data, or leave out { share: 'frozen' }.",
      );
    }
    this.tagged = true;
    return { [tag]: body };
  }

  /** Counts bytes that the JSON has at the very least, so that a value which unfolds without end is not walked to it. */
  private spend(bytes: number): void {
    this.spent += bytes;
    if (this.spent > this.settings.maxBytes) throw new TooLarge();
  }
}

/** Thrown by a walk that was given up because its result would be longer than allowed. */
export class TooLarge extends Error {}

function copyOf(value: object, keys: readonly string[], count: number): object {
  const copy = {};
  for (let index = 0; index < count; index++) {
    const key = keys[index]!;
    setData(copy, key, (value as Record<string, unknown>)[key]);
  }
  return copy;
}

function isJsonNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}
