import { CacheError } from '../core/errors.js';
import type { DeclaredMethod } from './accessor.js';
import { declaredOn } from './accessor.js';
import type { MethodCall } from './call-plan.js';
import type { RunnerContext } from './cached-runner.js';
import { CachedRunner } from './cached-runner.js';
import { compileMethod } from './compile.js';
import type { ClassType } from './declaration.js';
import { methodFacts } from './method-facts.js';
import type { MethodOperations } from './operation.js';
import { Problems } from './problems.js';
import { currentRequest } from './request-context.js';
import { WriteRunner } from './write-runner.js';

/** Tells a runtime from whatever a mocking container injects. */
export const RUNTIME_BRAND: unique symbol = Symbol.for('nestash:runtime-brand');

/** Which decorated method is called, and on what. */
export interface WrappedCall extends Pick<MethodCall, 'self' | 'args' | 'proceed'> {
  /** The prototype on which the method was decorated. */
  readonly declaring: object;
  readonly method: string | symbol;
}

/** What a decorated method calls instead of itself. Copies of nestash in one process know it by this interface only. */
export interface MethodRuntime {
  readonly brand: typeof RUNTIME_BRAND;
  /** Set once its application has ended. */
  readonly isClosed?: boolean;
  run(call: WrappedCall): unknown;
}

type CompiledByOwner = WeakMap<object, MethodOperations | Problems>;

/** Runs the decorated methods of one application. */
export class CacheRuntime implements MethodRuntime {
  readonly brand: typeof RUNTIME_BRAND = RUNTIME_BRAND;
  isClosed = false;
  readonly #compiled = new WeakMap<object, Map<string | symbol, CompiledByOwner>>();
  readonly #cached: CachedRunner;
  readonly #writes: WriteRunner;

  constructor(private readonly context: RunnerContext) {
    this.#cached = new CachedRunner(context);
    this.#writes = new WriteRunner(context, this.#cached);
  }

  run(call: WrappedCall): unknown {
    const operations = this.compile(call.declaring, call.method, call.self.constructor as ClassType);
    if (operations instanceof Problems) {
      const where = `${call.self.constructor.name}.${String(call.method)}`;
      for (const problem of operations.found) this.context.mistakes.report(problem, where);
      return call.proceed();
    }
    const { cacheable, isHandler, mayBeAsync, where } = operations;
    if (!isHandler && !mayBeAsync) {
      const found = 'what its declared type says is a plain value';
      this.context.mistakes.report(new CacheError('METHOD_NOT_ASYNC', { where, found }), where);
      if (cacheable) return call.proceed();
    }
    return cacheable ? this.#cached.run(cacheable, inRequest(call)) : this.#writes.run(operations, inRequest(call));
  }

  /** What the decorators of a method mean for objects of the class `owner`, or what is wrong with them. */
  compile(declaring: object, method: string | symbol, owner: ClassType): MethodOperations | Problems {
    let byMethod = this.#compiled.get(declaring);
    if (!byMethod) this.#compiled.set(declaring, (byMethod = new Map<string | symbol, CompiledByOwner>()));
    let byOwner = byMethod.get(method);
    if (!byOwner) byMethod.set(method, (byOwner = new WeakMap()));
    let operations = byOwner.get(owner);
    if (!operations) byOwner.set(owner, (operations = this.#compile(declaring, method, owner)));
    return operations;
  }

  /** From now on objects that Nest did not construct may get another application's runtime. */
  close(): void {
    this.isClosed = true;
  }

  #compile(declaring: object, method: string | symbol, owner: ClassType): MethodOperations | Problems {
    const declared: DeclaredMethod = declaredOn(declaring, method)!;
    const problems = new Problems();
    const facts = problems.collect(() => methodFacts(declared.original, method, { owner, declaring }));
    return problems.found.length > 0 ? problems : compileMethod(declared, facts, this.context.settings);
  }
}

function inRequest({ self, args, method, proceed }: WrappedCall): MethodCall {
  const request = currentRequest();
  const routed = (self as Record<string | symbol, unknown>)[method];
  const isRouted = request?.controller === self.constructor && request.handler === routed;
  return { self, args, proceed, request, isRouted };
}
