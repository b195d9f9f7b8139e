import { isObservable, lastValueFrom } from 'rxjs';
import { describeValue } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { Engine } from '../engine/engine.js';
import { invalidationOf } from '../engine/invalidator.js';
import { tagGroup, withPartition } from '../keys/groups.js';
import type { CallPlan, MethodCall } from './call-plan.js';
import { partitionOf, planCall, scopeOf } from './call-plan.js';
import type { CachedRunner, RunnerContext } from './cached-runner.js';
import { isThenable } from './cached-runner.js';
import type { CallScope } from './context-sources.js';
import type { CachedOperation, InvalidateOperation, MethodOperations } from './operation.js';

/** Runs methods with `@InvalidateCache`, `@CachePut`, or both. */
export class WriteRunner {
  constructor(
    private readonly context: RunnerContext,
    private readonly cached: CachedRunner,
  ) {}

  /** The order is always: begin the put, run the method, invalidate, store. */
  run(operations: MethodOperations, call: MethodCall): unknown {
    if (operations.put) return this.#put(operations.put, operations, call);
    const returned = call.proceed();
    if (isThenable(returned) || operations.isHandler) return this.#settle(operations, returned, call);
    void this.#invalidateAfter(operations, returned, call);
    const { where } = operations;
    this.context.mistakes.report(new CacheError('METHOD_NOT_ASYNC', { where, found: describeValue(returned) }), where);
    return returned;
  }

  async #settle(operations: MethodOperations, returned: unknown, call: MethodCall): Promise<unknown> {
    let result: unknown;
    try {
      result = await (isObservable(returned) ? lastValueFrom(returned) : returned);
    } catch (error) {
      await this.#invalidateAfterFailure(operations, call);
      throw error;
    }
    await this.#invalidateAfter(operations, result, call);
    return result;
  }

  async #put(put: CachedOperation, operations: MethodOperations, call: MethodCall): Promise<unknown> {
    const plan = this.#planPut(put, call);
    if (!plan) return this.#settle(operations, call.proceed(), call);
    const loadRequest = this.cached.loadRequest(put, plan, call);
    const load = async (): Promise<unknown> => {
      try {
        return await loadRequest.load();
      } catch (error) {
        await this.#invalidateAfterFailure(operations, call);
        throw error;
      }
    };
    const outcome = await this.context.engineOf(put.store).put({ ...loadRequest, load }, async (result) => {
      await this.#invalidateAfter(operations, result, call);
    });
    if (outcome.undelivered) this.#logUndelivered(put.where, outcome.undelivered);
    if (outcome.refusal) this.context.mistakes.report(outcome.refusal, put.where);
    return outcome.value;
  }

  /** Where a put stores; undefined for a mistake, which leaves an invalidation that is wide enough. */
  #planPut(put: CachedOperation, call: MethodCall): CallPlan | undefined {
    const { settings, mistakes } = this.context;
    try {
      if (put.when && !put.when.apply(call.self, [...call.args])) return undefined;
      return planCall(put, call, settings.partition);
    } catch (error) {
      mistakes.report(error, put.where);
      return undefined;
    }
  }

  async #invalidateAfterFailure(operations: MethodOperations, call: MethodCall): Promise<void> {
    const always = operations.invalidations.filter((each) => each.always);
    await this.#invalidateAfter({ ...operations, invalidations: always, put: undefined }, undefined, call);
  }

  async #invalidateAfter({ invalidations }: MethodOperations, result: unknown, call: MethodCall): Promise<void> {
    await Promise.all(
      invalidations.map(async (operation) => {
        if (this.#isSpared(operation, result, call)) return;
        const scope = scopeOf(operation.where, call, result);
        await this.#invalidate(operation, scope);
      }),
    );
  }

  #isSpared({ unless, where }: InvalidateOperation, result: unknown, { self, args }: MethodCall): boolean {
    try {
      return unless?.apply(self, [result, ...args]) === true;
    } catch (error) {
      this.context.mistakes.logOnce(
        `${where} unless`,
        `${where}: "unless" failed, so it invalidates: ${String(error)}`,
      );
      return false;
    }
  }

  async #invalidate(operation: InvalidateOperation, scope: CallScope): Promise<void> {
    const { where, store } = operation;
    const engines = store === undefined ? this.context.engines() : [this.context.engineOf(store)];
    const invalidation = invalidationOf(this.#targets(operation, scope));
    if (operation.debug) this.context.log(`${where} | invalidates ${describe(invalidation)}`);
    const undelivered = await Promise.all(engines.map((engine) => this.#deliver(engine, invalidation)));
    for (const error of undelivered) if (error !== undefined) this.#logUndelivered(where, error);
  }

  /** What cannot be named exactly is named widely: a write never fails, and never leaves too much alive. */
  #targets({ where, patternsOf, tagsOf }: InvalidateOperation, scope: CallScope) {
    const { settings, mistakes } = this.context;
    const widen = (what: string, reason: string): void =>
      mistakes.logOnce(
        `${where} ${what}`,
        `${where} invalidates more than it names, because ${what} has no value: ${reason}`,
      );
    try {
      const partition = partitionOf(scope, settings.partition);
      const patterns = patternsOf(scope).map(({ pattern, widened }) => {
        if (widened) widen(`<<${widened.placeholder}>>`, widened.reason);
        return withPartition(partition, pattern);
      });
      return { patterns, tagGroups: tagsOf(scope).map((tag) => tagGroup(tag, partition)) };
    } catch (error) {
      widen('a key, a tag or the partition', error instanceof Error ? error.message : String(error));
      return { patterns: [''], tagGroups: [] };
    }
  }

  async #deliver(engine: Engine, invalidation: ReturnType<typeof invalidationOf>): Promise<unknown> {
    try {
      await engine.invalidate(invalidation);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #logUndelivered(where: string, error: unknown): void {
    this.context.log(`${where} could not invalidate: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function describe({ groups, globs }: ReturnType<typeof invalidationOf>): string {
  return [...groups, ...globs.map(({ literal }) => `${literal}:…`)].join(', ');
}
