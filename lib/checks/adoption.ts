import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { CacheError } from '../core/errors.js';
import { RUNTIME_SLOT, setRuntime } from '../operations/method-wrapper.js';
import type { CacheRuntime, MethodRuntime } from '../operations/runtime.js';
import { belongsToRequest } from './request-scope.js';

type Factory = (...args: unknown[]) => unknown;

/**
 * Gives the runtime to what a factory made or a value is, now and, for factories that run again for each request or
 * consumer, later. Returns what cannot be given anything, because it is frozen.
 */
export function adoptMade(wrapper: InstanceWrapper, runtime: CacheRuntime): object[] {
  const transient = wrapper.getStaticTransientInstances().map((host) => host?.instance as unknown);
  const frozen = [wrapper.instance as unknown, ...transient].filter((made) => !adopt(made, runtime));
  if (Array.isArray(wrapper.inject) && typeof wrapper.metatype === 'function') {
    // Its class is not known before a request comes, so the check of its methods waits until they are called.
    const note = belongsToRequest(wrapper) ? (made: object) => runtime.noteRequestScoped(made) : undefined;
    wrapper.metatype = adoptingFactory(wrapper.metatype as Factory, runtime, note);
  }
  return frozen as object[];
}

/** The mistake that a frozen object with decorated methods is. */
export function unextendable(made: object): CacheError {
  return new CacheError('METHOD_NOT_CACHEABLE', {
    where: made.constructor.name,
    reason: 'an object of this class is frozen, so it cannot be told which application it belongs to',
    remedy: 'Do not freeze it, or let Nest construct it: { provide: …, useClass: … }.',
  });
}

function adoptingFactory(factory: Factory, runtime: MethodRuntime, note?: (made: object) => void): Factory {
  return async (...args) => {
    const made = await factory(...args);
    adopt(made, runtime);
    if (typeof made === 'object' && made !== null) note?.(made);
    return made;
  };
}

/** False for an object that needs a runtime and cannot have one. */
function adopt(made: unknown, runtime: MethodRuntime): boolean {
  if (typeof made !== 'object' || made === null || !(RUNTIME_SLOT in made)) return true;
  const present = (made as Record<symbol, unknown>)[RUNTIME_SLOT] as MethodRuntime | undefined;
  if (present !== undefined && present.isClosed !== true) return true;
  if (!Object.isExtensible(made)) return false;
  setRuntime(made, runtime);
  return true;
}
