import { types } from 'node:util';
import { describeRefused, flowRemedy, FLOWS, remedyFor, type Trail } from './contract.js';
import { isDecorated } from './dto.js';
import { hasInternalState, isPlainPrototype, parentOf } from './kinds.js';
import { setData } from './properties.js';

/**
 * Brings a value to the form that `JSON.stringify` gives it on its way to a client: `toJSON` is applied, undefined
 * properties are dropped, numbers that JSON lacks become null, and instances are reduced to their own enumerable data.
 * What JSON would drop or empty without a word (functions, symbols, Maps, Sets, streams…) is refused.
 *
 * The result is always a copy: accessors and proxies are read once.
 */
export class WireWriter {
  constructor(
    private readonly trail: Trail,
    private readonly spend: (bytes: number) => void,
  ) {}

  /** @param key the name under which `value` stands, which `toJSON` is given */
  write(value: unknown, key = ''): unknown {
    if (typeof value === 'object' && value !== null) return this.writeConverted(this.convert(value, key));
    if (typeof value === 'bigint') return this.writeConverted(this.convert(value, key));
    return this.writeConverted(value);
  }

  /** Writes what has no `toJSON`, or came out of it: JSON asks once. */
  private writeConverted(value: unknown): unknown {
    switch (typeof value) {
      case 'undefined':
        return undefined;
      case 'string':
        this.spend(value.length + 2);
        return value;
      case 'boolean':
        this.spend(4);
        return value;
      case 'number':
        this.spend(1);
        return Number.isFinite(value) ? value : null;
      case 'bigint':
        return this.trail.refuse('a bigint, for which JSON has no type', 'Return it as a string.');
      case 'object':
        this.spend(2);
        return value === null ? null : this.writeObject(value);
      default:
        return this.trail.refuse(describeRefused(value), 'Return data only.');
    }
  }

  private writeObject(value: object): unknown {
    if (Array.isArray(value)) return this.writeArray(value);
    if (!types.isProxy(value)) this.refuseUnfit(value);
    this.trail.enter(value);
    const copy = {};
    for (const key of Object.keys(value)) {
      this.trail.at(key);
      const written = this.write((value as Record<string, unknown>)[key], key);
      if (written === undefined) continue;
      this.spend(key.length + 3);
      setData(copy, key, written);
    }
    this.trail.leave();
    return copy;
  }

  private writeArray(value: readonly unknown[]): unknown[] {
    this.trail.enter(value);
    const copy: unknown[] = [];
    for (let index = 0; index < value.length; index++) {
      this.trail.at(index);
      const written = this.write(value[index], String(index));
      // A hole may be one of four billion; each is "null" in the JSON.
      if (written === undefined) this.spend(4);
      copy.push(written ?? null);
    }
    this.trail.leave();
    return copy;
  }

  /** Applies `toJSON`, except where it would make binary data or a flow look like data. */
  private convert(value: object | bigint, key: string): unknown {
    if (typeof value === 'object') {
      this.refuseFlow(value);
      this.refuseDecorated(value);
    }
    const { toJSON } = value as { toJSON?: unknown };
    return typeof toJSON === 'function' ? (toJSON.call(value, key) as unknown) : value;
  }

  private refuseFlow(value: object): void {
    if (types.isArrayBufferView(value) || types.isAnyArrayBuffer(value)) {
      this.trail.refuse(
        `${describeRefused(value)}, and binary results are not cached`,
        'Return it as a base64 string.',
      );
    }
    if (isData(value) || types.isMap(value) || types.isSet(value)) return;
    const flow = [...FLOWS, Symbol.asyncIterator, Symbol.iterator].find(
      (method) => typeof (value as Record<string | symbol, unknown>)[method] === 'function',
    );
    if (flow === undefined || (flow === Symbol.iterator && hasToJson(value))) return;
    this.trail.refuse(`${describeRefused(value)}, which is no data`, flowRemedy(value, flow));
  }

  private refuseDecorated(value: object): void {
    if (isData(value)) return;
    const prototype = parentOf(value);
    const constructor: unknown = prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const decorated = isDecorated(constructor);
    if (decorated === false) return;
    const found = describeRefused(value);
    const reason = decorated ? 'which class-transformer decorates' : 'and whether it is decorated is not known yet';
    this.trail.refuse(`${found}, ${reason}`, `${remedyFor(value)} What it excludes would be sent on a hit.`);
  }

  private refuseUnfit(value: object): void {
    const isEmptied = hasInternalState(value) && !Array.isArray(value);
    if (isEmptied) this.trail.refuse(`${describeRefused(value)}, which JSON empties`, wireRemedy(value));
  }
}

/** Whether `value` is an array or plain, and so neither a flow nor decorated. A Proxy is read like what it stands for. */
function isData(value: object): boolean {
  return Array.isArray(value) || isPlainPrototype(parentOf(value));
}

function hasToJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

function wireRemedy(value: object): string {
  if (types.isMap(value)) return 'Return Object.fromEntries(map), or an array.';
  return types.isSet(value) ? 'Return an array: [...set].' : 'Return plain data.';
}
