import type { DiscoveryService } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CacheError } from '../core/errors.js';
import { declaredMethods, prototypeChain } from '../operations/accessor.js';
import type { ClassType } from '../operations/declaration.js';
import { RUNTIME_SLOT, setRuntime } from '../operations/method-wrapper.js';
import type { MethodOperations } from '../operations/operation.js';
import type { CacheRuntime } from '../operations/runtime.js';

/**
 * Reads what every decorated method of the application declares, and gives the runtime to providers that Nest did not
 * construct itself, which injection does not reach.
 *
 * @throws CacheError `START_UP_REFUSED` with everything that was found wrong.
 */
export function exploreApplication(discovery: DiscoveryService, runtime: CacheRuntime): MethodOperations[] {
  const problems = new Set<string>();
  const operations = new Map<string, MethodOperations>();
  for (const wrapper of [...discovery.getControllers(), ...discovery.getProviders()]) {
    const owner = classOf(wrapper);
    if (!owner) continue;
    for (const declaring of prototypeChain(owner.prototype as object)) {
      for (const method of declaredMethods(declaring)) {
        try {
          const compiled = runtime.compile(declaring, method, owner);
          operations.set(compiled.where, compiled);
        } catch (error) {
          if (!CacheError.is(error)) throw error;
          problems.add(error.message);
        }
      }
    }
    adopt(wrapper, runtime);
  }
  if (problems.size > 0) throw new CacheError('START_UP_REFUSED', { problems: [...problems] });
  return [...operations.values()];
}

/** The class whose methods a provider has, also where a factory made it. */
function classOf({ instance, metatype, inject }: InstanceWrapper): ClassType | undefined {
  const made: unknown = instance;
  const isFactory = Array.isArray(inject) || typeof metatype !== 'function' || metatype.prototype === undefined;
  if (!isFactory) return metatype as ClassType;
  if (typeof made !== 'object' || made === null) return undefined;
  const prototype = Object.getPrototypeOf(made) as object | null;
  const constructor: unknown = prototype?.constructor;
  return typeof constructor === 'function' && constructor !== Object ? (constructor as ClassType) : undefined;
}

function adopt({ instance }: InstanceWrapper, runtime: CacheRuntime): void {
  const made = instance as Record<symbol, unknown> | null | undefined;
  if (typeof made !== 'object' || made === null || !(RUNTIME_SLOT in made)) return;
  if (made[RUNTIME_SLOT] === undefined) setRuntime(made, runtime);
}
