import { describeValue, isThenable, messageOf } from '../core/describe.js';
import { formatDuration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import type { Engine } from '../engine/engine.js';
import { noteContextual } from '../engine/frames.js';
import type { Targets } from '../engine/invalidator.js';
import { invalidationOf } from '../engine/invalidator.js';
import { tagGroup, withPartition } from '../keys/groups.js';
import type { Invalidation } from '../stores/store.js';
import type { MethodCall, MethodScope } from './call-plan.js';
import { partitionOf, scopeOf } from './call-plan.js';
import type { CachedRunner, RunnerContext } from './cached-runner.js';
import { MethodLoad } from './method-load.js';
import type { CachedOperation, InvalidateOperation, MethodOperations } from './operation.js';
import { noteInvalidated } from './request-context.js';
import type { SettledResult } from './streamed-results.js';
import { settledResult } from './streamed-results.js';

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
    this.#invalidateAfter(operations, returned, call).catch(() => undefined);
    this.context.mistakes.report(new CacheError('METHOD_NOT_ASYNC', { where, found: describeValue(returned) }), where);
    return returned;
  }

  async #settle(operations: MethodOperations, returned: unknown, call: MethodCall): Promise<unknown> {
    let settled: SettledResult;
    try {
      settled = await settledResult(returned, operations.facts.kind);
    } catch (error) {
      return this.#fail(operations, call, error);
    }
    await this.#invalidateAfter(operations, settled.result, call);
    return settled.answer;
  }

  async #put(put: CachedOperation, operations: MethodOperations, call: MethodCall): Promise<unknown> {
    const plan = this.#namesEveryInput(put) ? this.cached.plan(put, call) : undefined;
    const request = plan && new MethodLoad(put, plan, call, this.cached);
    const run = request?.load.bind(request);
    const load = async (): Promise<unknown> => {
      try {
        return await (run ? run() : this.cached.settle(put, call.proceed()));
      } catch (error) {
        return this.#fail(operations, call, error);
      }
    };
    if (!request) return this.#settle(withInvalidationOf(put, operations), await load(), call);
    const outcome = await this.context.engineOf(put.store).put(Object.assign(request, { load }), async (result) => {
      await this.#invalidateAfter(operations, result, call);
    });
    if (outcome.undelivered) this.#undelivered(outcome.undelivered);
    else noteInvalidated(1);
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
    const always = { invalidations: invalidations.filter((each) => each.always) };
    await this.#invalidateAfter(always, undefined, call).catch(() => undefined);
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

  async #invalidate(operation: InvalidateOperation, scope: MethodScope): Promise<void> {
    const { where, store } = operation;
    const engines = store === undefined ? this.context.engines() : [this.context.engineOf(store)];
    const { invalidation, count } = this.#targets(operation, scope);
    if (operation.debug) this.context.log(`${where} | invalidates ${describe(invalidation)}`);
    const undelivered = await Promise.all(engines.map((engine) => this.#deliver(engine, invalidation)));
    const errors = undelivered.filter((error) => error !== undefined);
    for (const error of errors) this.#undelivered(error);
    noteInvalidated(errors.length > 0 ? 0 : count);
  }

  /** What cannot be named exactly is named widely: a write never fails, and never leaves too much alive. */
  #targets(
    { where, patternsOf, tagsOf, settle }: InvalidateOperation,
    scope: MethodScope,
  ): { invalidation: Invalidation; count: number } {
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
      return counted({ patterns, tagGroups: tagsOf(scope).map((tag) => tagGroup(tag, partition)), settle });
    } catch (error) {
      widen('a key, a tag or the partition', messageOf(error));
      return counted({ patterns: [''], tagGroups: [], settle });
    } finally {
      noteContextual(scope.noted);
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

  /** It waits in a queue, and the log says so. */
  #undelivered(error: unknown): void {
    if (this.context.settings.onInvalidateError === 'throw') throw error;
  }
}

/** A put that cannot store leaves the invalidation that it is as well. */
function withInvalidationOf({ key, where, store, settle, debug }: CachedOperation, operations: MethodOperations) {
  const own: InvalidateOperation = {
    kind: 'invalidate',
    where,
    store,
    patterns: undefined,
    tags: undefined,
    patternsOf: (scope) => [{ pattern: key.patternOf(scope) }],
    tagsOf: () => [],
    always: false,
    unless: undefined,
    settle,
    debug,
  };
  return { ...operations, invalidations: [...operations.invalidations, own] };
}

/** An invalidation, and how many paths and tags it names. */
function counted(targets: Targets): { invalidation: Invalidation; count: number } {
  return { invalidation: invalidationOf(targets), count: targets.patterns.length + targets.tagGroups.length };
}

function describe({ groups, globs, settle }: Invalidation): string {
  const names = [...groups, ...globs.map(({ literal }) => `${literal}:…`)].join(', ');
  return settle === undefined ? names : `${names} settle=${formatDuration(settle)}`;
}
