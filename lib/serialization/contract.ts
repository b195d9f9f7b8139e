import { types } from 'node:util';
import { classNameOf, describeValue } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import { hasPrivateMembers } from '../core/private-members.js';
import { hasInternalState } from './kinds.js';

/** A class, as it is named in the option `type`. */
export type Type<T extends object = object> = abstract new (...args: never[]) => T;

/** Where in a value something stands: a property, an index, or a member of a Map or Set written as text. */
export type Step = string | number | { readonly text: string };

/** How deep values may be nested. Deeper ones are cycles in disguise, or would exhaust the stack. */
export const MAX_DEPTH = 200;

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const LONGEST_KEY = 60;

/** The way from the root of a value to where a walk stands. Knows the cycles, the depth, and how to refuse. */
export class Trail {
  private readonly holders: object[] = [];
  private readonly steps: Step[] = [];

  constructor(private readonly where: string | undefined) {}

  /** Goes into `holder`. Whoever may be held twice side by side may not be held by itself. */
  enter(holder: object): void {
    const ancestor = this.holders.indexOf(holder);
    if (ancestor >= 0) {
      this.refuse(
        `a reference back to ${pathOf(this.steps.slice(0, ancestor))}`,
        'Remove the cycle: return an identifier instead of the object.',
      );
    }
    if (this.holders.length >= MAX_DEPTH) {
      this.refuse(`nested more than ${MAX_DEPTH} levels deep`, 'Return a flatter value.');
    }
    this.holders.push(holder);
    this.steps.push(0);
  }

  /** Names the member of the present holder that is looked at next. */
  at(step: Step): void {
    this.steps[this.steps.length - 1] = step;
  }

  leave(): void {
    this.holders.pop();
    this.steps.pop();
  }

  /** @throws CacheError `VALUE_NOT_SERIALIZABLE` with the path of where the walk stands */
  refuse(found: string, remedy: string, cause?: unknown): never {
    const details = { path: pathOf(this.steps), found, remedy, ...(this.where ? { where: this.where } : {}) };
    throw new CacheError('VALUE_NOT_SERIALIZABLE', details, cause === undefined ? undefined : { cause });
  }
}

/** The member of a Map under `key`, or the key itself where it has no short text, as a step of a path. */
export function mapStep(key: unknown, index: number): Step {
  const isScalar = key === null || (typeof key !== 'object' && typeof key !== 'function' && typeof key !== 'symbol');
  if (!isScalar) return { text: `.values()[${index}]` };
  return { text: `.get(${typeof key === 'string' ? quoted(key) : scalarText(key)})` };
}

/** What a refused value is, in words that give away nothing of its content. */
export function describeRefused(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'bigint') return `a ${typeof value}`;
  if (typeof value === 'number') return Number.isFinite(value) && value !== 0 ? 'a number' : describeNumber(value);
  if (typeof value !== 'object' || value === null) return describeValue(value);
  if (types.isProxy(value)) return 'a Proxy';
  if (types.isPromise(value)) return 'a promise';
  const name = classNameOf(value);
  return Array.isArray(value) && name !== 'Array' ? `an instance of ${name}` : describeValue(value);
}

/** Methods of objects that are an action or a flow, not data: promises and queries, streams, bodies, files. */
export const FLOWS = ['then', 'pipe', 'getReader', 'arrayBuffer', 'getStream'] as const;

export function flowRemedy(value: object, flow: string | symbol): string {
  if (flow === 'then') return types.isPromise(value) ? 'Await it before returning.' : 'Run it, and return its result.';
  return 'Return its content as plain data.';
}

/** What can be done about an object that is no plain data. */
export function remedyFor(value: object): string {
  const name = types.isProxy(value) ? undefined : classNameOf(value);
  if (name === undefined) return 'Return a plain copy of it.';
  const flow = FLOWS.find((method) => hasMethod(value, method));
  if (flow !== undefined) return flowRemedy(value, flow);
  if (hasInternalState(value) || isOfPrivateClass(value))
    return 'Return plain data, or add a codec for it with { codecs: [ … ] }.';
  if (name === 'an anonymous class') return 'Return plain data, or give the class a name and set { type }.';
  return `Return plain data or set { type: ${name} }.`;
}

/** Runs no accessor, for what is refused should not be touched. */
function hasMethod(value: object, name: string): boolean {
  for (let each: object | null = value; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const found = Object.getOwnPropertyDescriptor(each, name);
    if (found) return typeof found.value === 'function';
  }
  return false;
}

function isOfPrivateClass(value: object): boolean {
  const type: unknown = (Object.getPrototypeOf(value) as object | null)?.constructor;
  return typeof type === 'function' && hasPrivateMembers(type);
}

function describeNumber(value: number): string {
  return `the number ${Object.is(value, -0) ? '-0' : value}`;
}

function pathOf(steps: readonly Step[]): string {
  return `$${steps.map(stepText).join('')}`;
}

function stepText(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step === 'object') return step.text;
  return IDENTIFIER.test(step) ? `.${step}` : `[${quoted(step)}]`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_KEY ? `${text.slice(0, LONGEST_KEY)}…` : text);
}

function scalarText(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : String(value);
}
