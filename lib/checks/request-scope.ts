import { Scope } from '@nestjs/common';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/**
 * Whether the objects of a class belong to one request, and so may know whose it is: they are request-scoped, or are
 * given something that is. Nest also makes a controller again for each request because of a guard, pipe or interceptor
 * that is request-scoped; such a controller is given nothing of the request.
 */
export function belongsToRequest(wrapper: InstanceWrapper, seen = new Set<InstanceWrapper>()): boolean {
  if (wrapper.scope === Scope.REQUEST) return true;
  if (seen.has(wrapper) || wrapper.isDependencyTreeStatic()) return false;
  seen.add(wrapper);
  const properties = wrapper.getPropertiesMetadata()?.map((each) => each.wrapper) ?? [];
  const isOne = (each: InstanceWrapper): boolean => belongsToRequest(each, seen);
  // `some` passes over what an optional dependency left empty.
  return (wrapper.getCtorMetadata() ?? []).some(isOne) || properties.some(isOne);
}
