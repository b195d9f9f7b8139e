import { isObservable, lastValueFrom } from 'rxjs';
import { describeValue, isThenable } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { Engine } from '../engine/engine.js';
import { noteContextual, readingForKey } from '../engine/frames.js';
import type { Decision, LoadRequest, Outcome } from '../engine/request.js';
import { ANONYMOUS, encodeSegment } from '../keys/escape.js';
import type { CallPlan, MethodCall } from './call-plan.js';
import { decide, noteUncached, planCall } from './call-plan.js';
import { IDENTITY_SOURCE, identityOf } from './context-sources.js';
import type { KeyFloods } from './key-floods.js';
import { isUncached } from './lifetime-plan.js';
import { unlessRecursive } from './loader-recursion.js';
import type { MethodInput } from './method-inputs.js';
import type { MethodSettling } from './method-load.js';
import { MethodLoad } from './method-load.js';
import type { Mistakes } from './mistakes.js';
import type { CachedOperation } from './operation.js';
import type { HandledRequest, HandlerLookup } from './request-context.js';
import type { OperationSettings } from './settings.js';
import { isStreamed, theOnlyValue } from './streamed-results.js';

/** What runners need besides an operation. */
export interface RunnerContext {
  readonly settings: OperationSettings;
  readonly mistakes: Mistakes;
  readonly floods: KeyFloods;
  readonly log: (message: string) => void;
  engineOf(store: string): Engine;
  engines(): readonly Engine[];
  /** The request behind what a transport passes to its handlers: the context of GraphQL or of a message. */
  requestOf(
    transport: string,
    bearer: unknown,
    route: Pick<HandledRequest, 'controller' | 'handler'>,
  ): HandledRequest | undefined;
}

/** What a lookup came to. */
interface Looked {
  readonly path: string;
  /** Whether the method ran whatever was cached. */
  readonly isForced: boolean;
  readonly outcome: Outcome;
}

const LOOKUPS = { hit: 'HIT', stale: 'STALE', miss: 'MISS' } as const;

/** Runs methods with `@Cacheable`. */
export class CachedRunner implements MethodSettling {
  constructor(readonly context: RunnerContext) {}

  run(operation: CachedOperation, call: MethodCall): Promise<unknown> {
    try {
      const plan = this.plan(operation, call);
      if (!plan) return this.#runUncached(operation, call);
      const request = new MethodLoad(operation, plan, call, this);
      const isForced = this.#isForced(operation, call);
      const outcome = isForced ? this.#replace(operation, request) : this.getOrSet(operation, request);
      const answer = (of: Outcome): unknown =>
        this.#answer(operation, call, { path: plan.path, isForced, outcome: of });
      return isThenable(outcome) ? outcome.then(answer) : Promise.resolve(answer(outcome));
    } catch (error) {
      return rejected(error);
    }
  }

  async #runUncached(operation: CachedOperation, call: MethodCall): Promise<unknown> {
    const value = await call.proceed();
    noteLookup(operation, call, { status: 'BYPASS', isForced: false, isShared: operation.key.isShared('') });
    return value;
  }

  #answer(operation: CachedOperation, call: MethodCall, { path, isForced, outcome }: Looked): unknown {
    const status = isForced ? 'BYPASS' : LOOKUPS[outcome.status];
    noteLookup(operation, call, { status, isForced, isShared: operation.key.isShared(path), outcome });
    if (outcome.refusal) this.context.mistakes.report(outcome.refusal, operation.where);
    return outcome.value;
  }

  /** Where the entry of this call is, or undefined when the cache is to be left alone. */
  plan(operation: CachedOperation, call: MethodCall): CallPlan | undefined {
    const { settings, mistakes } = this.context;
    const { when, where, key, isHandler } = operation;
    try {
      if (isUncached(operation) || (when && !when.apply(call.self, [...call.args]))) {
        noteUncached(operation, call, settings.partition);
        return undefined;
      }
      const plan = planCall(operation, call, settings.partition);
      if (plan.lifetime.policy?.isUncached) return undefined;
      this.#logCall(operation, call, plan);
      const isPersonal = isHandler && !key.namesIdentity && !key.isShared(plan.path) && mayBeSignedIn(operation, call);
      if (!isPersonal) return plan;
      const user = call.request ? describeUser(call.request, where) : 'whoever it may be';
      noteContextual(new Map([[IDENTITY_SOURCE, user]]));
      const advice = `begin it with a shared scope (${[...settings.sharedScopes].join(', ')}) or name <<user_id>>`;
      mistakes.logOnce(
        `${where} personal`,
        `${where} is not cached ${call.request ? 'for signed-in users' : 'where no request says who is signed in'}: its key "${key.text}" does not say whose data it holds; ${advice}.`,
      );
    } catch (error) {
      mistakes.report(error, where);
    }
    return undefined;
  }

  /** What a method returned, once it is there. */
  settle({ isHandler, calledBy, where }: CachedOperation, returned: unknown): unknown {
    if (isStreamed(returned, calledBy)) return theOnlyValue(returned, where, this.context);
    if (isHandler && isObservable(returned)) return lastValueFrom(returned);
    if (!isHandler && !isThenable(returned)) {
      this.context.mistakes.report(
        new CacheError('METHOD_NOT_ASYNC', { where, found: describeValue(returned) }),
        where,
      );
    }
    return returned;
  }

  /** Whether the client wants this handler to run whatever is cached. */
  #isForced({ where }: CachedOperation, { request, isRouted }: MethodCall): boolean {
    try {
      return isRouted && request?.exchange?.asksForFresh() === true;
    } catch (error) {
      this.context.mistakes.report(error, where);
      return false;
    }
  }

  /** Runs the method although there may be an entry, which its result replaces. */
  #replace({ store }: CachedOperation, request: LoadRequest): Promise<Outcome> {
    return this.context.engineOf(store).put(request);
  }

  /** A hit at once, where the store answers at once. In production a loader that asks for its own key is run. */
  getOrSet({ store, where }: CachedOperation, request: LoadRequest): Outcome | Promise<Outcome> {
    const { mistakes } = this.context;
    const outcome = this.context.engineOf(store).getOrSet(request);
    return isThenable(outcome) ? unlessRecursive(request, outcome, { mistakes, where }) : outcome;
  }

  decide(operation: CachedOperation, call: MethodCall, result: CallPlan & { readonly value: unknown }): Decision {
    try {
      const decision = decide(operation, call, result);
      if (decision.kind === 'store') this.context.floods.note(operation, result.address.path);
      return decision;
    } catch (error) {
      this.context.mistakes.report(error, operation.where);
      return { kind: 'skip' };
    }
  }

  #logCall(operation: CachedOperation, { args, request }: MethodCall, { address }: CallPlan): void {
    if (!operation.debug) return;
    const key = this.context.engineOf(operation.store).context.keyPrefix + address.path;
    const user = request && ` user=${describeUser(request, operation.where)}`;
    this.context.log(
      `${operation.where} | args=${describeArguments(operation.inputs, args)}${user ?? ''} | key=${key}`,
    );
  }
}

/** A cached method fails by its promise, whatever throws. */
async function rejected(error: unknown): Promise<never> {
  throw error;
}

/** Noted when the call ends: of a handler that calls itself the outermost lookup is the response's. */
function noteLookup(
  { isHandler, key: { vary } }: CachedOperation,
  { request, isRouted }: MethodCall,
  lookup: Omit<HandlerLookup, 'vary'>,
): void {
  if (!request || !isHandler) return;
  const { outcome } = lookup;
  if (isRouted && outcome?.status === 'stale') request.exchange?.beginAnswer();
  const isRun = outcome === undefined || (outcome.status === 'miss' && !outcome.isCollapsed);
  if (!isRun && outcome.stored?.headers) request.exchange?.replay(outcome.stored.headers);
  if (isRouted) request.lookup = { ...lookup, vary };
}

/** Outside of a request nobody is, on HTTP: only code calls a handler there. Other transports serve without one too. */
function mayBeSignedIn({ calledBy }: CachedOperation, { request }: MethodCall): boolean {
  if (!request) return calledBy !== 'http';
  const user = readingForKey(() => request.context.user);
  return user !== undefined && user !== null;
}

/** The log must not fail where the key does not ask who is signed in. */
function describeUser({ context }: HandledRequest, where: string): string {
  try {
    return encodeSegment(
      identityOf(
        readingForKey(() => context.user),
        where,
      ) ?? ANONYMOUS,
    );
  } catch {
    return 'somebody without an identity';
  }
}

/** Scalars as they are, for they may be in the key; of everything else only what it is. */
function describeArguments(inputs: readonly MethodInput[], args: readonly unknown[]): string {
  const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
  const described = args.map((value, index) => [
    inputs[index]?.name ?? String(index),
    isScalar(value) ? value : describeValue(value),
  ]);
  return JSON.stringify(Object.fromEntries(described));
}
