import { MAX_DEPTH, type Type } from './contract.js';
import { isUnfreezable } from './frozen.js';
import type { ClassSlot } from './instances.js';
import { TAGS, unescapeName } from './tags.js';
import type { ValueCodec } from './value-codecs.js';

/** A tag is at most three levels of JSON around one level of the value. */
const MAX_JSON_DEPTH = (MAX_DEPTH + 1) * 3;
const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

/** What reading needs to know. */
export interface ReaderSettings {
  readonly codecs: ReadonlyMap<string, ValueCodec>;
  /** Whether tags mean something; in plain JSON they are data. */
  readonly tagged: boolean;
  /** Whether what cannot be frozen counts as damaged. */
  readonly isFrozen: boolean;
}

/** Turns parsed JSON, which it owns and changes in place, back into the value that was written. */
export class ValueReader {
  private depth = 0;

  constructor(private readonly settings: ReaderSettings) {}

  /** @throws Error where the JSON is nothing that was ever written */
  read(node: unknown, slot?: ClassSlot): unknown {
    if (typeof node !== 'object' || node === null) return node;
    if (++this.depth > MAX_JSON_DEPTH) throw damaged('too deep');
    const value = Array.isArray(node) ? this.readArray(node, slot) : this.readObject(node, slot);
    this.depth--;
    return value;
  }

  private readArray(node: unknown[], slot: ClassSlot | undefined): unknown[] {
    for (let index = 0; index < node.length; index++) {
      const member = node[index];
      if (typeof member === 'object') node[index] = this.read(member, slot);
    }
    return node;
  }

  private readObject(node: object, slot: ClassSlot | undefined): unknown {
    const keys = Object.keys(node);
    const name = keys[0];
    if (!this.settings.tagged || keys.length !== 1 || !name!.startsWith('$')) return this.readData(node, slot);
    const body = (node as Record<string, unknown>)[name!];
    const original = unescapeName(name!);
    return original === undefined ? this.readTag(name!, body, slot) : this.readData({ [original]: body }, slot);
  }

  private readData(node: object, slot: ClassSlot | undefined, name = ''): object {
    const type = slot?.classNamed(name);
    if (slot !== undefined && type === undefined) throw damaged(`an unknown class ${JSON.stringify(name)}`);
    const holder = node as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      const member = holder[key];
      // JSON.parse made "__proto__" an own property, so assigning to it changes no prototype.
      if (typeof member === 'object') holder[key] = this.read(member, type && slot?.property(type, key, node));
    }
    return type === undefined ? node : asInstance(node, type);
  }

  private readTag(name: string, body: unknown, slot: ClassSlot | undefined): unknown {
    if (this.settings.isFrozen && isUnfreezable(name)) throw damaged(`a ${name}, which cannot be frozen`);
    switch (name) {
      case TAGS.undefined:
        return body === true ? undefined : fail(name);
      case TAGS.number:
        return NUMBERS.get(body) ?? fail(name);
      case TAGS.bigint:
        return typeof body === 'string' && /^-?\d+$/.test(body) ? BigInt(body) : fail(name);
      case TAGS.date:
        return readDate(body);
      case TAGS.map:
        return this.readMap(body, slot);
      case TAGS.set:
        return this.readSet(body, slot);
      case TAGS.bytes:
        return new Uint8Array(readBytes(body));
      case TAGS.buffer:
        return readBytes(body);
      case TAGS.codec:
        return this.readCodec(body);
      case TAGS.class:
        return this.readClass(body, slot);
      default:
        return fail(name);
    }
  }

  private readMap(body: unknown, slot: ClassSlot | undefined): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    for (const entry of arrayOf(body)) {
      const [key, member] = pairOf(entry);
      map.set(this.read(key), this.read(member, slot));
    }
    if (map.size !== (body as unknown[]).length) throw damaged('a Map with a key twice');
    return map;
  }

  private readSet(body: unknown, slot: ClassSlot | undefined): Set<unknown> {
    const set = new Set(arrayOf(body).map((member) => this.read(member, slot)));
    if (set.size !== (body as unknown[]).length) throw damaged('a Set with a member twice');
    return set;
  }

  private readCodec(body: unknown): unknown {
    const [name, encoded] = pairOf(body);
    const codec = typeof name === 'string' ? this.settings.codecs.get(name) : undefined;
    if (codec === undefined) throw damaged(`no codec ${JSON.stringify(name)}`);
    return codec.decode(this.read(encoded));
  }

  private readClass(body: unknown, slot: ClassSlot | undefined): unknown {
    const [name, data] = pairOf(body);
    if (typeof name !== 'string' || typeof data !== 'object' || data === null || Array.isArray(data)) fail(TAGS.class);
    const keys = Object.keys(data);
    const original = keys.length === 1 ? unescapeName(keys[0]!) : undefined;
    const node = original === undefined ? data : { [original]: (data as Record<string, unknown>)[keys[0]!] };
    return this.readData(node, slot, slot && name);
  }
}

/** Without its constructor, which wants arguments or sets defaults; the properties were all stored. */
function asInstance(data: object, type: Type): object {
  return Object.setPrototypeOf(data, type.prototype as object) as object;
}

function readDate(body: unknown): Date {
  if (body === null) return new Date(NaN);
  const date = new Date(typeof body === 'string' ? body : NaN);
  return !Number.isNaN(date.getTime()) && date.toISOString() === body ? date : fail(TAGS.date);
}

function readBytes(body: unknown): Buffer {
  const bytes = Buffer.from(typeof body === 'string' ? body : fail(TAGS.bytes), 'base64');
  return bytes.toString('base64') === body ? bytes : fail(TAGS.bytes);
}

function pairOf(value: unknown): unknown[] {
  return Array.isArray(value) && value.length === 2 ? (value as unknown[]) : fail('pair');
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : fail('array');
}

function fail(tag: string): never {
  throw damaged(`no value of ${JSON.stringify(tag)}`);
}

function damaged(reason: string): Error {
  return new Error(`The entry is damaged: ${reason}.`);
}
