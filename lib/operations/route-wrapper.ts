import type { AnyMethod } from './declaration.js';
import { disguise } from './method-wrapper.js';
import { currentRequest } from './request-context.js';
import type { MethodRuntime } from './runtime.js';
import { RUNTIME_BRAND } from './runtime.js';

const wrapped = new WeakMap<AnyMethod, AnyMethod>();

/**
 * Puts a wrapper around a handler without a decorator, once for all applications of the process: the one that serves a
 * request says whether it caches the route. Returns the handler as it was written.
 */
export function wrapRoute(declaring: object, method: string | symbol): AnyMethod {
  const methods = declaring as Record<string | symbol, AnyMethod>;
  const present = methods[method]!;
  const known = wrapped.get(present);
  if (known) return known;
  const wrapper = function (this: object | undefined, ...args: unknown[]): unknown {
    const request = currentRequest();
    // Only what Nest itself calls to answer the request belongs to the route.
    const isRouted = this !== undefined && request?.handler === wrapper && request.controller === this.constructor;
    const runtime = isRouted ? (request.runtime as MethodRuntime | undefined) : undefined;
    if (runtime?.brand !== RUNTIME_BRAND || !runtime.runRoute) return present.apply(this, args);
    return runtime.runRoute({
      self: this!,
      args,
      declaring,
      method,
      wrapper,
      proceed: () => present.apply(this, args) as unknown,
    });
  };
  disguise(wrapper, present);
  const own = Object.getOwnPropertyDescriptor(declaring, method);
  Object.defineProperty(declaring, method, { ...own, value: wrapper });
  wrapped.set(wrapper, present);
  return present;
}
