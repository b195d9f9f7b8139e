import type { Observable } from 'rxjs';
import { from, isObservable, lastValueFrom, take, toArray } from 'rxjs';
import { CacheError } from '../core/errors.js';
import type { Mistakes } from './mistakes.js';
import type { OperationSettings } from './settings.js';
import type { MethodKind } from './transports.js';
import { transportOf } from './transports.js';

/** Whether a handler returned an Observable of which every value is sent, not the last one. */
export function isStreamed(returned: unknown, kind: MethodKind): returned is Observable<unknown> {
  return transportOf(kind)?.streams === true && isObservable(returned);
}

/** What a writing method came to: its result, and what the transport is given to send. */
export interface SettledResult {
  readonly result: unknown;
  readonly answer: unknown;
}

/** What a writing method returned, once all of it is there. */
export async function settledResult(returned: unknown, kind: MethodKind): Promise<SettledResult> {
  const settled = await returned;
  if (isStreamed(settled, kind)) {
    const values = await valuesOf(settled);
    return { result: values.at(-1), answer: values.length === 1 ? values[0] : from(values) };
  }
  const result = kind !== 'plain' && isObservable(settled) ? await lastValueFrom(settled) : settled;
  return { result, answer: result };
}

/** The one value of a streamed result. Any other number of them is a mistake, and passes on as it is, uncached. */
export async function theOnlyValue(
  observable: Observable<unknown>,
  where: string,
  { settings, mistakes }: { readonly settings: OperationSettings; readonly mistakes: Mistakes },
): Promise<unknown> {
  // To a developer the second value is enough: the last one may never come.
  const values = await valuesOf(settings.strict ? observable.pipe(take(2)) : observable);
  if (values.length === 1) return values[0];
  const found = values.length === 0 ? 'no value' : 'more than one value';
  const reason = `its Observable emitted ${found}, and each would have to be sent on a hit`;
  const remedy = 'Let it emit one value, such as an array of all of them.';
  mistakes.report(new CacheError('METHOD_NOT_CACHEABLE', { where, reason, remedy }), where);
  return from(values);
}

/** Everything that an Observable emits. */
function valuesOf(observable: Observable<unknown>): Promise<unknown[]> {
  return lastValueFrom(observable.pipe(toArray()));
}
