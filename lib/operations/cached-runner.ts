import { isObservable, lastValueFrom } from 'rxjs';
import { describeValue, isThenable } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { Engine } from '../engine/engine.js';
import { noteContextual } from '../engine/frames.js';
import { entryVersion } from '../engine/freshness.js';
import type { Decision, LoadRequest, Outcome } from '../engine/request.js';
import { ANONYMOUS, encodeSegment } from '../keys/escape.js';
import type { CallPlan, MethodCall } from './call-plan.js';
import { decide, noteUncached, planCall } from './call-plan.js';
import { IDENTITY_SOURCE, identityOf } from './context-sources.js';
import type { MethodInput } from './method-inputs.js';
import type { Mistakes } from './mistakes.js';
import type { CachedOperation } from './operation.js';
import type { HandledRequest, LookupStatus } from './request-context.js';
import type { OperationSettings } from './settings.js';

/** What runners need besides an operation. */
export interface RunnerContext {
  readonly settings: OperationSettings;
  readonly mistakes: Mistakes;
  readonly log: (message: string) => void;
  readonly logError: (message: string) => void;
  engineOf(store: string): Engine;
  engines(): readonly Engine[];
}

/** Runs methods with `@Cacheable`. */
export class CachedRunner {
  constructor(private readonly context: RunnerContext) {}

  async run(operation: CachedOperation, call: MethodCall): Promise<unknown> {
    const plan = this.plan(operation, call);
    if (!plan) {
      noteLookup(call, 'BYPASS');
      return call.proceed();
    }
    const outcome = await this.#getOrSet(operation, this.loadRequest(operation, plan, call));
    noteLookup(call, outcome.status === 'hit' ? 'HIT' : 'MISS');
    if (outcome.refusal) this.context.mistakes.report(outcome.refusal, operation.where);
    return outcome.value;
  }

  /** Where the entry of this call is, or undefined when the cache is to be left alone. */
  plan(operation: CachedOperation, call: MethodCall): CallPlan | undefined {
    const { settings, mistakes } = this.context;
    const { when, where, key, isHandler } = operation;
    try {
      if (when && !when.apply(call.self, [...call.args])) {
        noteUncached(operation, call, settings.partition);
        return undefined;
      }
      const plan = planCall(operation, call, settings.partition);
      this.#logCall(operation, call, plan);
      const isPersonal = isHandler && !key.namesIdentity && !key.isShared(plan.path) && isSignedIn(call);
      if (!isPersonal) return plan;
      noteContextual(new Map([[IDENTITY_SOURCE, describeUser(call.request?.context.user, where)]]));
      const advice = `begin it with a shared scope (${[...settings.sharedScopes].join(', ')}) or name <<user_id>>`;
      mistakes.logOnce(
        `${where} personal`,
        `${where} is not cached for signed-in users: its key "${key.text}" does not say whose data it holds; ${advice}.`,
      );
    } catch (error) {
      mistakes.report(error, where);
    }
    return undefined;
  }

  /** What the engine is asked to do for a call. */
  loadRequest(operation: CachedOperation, plan: CallPlan, call: MethodCall): LoadRequest {
    const { isHandler, where, type, transform, version, ttl, tags, debug } = operation;
    let refusalOf: ReturnType<HandledRequest['watchResponse']> | undefined;
    return {
      address: plan.address,
      contextual: plan.contextual,
      shape: { form: isHandler ? 'wire' : 'value', type, where, transform },
      version: entryVersion(version, type),
      debug,
      hasLateTags: tags.after.length > 0,
      lifetime: ttl,
      load: () => {
        if (isHandler) refusalOf = call.request?.watchResponse();
        return this.settle(operation, call.proceed());
      },
      decide: (value) => {
        const refusal = refusalOf?.(operation.key.isShared(plan.path));
        if (refusal !== undefined) return { kind: 'refuse' };
        return this.#decide(operation, call, { value, partition: plan.partition });
      },
    };
  }

  /** What a method returned, once it is there. */
  settle({ isHandler, where }: CachedOperation, returned: unknown): unknown {
    if (isHandler && isObservable(returned)) return lastValueFrom(returned);
    if (!isHandler && !isThenable(returned)) {
      this.context.mistakes.report(
        new CacheError('METHOD_NOT_ASYNC', { where, found: describeValue(returned) }),
        where,
      );
    }
    return returned;
  }

  async #getOrSet({ store, where }: CachedOperation, request: LoadRequest): Promise<Outcome> {
    try {
      return await this.context.engineOf(store).getOrSet(request);
    } catch (error) {
      const isOwn = CacheError.is(error, 'LOADER_RECURSION') && error.details.key === request.address.path;
      if (!isOwn) throw error;
      this.context.mistakes.report(error, where);
      return { status: 'miss', value: await request.load() };
    }
  }

  #decide(
    operation: CachedOperation,
    call: MethodCall,
    result: { value: unknown; partition: string | undefined },
  ): Decision {
    try {
      return decide(operation, call, result);
    } catch (error) {
      this.context.mistakes.report(error, operation.where);
      return { kind: 'skip' };
    }
  }

  #logCall(operation: CachedOperation, { args, request }: MethodCall, { address }: CallPlan): void {
    if (!operation.debug) return;
    const key = this.context.engineOf(operation.store).context.keyPrefix + address.path;
    const user = request && ` user=${describeUser(request.context.user, operation.where)}`;
    this.context.log(
      `${operation.where} | args=${describeArguments(operation.inputs, args)}${user ?? ''} | key=${key}`,
    );
  }
}

/** The first lookup of the routed call is the response's; what it calls does not count. */
function noteLookup({ request, isRouted }: MethodCall, status: LookupStatus): void {
  if (request && isRouted) request.lookup ??= status;
}

function isSignedIn({ request }: MethodCall): boolean {
  const user = request?.context.user;
  return user !== undefined && user !== null;
}

/** The log must not fail where the key does not ask who is signed in. */
function describeUser(user: unknown, where: string): string {
  try {
    return encodeSegment(identityOf(user, where) ?? ANONYMOUS);
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
