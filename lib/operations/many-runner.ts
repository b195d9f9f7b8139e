import { isMap } from 'node:util/types';
import { describeValue } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import { currentFrame } from '../engine/frames.js';
import { SharedLoad } from '../engine/shared-load.js';
import { encodeSegment } from '../keys/escape.js';
import type { MethodCall } from './call-plan.js';
import type { CachedRunner } from './cached-runner.js';
import { MethodLoad } from './method-load.js';
import type { CachedOperation } from './operation.js';

/** One id of a list, however often it is there, and the call as its entry sees it. */
interface Element {
  /** As it is there for the first time. */
  readonly id: unknown;
  readonly call: MethodCall;
}

/** By what makes ids the same one: their text in keys. */
type Elements = ReadonlyMap<unknown, Element>;

/** How many ids are looked up, and loaded, at once. */
const MOST_AT_ONCE = 1_000;

/** Runs methods with `@CacheableMany`: each id is a call of its own, and the loads of a list are one. */
export class ManyRunner {
  constructor(private readonly cached: CachedRunner) {}

  /** What there is of each id, by id, in the order of the list. */
  async run(operation: CachedOperation, call: MethodCall): Promise<unknown> {
    const { where } = operation;
    const [ids] = call.args;
    try {
      if (!Array.isArray(ids)) throw mismatch(where, `was handed ${describeValue(ids)} instead of a list of ids`, PASS);
      const elements = elementsOf(ids, call);
      const values = new Map<unknown, unknown>();
      const keys = [...elements.keys()];
      for (let start = 0; start < keys.length; start += MOST_AT_ONCE) {
        const some = keys.slice(start, start + MOST_AT_ONCE);
        const found = await this.#lookUp(operation, call, new Map(some.map((key) => [key, elements.get(key)!])));
        found.forEach((value, index) => values.set(some[index], value));
      }
      return new Map(ids.map((id) => [id, values.get(keyOf(id))] as const).filter(([, value]) => value !== undefined));
    } catch (error) {
      if (!CacheError.is(error, 'MANY_MISMATCH') || error.details.where !== where) throw error;
      this.cached.context.mistakes.report(error, where);
      return this.cached.settle(operation, call.proceed());
    }
  }

  #lookUp(operation: CachedOperation, call: MethodCall, elements: Elements): Promise<unknown[]> {
    const shared = new SharedLoad([...elements.keys()], async (keys) => {
      const ids = keys.map((key) => elements.get(key)!.id);
      const returned = await this.cached.settle(operation, call.proceed([ids, ...call.args.slice(1)]));
      return valuesIn(returned, new Set(keys), operation.where);
    });
    return Promise.all(Array.from(elements, ([key, { call }]) => this.#valueOf(operation, call, { key, shared })));
  }

  async #valueOf(
    operation: CachedOperation,
    call: MethodCall,
    { key, shared }: { key: unknown; shared: SharedLoad<unknown> },
  ): Promise<unknown> {
    try {
      const plan = this.cached.plan(operation, call);
      if (!plan) return await shared.get(key);
      const request = Object.assign(new MethodLoad(operation, plan, call, this.cached), {
        waits: () => shared.decided(key),
        load: () => shared.get(key, currentFrame()),
      });
      const outcome = await this.cached.getOrSet(operation, request);
      if (outcome.refusal) this.cached.context.mistakes.report(outcome.refusal, operation.where);
      return outcome.value;
    } finally {
      shared.decided(key);
    }
  }
}

const PASS = 'Pass an array, as in findMany([1, 2])';
const RETURN = 'Return a Map of what was found by id, such as new Map(users.map((user) => [user.id, user]))';

function elementsOf(ids: readonly unknown[], call: MethodCall): Elements {
  const elements = new Map<unknown, Element>();
  const others = call.args.slice(1);
  for (const id of ids) {
    const key = keyOf(id);
    if (!elements.has(key)) elements.set(key, { id, call: { ...call, args: [id, ...others], isSent: false } });
  }
  return elements;
}

/** What the method returned, by the keys of the ids. */
function valuesIn(returned: unknown, keys: ReadonlySet<unknown>, where: string): ReadonlyMap<unknown, unknown> {
  if (!isMap(returned)) throw mismatch(where, `returned ${describeValue(returned)} instead of a Map by id`, RETURN);
  const values = new Map<unknown, unknown>();
  for (const [id, value] of returned) {
    const key = keyOf(id);
    if (!keys.has(key)) {
      throw mismatch(where, `returned a value for an id that it was not asked for: ${describeValue(id)}`, RETURN);
    }
    values.set(key, value);
  }
  return values;
}

/** `42` and `'42'` are one id, as they are in keys; what no key can hold is itself. */
function keyOf(id: unknown): unknown {
  try {
    return encodeSegment(id);
  } catch {
    return id;
  }
}

function mismatch(where: string, reason: string, remedy: string): CacheError {
  return new CacheError('MANY_MISMATCH', { where, reason, remedy });
}
