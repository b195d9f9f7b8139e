import { declaredOn, isUncached, prototypeChain } from '../operations/accessor.js';
import type { HandledRequest } from '../operations/request-context.js';

type Route = Pick<HandledRequest, 'controller' | 'handler'>;

const known = new WeakMap<object, WeakMap<object, boolean>>();

/** Whether clients are to keep nothing of what a handler answers: `@NoCache()` is on it, or on its class. */
export function isKeptByNobody({ controller, handler }: Route): boolean {
  let ofClass = known.get(controller);
  if (!ofClass) known.set(controller, (ofClass = new WeakMap()));
  let answer = ofClass.get(handler);
  if (answer === undefined) ofClass.set(handler, (answer = isExcluded({ controller, handler })));
  return answer;
}

function isExcluded({ controller, handler }: Route): boolean {
  if (isUncached(handler)) return true;
  // What is written on the method itself counts more than its class.
  const chain = prototypeChain(controller.prototype as object);
  return isUncached(controller) && !chain.some((each) => declaredOn(each, handler.name));
}
