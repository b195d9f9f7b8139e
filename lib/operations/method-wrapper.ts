import 'reflect-metadata';
import { Inject } from '@nestjs/common';
import { CacheError } from '../core/errors.js';
import { declareMethod, declaredOn } from './accessor.js';
import type { AnyMethod, Declaration } from './declaration.js';
import type { MethodRuntime } from './runtime.js';
import { RUNTIME_BRAND } from './runtime.js';
import { CACHE_RUNTIME } from './tokens.js';

/** The property that Nest injects the runtime into. Its description is what Nest prints when there is no module. */
export const RUNTIME_SLOT = Symbol.for('nestash runtime: import CacheModule.forRoot() in the root module');

/** Writes a declaration down, and puts one wrapper around the method however many decorators it has. */
export function decorateMethod(
  target: object,
  method: string | symbol,
  descriptor: PropertyDescriptor | undefined,
  declaration: Declaration,
): void {
  const original: unknown = descriptor?.value;
  if (typeof target === 'function' || !descriptor || typeof original !== 'function') throw notAMethod(target, method);
  const declared = declaredOn(target, method);
  if (declared) {
    declared.declarations.push(declaration);
    return;
  }
  declareMethod(target, method, { declarations: [declaration], original: original as AnyMethod });
  installSlot(target);
  descriptor.value = wrap(original as AnyMethod, target, method);
}

/** Gives an object that Nest did not construct the runtime that injection would have given it. */
export function setRuntime(instance: object, runtime: MethodRuntime): void {
  Object.defineProperty(instance, RUNTIME_SLOT, {
    value: runtime,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

function wrap(original: AnyMethod, declaring: object, method: string | symbol): AnyMethod {
  const wrapper = function (this: Record<symbol, unknown> | undefined, ...args: unknown[]): unknown {
    const runtime = this?.[RUNTIME_SLOT] as MethodRuntime | undefined;
    // A container that mocks what is missing may have put anything here.
    if (this === undefined || runtime?.brand !== RUNTIME_BRAND) return original.apply(this, args);
    const proceed = (given: readonly unknown[] = args): unknown => original.apply(this, [...given]);
    return runtime.run({ self: this, args, declaring, method, wrapper, proceed });
  };
  disguise(wrapper, original);
  return wrapper;
}

/** Gives a wrapper what others look for in the method. */
export function disguise(wrapper: AnyMethod, original: AnyMethod): void {
  for (const key of Reflect.getOwnMetadataKeys(original)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), wrapper);
  }
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(wrapper, property, { value: original[property], configurable: true });
  }
}

/** A property that Nest injects: once for a class, whatever it inherits, and invisible in its instances. */
function installSlot(target: object): void {
  if (RUNTIME_SLOT in target) return;
  Object.defineProperty(target, RUNTIME_SLOT, {
    configurable: true,
    get: () => undefined,
    set(this: object, runtime: MethodRuntime) {
      setRuntime(this, runtime);
    },
  });
  Inject(CACHE_RUNTIME)(target, RUNTIME_SLOT);
}

/** The refusal of a decorator that stands on something else. */
export function notAMethod(target: object, method: string | symbol): CacheError {
  const isStatic = typeof target === 'function';
  const name = isStatic ? (target as { name: string }).name : target.constructor.name;
  return new CacheError('METHOD_NOT_CACHEABLE', {
    where: `${name}.${String(method)}`,
    reason: isStatic ? 'static methods have no application to belong to' : 'it is not a method',
    remedy: 'Put the decorator on a method of a provider or controller.',
  });
}
