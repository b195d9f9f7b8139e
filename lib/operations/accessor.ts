import 'reflect-metadata';
import type { AnyMethod, CacheDefaultsOptions, Declaration } from './declaration.js';

const DECLARED = Symbol.for('nestash:declared');
const UNCACHED = Symbol.for('nestash:no-cache');
const DEFAULTS = Symbol.for('nestash:defaults');

/** What the decorators of one method said, and the method as it was before the first of them. */
export interface DeclaredMethod {
  readonly declarations: Declaration[];
  readonly original: AnyMethod;
}

/** What was declared on a method by this very class, not by one that it extends. */
export function declaredOn(prototype: object, method: string | symbol): DeclaredMethod | undefined {
  return Reflect.getOwnMetadata(DECLARED, prototype, method) as DeclaredMethod | undefined;
}

export function declareMethod(prototype: object, method: string | symbol, declared: DeclaredMethod): void {
  Reflect.defineMetadata(DECLARED, declared, prototype, method);
}

/** The methods that this very class declares something on. */
export function declaredMethods(prototype: object): (string | symbol)[] {
  return Reflect.ownKeys(prototype).filter((key) => declaredOn(prototype, key) !== undefined);
}

export function defaultsOf(target: object): CacheDefaultsOptions {
  return (Reflect.getMetadata(DEFAULTS, target) as CacheDefaultsOptions | undefined) ?? {};
}

export function declareDefaults(target: object, defaults: CacheDefaultsOptions): void {
  Reflect.defineMetadata(DEFAULTS, defaults, target);
}

/** Notes `@NoCache()` on a class or a method. */
export function declareUncached(target: object): void {
  Reflect.defineMetadata(UNCACHED, true, target);
}

/** Whether one of these, a class or a method, has `@NoCache()`. */
export function isUncached(...targets: readonly object[]): boolean {
  return targets.some((target) => Reflect.hasMetadata(UNCACHED, target));
}

/** A class and those it extends, as prototypes, the class itself first. */
export function prototypeChain(prototype: object): object[] {
  const chain: object[] = [];
  for (
    let each: object | null = prototype;
    each && each !== Object.prototype;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    chain.push(each);
  }
  return chain;
}
