import { CacheError } from '../core/errors.js';
import type { EntryForm, EntrySerializer } from '../core/entry.js';
import { checkOptionNames, invalidOption, wholeNumber } from '../core/options.js';
import { describeRefused, Trail, type Type } from './contract.js';
import { outwardForm, requireLoaded, type TransformOptions } from './dto.js';
import { deepFrozen } from './frozen.js';
import { refuseForeign, rootSlot } from './instances.js';
import type { ValueCodec } from './value-codecs.js';
import { ValueReader } from './value-reader.js';
import { TooLarge, ValueWriter } from './value-writer.js';
import { WireWriter } from './wire.js';

/** A value as it is stored. */
export interface EncodedValue {
  readonly payload: string;
  readonly serializer: EntrySerializer;
  readonly form: EntryForm;
}

export interface SerializerOptions {
  /**
   * `'lossless'` (the default) keeps every type that the README lists. `'json'` accepts strings, finite numbers,
   * booleans, null, arrays and plain objects only; undefined, also as a property, NaN and -0 are refused.
   */
  readonly serializer?: 'lossless' | 'json' | undefined;
  /** How further types are stored. None by default. */
  readonly codecs?: readonly ValueCodec[] | undefined;
  /** The largest value that is stored, in bytes of UTF-8. 1 MiB (1048576) by default. */
  readonly maxValueBytes?: number | undefined;
}

/** How one value is to be stored. */
export interface ValueShape {
  /** `'value'` (the default) keeps a value as it is; `'wire'` brings it to the form that a client is sent. */
  readonly form?: EntryForm | undefined;
  /**
   * The class of the value, or of its elements. In the form `'value'` it is stored in full and read back as instances;
   * in the form `'wire'` its outward form is stored. class-transformer must have been loaded before.
   */
  readonly type?: Type | undefined;
  /** Who returned the value (`PostsController.findOne`), for messages. */
  readonly where?: string | undefined;
  /** Options for the outward form: groups, strategy, version… */
  readonly transform?: TransformOptions | undefined;
  /** Whether the value is read back frozen, and what cannot be frozen is refused. Default: everybody owns what is read. */
  readonly isFrozen?: boolean | undefined;
}

export const DEFAULT_MAX_VALUE_BYTES = 1_048_576;

/** Turns values into payloads and back, and refuses what would come back as something else. */
export class Serializer {
  private readonly codecs: ReadonlyMap<string, ValueCodec>;
  private readonly jsonOnly: boolean;
  /** The largest payload that is made, in bytes of UTF-8. */
  readonly maxBytes: number;

  /** @throws CacheError `OPTION_UNKNOWN` or `OPTION_INVALID` */
  constructor(options: SerializerOptions = {}, where = 'CacheModule') {
    checkOptionNames(options, ['serializer', 'codecs', 'maxValueBytes'], where);
    const { serializer = 'lossless', codecs = [], maxValueBytes } = options;
    if (serializer !== 'lossless' && serializer !== 'json') {
      throw invalidOption('serializer', where, serializer, "'lossless' or 'json'");
    }
    this.jsonOnly = serializer === 'json';
    this.codecs = codecsByName(codecs, where);
    if (this.jsonOnly && this.codecs.size > 0) {
      throw invalidOption('codecs', where, codecs, "left out with serializer: 'json', which stores JSON types only");
    }
    const limit = { option: 'maxValueBytes', where, least: 1, otherwise: DEFAULT_MAX_VALUE_BYTES };
    this.maxBytes = wholeNumber(maxValueBytes, limit);
  }

  /**
   * The payload for a value, which is not changed.
   *
   * @throws CacheError `VALUE_NOT_SERIALIZABLE` with the path of what cannot be stored; `PACKAGE_MISSING` where `type`
   * is given and class-transformer was not loaded
   */
  encode(value: unknown, shape: ValueShape = {}): EncodedValue {
    const form = shape.form ?? 'value';
    if (shape.type !== undefined)
      requireLoaded(`${shape.where ?? 'The option'}, because of { type: ${shape.type.name} },`);
    const trail = new Trail(shape.where);
    try {
      if (shape.type !== undefined) refuseForeign(value, shape.type, trail);
      const encoded = form === 'wire' ? this.encodeWire(value, shape, trail) : this.encodeValue(value, shape, trail);
      if (Buffer.byteLength(encoded.payload) > this.maxBytes) throw new TooLarge();
      return { ...encoded, form };
    } catch (error) {
      if (CacheError.is(error)) throw error;
      if (error instanceof TooLarge) return this.refuseSize(shape.where);
      return trail.refuse('a value that throws when it is read', 'Return plain data.', error);
    }
  }

  /**
   * The value of a payload, which shares nothing with any other value, frozen where that is wanted.
   *
   * @param shape what the value is wanted in. What was stored in the form `'value'` is brought to the form `'wire'` if
   * that is wanted, outward form of its `type` included; the other way round nothing is done.
   * @throws Error where the payload is damaged or was not written by this configuration, and where it cannot be frozen
   * but has to be; the entry is then a miss
   */
  decode(encoded: EncodedValue, shape: ValueShape = {}): unknown {
    const { payload, serializer, form } = this.inForm(encoded, shape);
    const slot = shape.type && form === 'value' ? rootSlot(shape.type) : undefined;
    const parsed: unknown = JSON.parse(payload);
    const tagged = serializer === 'tagged';
    const { isFrozen = false } = shape;
    const value =
      tagged || slot ? new ValueReader({ codecs: this.codecs, tagged, isFrozen }).read(parsed, slot) : parsed;
    return isFrozen ? deepFrozen(value) : value;
  }

  /** Whether what is decoded can be copied by `copyOfData`: it has no instances, and nothing that only a codec knows. */
  isCopyable({ serializer, payload }: EncodedValue, { type }: ValueShape): boolean {
    if (type !== undefined || !(payload.startsWith('{') || payload.startsWith('['))) return false;
    return serializer === 'json' || this.codecs.size === 0;
  }

  /** The same in the form that is wanted, as far as `decode` can bring it there. */
  inForm(encoded: EncodedValue, shape: ValueShape): EncodedValue {
    if (shape.form !== 'wire' || encoded.form === 'wire') return encoded;
    const isPlain = encoded.serializer === 'json' && shape.type === undefined;
    return isPlain ? { ...encoded, form: 'wire' } : this.encode(this.decode(encoded, { type: shape.type }), shape);
  }

  private encodeValue(
    value: unknown,
    { type, isFrozen = false }: ValueShape,
    trail: Trail,
  ): Omit<EncodedValue, 'form'> {
    const settings = {
      codecs: [...this.codecs.values()],
      typed: type !== undefined,
      jsonOnly: this.jsonOnly,
      isFrozen,
      maxBytes: this.maxBytes,
    };
    const slot = type && rootSlot(type);
    const writer = new ValueWriter(trail, { ...settings, escaping: false });
    const written = writer.write(value, slot);
    if (!writer.tagged) return { payload: JSON.stringify(written), serializer: 'json' };
    if (!writer.ambiguous) return { payload: JSON.stringify(written), serializer: 'tagged' };
    const escaped = new ValueWriter(trail, { ...settings, escaping: true }).write(value, slot);
    return { payload: JSON.stringify(escaped), serializer: 'tagged' };
  }

  private encodeWire(value: unknown, shape: ValueShape, trail: Trail): Omit<EncodedValue, 'form'> {
    // A scalar is no JSON on the wire: platforms send undefined and null as nothing, and NaN as its text.
    if (value === undefined || typeof value === 'number') return this.encodeValue(value, {}, trail);
    let spent = 0;
    const spend = (bytes: number): void => {
      spent += bytes;
      if (spent > this.maxBytes) throw new TooLarge();
    };
    const written = new WireWriter(trail, spend).write(outward(value, shape, trail));
    if (typeof written === 'string' && typeof value !== 'string') {
      // Sent as JSON without the cache, it would be sent as text with it.
      return trail.refuse(
        `${describeRefused(value)} that becomes a text`,
        'Return the text, or an object that holds it.',
      );
    }
    // A toJSON that returns nothing.
    if (written === undefined) return this.encodeValue(undefined, {}, trail);
    return { payload: JSON.stringify(written), serializer: 'json' };
  }

  private refuseSize(where: string | undefined): never {
    return new Trail(where).refuse(
      `longer than ${this.maxBytes} bytes as JSON`,
      'Cache less of it, or raise maxValueBytes.',
    );
  }
}

function outward(value: unknown, { type, transform }: ValueShape, trail: Trail): unknown {
  if (type === undefined) return value;
  if (!Array.isArray(value)) return outwardItem(value, type, transform);
  trail.enter(value);
  const items = value.map((item: unknown, index) => {
    trail.at(index);
    return outwardItem(item, type, transform);
  });
  trail.leave();
  return items;
}

function outwardItem(item: unknown, type: Type, transform: TransformOptions | undefined): unknown {
  return typeof item === 'object' && item !== null ? outwardForm(item, type, transform) : item;
}

function codecsByName(codecs: readonly ValueCodec[], where: string): ReadonlyMap<string, ValueCodec> {
  const expected = 'an array of { name, is, encode, decode }, each with a name of its own';
  if (!Array.isArray(codecs)) throw invalidOption('codecs', where, codecs, expected);
  const byName = new Map<string, ValueCodec>();
  for (const codec of codecs as readonly (Partial<ValueCodec> | null | undefined)[]) {
    const isComplete = [codec?.is, codec?.encode, codec?.decode].every((method) => typeof method === 'function');
    if (typeof codec?.name !== 'string' || codec.name === '' || !isComplete || byName.has(codec.name)) {
      throw invalidOption('codecs', where, codec?.name ?? codec, expected);
    }
    byName.set(codec.name, codec as ValueCodec);
  }
  return byName;
}
