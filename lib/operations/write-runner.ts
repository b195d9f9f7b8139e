import { isObservable, lastValueFrom } from 'rxjs';
import { describeValue, isThenable, messageOf } from '../core/describe.js';
import { CacheError } from '../core/errors.js';
import type { Engine } from '../engine/engine.js';
import { noteContextual } from '../engine/frames.js';
import { invalidationOf } from '../engine/invalidator.js';
import { tagGroup, withPartition } from '../keys/groups.js';
import type { Invalidation } from '../stores/store.js';
import type { MethodCall } from './call-plan.js';
import { partitionOf, scopeOf } from './call-plan.js';
import type { CachedRunner, RunnerContext } from './cached-runner.js';
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
    const { put, isHandler, where } = operations;
    if (put) return this.#put(put, operations, call);
    let returned: unknown;
    try {
      returned = call.proceed();
    } catch (error) {
      if (operations.invalidations.some(({ always }) => always)) return this.#fail(operations, call, error);
      throw error;
    }
    if (isThenable(returned) || isHandler) return this.#settle(operations, returned, call);
    void this.#invalidateAfter(operations, returned, call);
    this.context.mistakes.report(new CacheError('METHOD_NOT_ASYNC', { where, found: describeValue(returned) }), where);
    return returned;
  }

  async #settle(operations: MethodOperations, returned: unknown, call: MethodCall): Promise<unknown> {
    let result: unknown;
    try {
      result = await (isObservable(returned) ? lastValueFrom(returned) : returned);
    } catch (error) {
      return this.#fail(operations, call, error);
    }
    await this.#invalidateAfter(operations, result, call);
    return result;
  }

  async #put(put: CachedOperation, operations: MethodOperations, call: MethodCall): Promise<unknown> {
    const plan = this.#namesEveryInput(put) ? this.cached.plan(put, call) : undefined;
    const loadRequest = plan && this.cached.loadRequest(put, plan, call);
    const load = async (): Promise<unknown> => {
      try {
        return await (loadRequest ? loadRequest.load() : this.cached.settle(put, call.proceed()));
      } catch (error) {
        return this.#fail(operations, call, error);
      }
    };
    if (!loadRequest) return this.#settle(withInvalidationOf(put, operations), await load(), call);
    const outcome = await this.context.engineOf(put.store).put({ ...loadRequest, load }, async (result) => {
      await this.#invalidateAfter(operations, result, call);
    });
    if (outcome.undelivered) this.#logUndelivered(put.where, outcome.undelivered);
    if (outcome.refusal) this.context.mistakes.report(outcome.refusal, put.where);
    return outcome.value;
  }

  /** With inputs of its own behind the template, what a put stores would be an entry that no reader looks for. */
  #namesEveryInput({ where, key: { text, unnamed } }: CachedOperation): boolean {
    if (unnamed.length === 0) return true;
    const names = unnamed.map(({ name, index }) => `"${name ?? index}"`).join(', ');
    const reason = `its template "${text}" does not name ${names}; name it, or leave it out with "ignore"`;
    this.context.mistakes.logOnce(`${where} put`, `${where} invalidates, but stores nothing: ${reason}.`);
    return false;
  }

  /** The method's own error, after what is invalidated even then. */
  async #fail({ invalidations }: MethodOperations, call: MethodCall, error: unknown): Promise<never> {
    await this.#invalidateAfter({ invalidations: invalidations.filter(({ always }) => always) }, undefined, call);
    throw error;
  }

  async #invalidateAfter(
    { invalidations }: Pick<MethodOperations, 'invalidations'>,
    result: unknown,
    call: MethodCall,
  ): Promise<void> {
    await Promise.all(
      invalidations.map(async (operation) => {
        if (this.#isSpared(operation, result, call)) return;
        await this.#invalidate(operation, scopeOf(operation.where, call, result));
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
    const invalidation = this.#targets(operation, scope);
    if (operation.debug) this.context.log(`${where} | invalidates ${describe(invalidation)}`);
    const undelivered = await Promise.all(engines.map((engine) => this.#deliver(engine, invalidation)));
    for (const error of undelivered) if (error !== undefined) this.#logUndelivered(where, error);
  }

  /** What cannot be named exactly is named widely: a write never fails, and never leaves too much alive. */
  #targets({ where, patternsOf, tagsOf }: InvalidateOperation, scope: CallScope): Invalidation {
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
      return invalidationOf({ patterns, tagGroups: tagsOf(scope).map((tag) => tagGroup(tag, partition)) });
    } catch (error) {
      widen('a key, a tag or the partition', messageOf(error));
      return invalidationOf({ patterns: [''], tagGroups: [] });
    } finally {
      noteContextual(scope.contextual);
    }
  }

  async #deliver(engine: Engine, invalidation: Invalidation): Promise<unknown> {
    try {
      await engine.invalidate(invalidation);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #logUndelivered(where: string, error: unknown): void {
    this.context.logError(`${where} could not invalidate: ${messageOf(error)}`);
  }
}

/** A put that cannot store leaves the invalidation that it is as well. */
function withInvalidationOf({ key, where, store, debug }: CachedOperation, operations: MethodOperations) {
  const own: InvalidateOperation = {
    kind: 'invalidate',
    where,
    store,
    patternsOf: (scope) => [{ pattern: key.patternOf(scope) }],
    tagsOf: () => [],
    always: false,
    unless: undefined,
    debug,
  };
  return { ...operations, invalidations: [...operations.invalidations, own] };
}

function describe({ groups, globs }: Invalidation): string {
  return [...groups, ...globs.map(({ literal }) => `${literal}:…`)].join(', ');
}
