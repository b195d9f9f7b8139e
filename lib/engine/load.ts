import type { Flight } from '../resilience/single-flight.js';
import { Dependencies } from './dependencies.js';
import type { Frame } from './frames.js';
import { activeFrames, insideFrame } from './frames.js';
import type { EngineContext, LoadRequest, SharedValue } from './request.js';

/** A load as the code inside it will see it. */
export function frameOf(
  { name, stores }: EngineContext,
  { address, contextual, readRule }: LoadRequest,
  { kind, flight }: { readonly kind: Frame['kind']; readonly flight: Flight<SharedValue> | undefined },
): Frame {
  return {
    store: name,
    path: address.path,
    kind,
    flight: flight as Flight<unknown> | undefined,
    parent: activeFrames()[0],
    contextual,
    readRule,
    dependencies: new Dependencies(stores),
    isActive: true,
    taint: undefined,
  };
}

/** Runs a load. Its result is read inside it: the `toJSON` of that may look at the request as well. */
export function runInside<T>(frame: Frame, request: LoadRequest, finish: (value: unknown) => T): Promise<T> {
  const work = async (): Promise<T> => finish(await request.load());
  return insideFrame(frame, () => (request.watched ? request.watched(work) : work()));
}
