import { CacheError } from '../core/errors.js';
import type { LoadRequest, Outcome } from '../engine/request.js';
import type { Mistakes } from './mistakes.js';

/** What comes of a read. In production a loader that asks for its own key is run. */
export async function unlessRecursive(
  request: LoadRequest,
  outcome: Promise<Outcome>,
  { mistakes, where }: { readonly mistakes: Mistakes; readonly where: string },
): Promise<Outcome> {
  try {
    return await outcome;
  } catch (error) {
    const isOwn = CacheError.is(error, 'LOADER_RECURSION') && error.details.key === request.address.path;
    if (!isOwn) throw error;
    mistakes.report(error, where);
    return { status: 'miss', value: await request.load() };
  }
}
