import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { CacheError } from '../core/errors.js';
import { declaredMethods, declaredOn, prototypeChain } from '../operations/accessor.js';
import type { ClassType } from '../operations/declaration.js';
import type { MethodOperations } from '../operations/operation.js';
import { Problems } from '../operations/problems.js';
import type { CacheRuntime } from '../operations/runtime.js';
import type { OperationSettings } from '../operations/settings.js';
import { adoptMade, unextendable } from './adoption.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import { sharedDerivedKeys } from './derived-keys.js';
import { unknownCaches } from './injected-caches.js';
import { repeatedModule } from './one-module.js';
import { findingsOf, report } from './report.js';

/** What is needed to look at an application. */
export interface Exploration {
  readonly modules: ModulesContainer;
  readonly config: ApplicationConfig | undefined;
  readonly runtime: CacheRuntime;
  readonly settings: OperationSettings;
  /** The names of the configured stores. */
  readonly stores: readonly string[];
  /** What is wrong with the routes that are to be cached. */
  readonly mistakenRoutes: readonly CacheError[];
  /** Where the report goes that does not keep the application from starting. */
  readonly warn: (text: string) => void;
}

/**
 * Reads what every decorated method of the application declares, gives the runtime to providers that Nest did not
 * construct itself, which injection does not reach, and checks all of it together.
 *
 * @throws CacheError `START_UP_REFUSED` with everything that was found wrong.
 */
export function exploreApplication(exploration: Exploration): CheckedApplication {
  const { modules, runtime, settings, stores, config, mistakenRoutes } = exploration;
  // One mistake may be met in several classes that inherit it.
  const problems = new Map<string, CacheError>();
  const note = (problem: CacheError): unknown => problems.set(problem.message, problem);
  const found: CheckedMethod[] = [];
  const made = new Map<ClassType, InstanceWrapper[]>();
  const repeated = repeatedModule(modules);
  if (repeated) note(repeated);
  mistakenRoutes.forEach(note);
  for (const wrapper of wrappersOf(modules)) {
    for (const object of adoptMade(wrapper, runtime)) note(unextendable(object));
    const owner = classOf(wrapper);
    if (!owner) continue;
    made.set(owner, [...(made.get(owner) ?? []), wrapper]);
    unknownCaches(owner, stores).forEach(note);
    const module = wrapper.host?.name ?? 'the application';
    for (const { declaring, method, declared, compiled } of compileAll(owner, runtime)) {
      if (compiled instanceof Problems) compiled.found.forEach(note);
      else {
        const { facts } = compiled;
        found.push({ declaring, method, declared, owner, module, wrapper, operations: compiled, facts });
      }
    }
  }
  sharedDerivedKeys(found).forEach(note);
  const application = { methods: found, made, settings, config };
  report([...problems.values()], findingsOf(application), exploration);
  return application;
}

/** Everything that Nest makes: controllers, providers, and the guards, pipes and interceptors that decorators name. */
function wrappersOf(modules: ModulesContainer): InstanceWrapper[] {
  return [...modules.values()].flatMap(({ controllers, providers, injectables }) => [
    ...controllers.values(),
    ...providers.values(),
    ...injectables.values(),
  ]);
}

interface CompiledMethod extends Pick<CheckedMethod, 'declaring' | 'method' | 'declared'> {
  readonly compiled: MethodOperations | Problems;
}

function compileAll(owner: ClassType, runtime: CacheRuntime): CompiledMethod[] {
  const decorated = prototypeChain(owner.prototype as object).flatMap((declaring) =>
    declaredMethods(declaring).map((method) => ({ declaring, method, declared: declaredOn(declaring, method)! })),
  );
  return [...decorated, ...runtime.routesOf(owner)].map(({ declaring, method, declared }) => ({
    declaring,
    method,
    declared,
    compiled: runtime.compile(declaring, method, owner),
  }));
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
