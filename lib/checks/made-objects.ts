import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { CheckedApplication, CheckedMethod } from './application.js';

/**
 * Whether there are several objects of a class that may have been made from different things: by a factory, as a value,
 * or by a dynamic module that was imported more than once. A class that several modules merely list is made alike.
 */
export function isOneOfSeveral({ owner, wrapper }: CheckedMethod, { made }: CheckedApplication): boolean {
  const others = made.get(owner)!.filter((other) => other !== wrapper && other.instance !== wrapper.instance);
  return others.some((other) => isMade(wrapper) || isMade(other) || isOfSameModule(wrapper, other));
}

function isMade({ inject, isNotMetatype, metatype }: InstanceWrapper): boolean {
  return isNotMetatype || Array.isArray(inject) || typeof metatype !== 'function';
}

function isOfSameModule({ host }: InstanceWrapper, { host: other }: InstanceWrapper): boolean {
  return host !== undefined && host !== other && host.metatype === other?.metatype;
}
