import 'reflect-metadata';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { MethodInput } from '../operations/method-inputs.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import { belongsToRequest } from './request-scope.js';

/** Nest's metadata of what decorators put around a handler. */
const GUARDS = '__guards__';
const PIPES = '__pipes__';

/** The guards that stand in front of a handler, each as its class. */
export function guardsOf(checked: CheckedMethod, { config }: CheckedApplication): unknown[] {
  const scoped = config?.getGlobalRequestGuards().map(({ metatype }) => metatype) ?? [];
  const named = [...(config?.getGlobalGuards() ?? []), ...decoratedWith(GUARDS, checked)];
  return [...scoped, ...named.map((guard) => (typeof guard === 'function' ? guard : classOf(guard)))];
}

/** The pipes that every piped parameter of a handler goes through, as objects as far as Nest has made them. */
export function pipesOf(checked: CheckedMethod, { config }: CheckedApplication): unknown[] {
  const scoped = config?.getGlobalRequestPipes().map(({ instance }) => instance) ?? [];
  const named = decoratedWith(PIPES, checked).map((pipe) => madeOf(pipe, checked));
  return [...(config?.getGlobalPipes() ?? []), ...scoped, ...named];
}

/** Whether a pipe that belongs to one request, and so may know whose it is, makes the value of a parameter. */
export function isPipedByRequest(
  { pipes }: MethodInput,
  checked: CheckedMethod,
  application: CheckedApplication,
): boolean {
  const named = [...decoratedWith(PIPES, checked), ...pipes].map((pipe) => wrapperOf(pipe, checked));
  const scoped = application.config?.getGlobalRequestPipes() ?? [];
  return [...scoped, ...named].some((wrapper) => wrapper !== undefined && belongsToRequest(wrapper));
}

/** The object that Nest made of a class that a decorator names; an object as it is. */
export function madeOf(named: unknown, checked: CheckedMethod): unknown {
  return typeof named === 'function' ? wrapperOf(named, checked)?.instance : named;
}

function wrapperOf(named: unknown, { wrapper }: CheckedMethod): InstanceWrapper | undefined {
  return wrapper.host?.injectables.get(named as never);
}

/** What decorators name on the class and on the method that Nest calls. */
function decoratedWith(key: string, { owner, method }: CheckedMethod): unknown[] {
  const routed = (owner.prototype as Record<string | symbol, unknown>)[method];
  return [owner, routed].flatMap((target) =>
    typeof target === 'function' ? ((Reflect.getMetadata(key, target) ?? []) as unknown[]) : [],
  );
}

function classOf(made: unknown): unknown {
  return (made as { constructor?: unknown } | null | undefined)?.constructor;
}
