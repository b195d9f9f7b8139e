import type { ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CacheError } from '../core/errors.js';
import { declaredMethods, prototypeChain } from '../operations/accessor.js';
import type { ClassType } from '../operations/declaration.js';
import type { MethodOperations } from '../operations/operation.js';
import { Problems } from '../operations/problems.js';
import type { CacheRuntime } from '../operations/runtime.js';
import { adoptMade, unextendable } from './adoption.js';
import type { FoundMethod } from './derived-keys.js';
import { DerivedKeys } from './derived-keys.js';
import { unknownCaches } from './injected-caches.js';
import { repeatedModule } from './one-module.js';

/**
 * Reads what every decorated method of the application declares, and gives the runtime to providers that Nest did not
 * construct itself, which injection does not reach.
 *
 * @throws CacheError `START_UP_REFUSED` with everything that was found wrong.
 */
export function exploreApplication(
  modules: ModulesContainer,
  runtime: CacheRuntime,
  stores: readonly string[],
): MethodOperations[] {
  // One mistake may be met in several classes that inherit it.
  const problems = new Map<string, CacheError>();
  const note = (problem: CacheError): unknown => problems.set(problem.message, problem);
  const operations = new Map<string, MethodOperations>();
  const derivedKeys = new DerivedKeys();
  const repeated = repeatedModule(modules);
  if (repeated) note(repeated);
  for (const wrapper of wrappersOf(modules)) {
    for (const made of adoptMade(wrapper, runtime)) note(unextendable(made));
    const owner = classOf(wrapper);
    if (!owner) continue;
    unknownCaches(owner, stores).forEach(note);
    for (const { compiled, ...found } of compileAll(owner, runtime)) {
      if (compiled instanceof Problems) {
        compiled.found.forEach(note);
        continue;
      }
      operations.set(compiled.where, compiled);
      const module = wrapper.host?.name ?? 'the application';
      const shared = derivedKeys.add({ ...found, owner, module, operations: compiled });
      if (shared) note(shared);
    }
  }
  if (problems.size > 0) {
    const found = [...problems.values()].map(({ code, message }) => ({ code, message }));
    throw new CacheError('START_UP_REFUSED', { problems: found });
  }
  return [...operations.values()];
}

/** Everything that Nest makes: controllers, providers, and the guards, pipes and interceptors that decorators name. */
function wrappersOf(modules: ModulesContainer): InstanceWrapper[] {
  return [...modules.values()].flatMap(({ controllers, providers, injectables }) => [
    ...controllers.values(),
    ...providers.values(),
    ...injectables.values(),
  ]);
}

interface CompiledMethod extends Pick<FoundMethod, 'declaring' | 'method'> {
  readonly compiled: MethodOperations | Problems;
}

function compileAll(owner: ClassType, runtime: CacheRuntime): CompiledMethod[] {
  return prototypeChain(owner.prototype as object).flatMap((declaring) =>
    declaredMethods(declaring).map((method) => ({
      declaring,
      method,
      compiled: runtime.compile(declaring, method, owner),
    })),
  );
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
