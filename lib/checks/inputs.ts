import { ValidationPipe } from '@nestjs/common';
import { CacheError } from '../core/errors.js';
import { isUncached } from '../operations/lifetime-plan.js';
import type { CachedOperation } from '../operations/operation.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import type { Check, Finding } from './finding.js';
import { forgottenInputs } from './forgotten-inputs.js';
import { textOf } from './input-texts.js';
import { suggestionFor } from './suggestion.js';
import { whitelistOf } from './whitelist.js';

/**
 * Everything that a method with `@Cacheable` can read is in its key, or left out on purpose. A method with `@CachePut`
 * writes the entry of a reader: its key is the reader's, and what else it is handed is what it writes.
 */
export const checkInputs: Check = (application) =>
  application.methods.flatMap((checked): Finding[] => {
    const { cacheable } = checked.operations;
    if (!cacheable || isUncached(cacheable)) return [];
    return [...incomplete(cacheable, checked, application), ...unbounded(cacheable, checked, application)];
  });

function incomplete(operation: CachedOperation, checked: CheckedMethod, application: CheckedApplication): Finding[] {
  const forgotten = forgottenInputs(operation, checked, application);
  if (forgotten.length === 0) return [];
  const { where, key } = operation;
  const suggestion = suggestionFor(operation, checked, application);
  const missing = forgotten.map(({ text }) => text);
  const names = forgotten.map(({ name }) => name);
  const problem = new CacheError('KEY_INCOMPLETE', {
    where,
    key: key.kind === 'function' ? undefined : key.text,
    missing,
    names,
    suggestion,
  });
  return [{ severity: 'error', where, problem }];
}

/** A query that is taken as a whole is in the key as a whole: whoever asks for `?x=1`, `?x=2` … fills the cache. */
function unbounded(operation: CachedOperation, checked: CheckedMethod, application: CheckedApplication): Finding[] {
  const { where, inputs, ignored, isHandler, key } = operation;
  if (!isHandler || key.kind === 'function') return [];
  return inputs
    .filter(({ kind, isWhole, index }) => kind === 'query' && isWhole && !ignored.positions.has(index))
    .filter((input) => !input.pipes.some(isOfApplication) && !whitelistOf(input, checked, application))
    .map((input) => {
      const problem = new CacheError('QUERY_UNBOUNDED', { where, input: textOf(input) });
      return { severity: 'warning', where, problem };
    });
}

/** A pipe of the application at the parameter itself may make of the query what it likes. */
function isOfApplication(pipe: unknown): boolean {
  const made: unknown = typeof pipe === 'function' ? pipe.prototype : pipe;
  return made !== ValidationPipe.prototype && !(made instanceof ValidationPipe);
}
