import { CacheError } from '../core/errors.js';
import type { DeclaredMethod } from './accessor.js';
import { declaredOn } from './accessor.js';
import type { MethodCall } from './call-plan.js';
import type { RunnerContext } from './cached-runner.js';
import { CachedRunner } from './cached-runner.js';
import { compileMethod } from './compile.js';
import type { ClassType } from './declaration.js';
import { ManyRunner } from './many-runner.js';
import type { MethodFacts } from './method-facts.js';
import { methodFacts } from './method-facts.js';
import type { CachedOperation, MethodOperations } from './operation.js';
import { Problems } from './problems.js';
import type { HandledRequest } from './request-context.js';
import { currentRequest, insideRequest } from './request-context.js';
import { transportOf } from './transports.js';
import { WriteRunner } from './write-runner.js';

/** Tells a runtime from whatever a mocking container injects. */
export const RUNTIME_BRAND: unique symbol = Symbol.for('nestash:runtime-brand');

/** Which decorated method is called, and on what. */
export interface WrappedCall extends Pick<MethodCall, 'self' | 'args' | 'proceed'> {
  /** The prototype on which the method was decorated. */
  readonly declaring: object;
  readonly method: string | symbol;
  /** The function that stands around the method. */
  readonly wrapper?: object;
}

/** What a decorated method calls instead of itself. Copies of nestash in one process know it by this interface only. */
export interface MethodRuntime {
  readonly brand: typeof RUNTIME_BRAND;
  /** Set once its application has ended. */
  readonly isClosed?: boolean;
  run(call: WrappedCall): unknown;
  /** The same for a handler without a decorator, which may be cached by its route. */
  runRoute?(call: WrappedCall): unknown;
}

/** A handler that is cached by its route, and the prototype on which it was written. */
export interface DeclaredRoute extends Pick<WrappedCall, 'declaring' | 'method'> {
  readonly declared: DeclaredMethod;
}

type CompiledByOwner = WeakMap<object, MethodOperations | Problems>;

/** Runs the decorated methods of one application. */
export class CacheRuntime implements MethodRuntime {
  readonly brand: typeof RUNTIME_BRAND = RUNTIME_BRAND;
  isClosed = false;
  readonly #compiled = new WeakMap<object, Map<string | symbol, CompiledByOwner>>();
  /** By the class of the controller. */
  readonly #routes = new Map<object, DeclaredRoute[]>();
  readonly #requestScoped = new WeakSet();
  readonly #cached: CachedRunner;
  readonly #many: ManyRunner;
  readonly #writes: WriteRunner;

  constructor(private readonly context: RunnerContext) {
    this.#cached = new CachedRunner(context);
    this.#many = new ManyRunner(this.#cached);
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
    if (cacheable && !this.#mayBeCached(cacheable, call.self)) return call.proceed();
    const request = currentRequest();
    const opened = request ?? this.#requestAmong(operations.facts, call);
    const run = (): unknown => {
      const inRequest = callInRequest(call, opened);
      if (!cacheable) return this.#writes.run(operations, inRequest);
      return cacheable.isMany ? this.#many.run(cacheable, inRequest) : this.#cached.run(cacheable, inRequest);
    };
    return opened && !request ? insideRequest(opened, run) : run();
  }

  runRoute(call: WrappedCall): unknown {
    const isDeclared = this.routesOf(call.self.constructor).some(({ method }) => method === call.method);
    return isDeclared ? this.run(call) : call.proceed();
  }

  declareRoute(owner: ClassType, route: DeclaredRoute): void {
    this.#routes.set(owner, [...this.routesOf(owner), route]);
  }

  /** The handlers of a class that are cached by their routes. */
  routesOf(owner: object): readonly DeclaredRoute[] {
    return this.#routes.get(owner) ?? [];
  }

  /** An object that belongs to one request, and that no check has seen. */
  noteRequestScoped(made: object): void {
    this.#requestScoped.add(made);
  }

  #mayBeCached({ where, ignored }: CachedOperation, self: object): boolean {
    if (!this.#requestScoped.has(self) || ignored.hidden.has('this')) return true;
    if (this.context.settings.keyCheck === 'off') return true;
    const reason = 'a factory makes this object for each request, and its key cannot hold what it was made from';
    const remedy =
      "Pass what it needs as an argument, or write ignore: ['this'] where nothing of it changes the result.";
    this.context.mistakes.report(new CacheError('METHOD_NOT_CACHEABLE', { where, reason, remedy }), where);
    return false;
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

  /** The request behind the arguments of a handler around which Nest runs no interceptor. */
  #requestAmong(
    { kind, inputs, isDecorated }: MethodFacts,
    { self, args, method }: WrappedCall,
  ): HandledRequest | undefined {
    const transport = transportOf(kind);
    if (!transport) return undefined;
    const passed = isDecorated
      ? inputs.map((input) => (input.isWhole ? input.kind : undefined))
      : transport.undecorated;
    const bearer = args[passed.indexOf('context')];
    const handler = (self as Record<string | symbol, unknown>)[method] as HandledRequest['handler'];
    return this.context.requestOf(transport.type, bearer, { controller: self.constructor, handler });
  }

  /** From now on objects that Nest did not construct may get another application's runtime. */
  close(): void {
    this.isClosed = true;
  }

  #compile(declaring: object, method: string | symbol, owner: ClassType): MethodOperations | Problems {
    const route = this.routesOf(owner).find((each) => each.declaring === declaring && each.method === method);
    const declared: DeclaredMethod = route?.declared ?? declaredOn(declaring, method)!;
    const problems = new Problems();
    const facts = problems.collect(() => methodFacts(declared.original, method, { owner, declaring }));
    return problems.found.length > 0 ? problems : compileMethod(declared, facts, this.context.settings);
  }
}

function callInRequest(
  { self, args, method, proceed, wrapper }: WrappedCall,
  request: HandledRequest | undefined,
): MethodCall {
  const routed = (self as Record<string | symbol, unknown>)[method];
  const isRouted = request?.controller === self.constructor && request.handler === routed;
  // Somebody may have put a function of his own around the decorated method, and a handler may call itself.
  const isSent = isRouted && routed === wrapper && request.exchange?.takesUnseen() === true;
  return { self, args, proceed, request, isRouted, isSent };
}
