import { CacheError } from '../core/errors.js';
import { isUncached } from '../operations/lifetime-plan.js';
import type { CachedOperation } from '../operations/operation.js';
import type { CheckedApplication, CheckedMethod } from './application.js';
import type { Check, Finding } from './finding.js';
import { identifyingGuards, lacksIdentity } from './personal-handlers.js';
import { suggestionFor } from './suggestion.js';

/** The key of a handler behind a guard says whose data it holds, or that it holds the same for everybody. */
export const checkIdentity: Check = (application) =>
  application.methods.flatMap((checked): Finding[] => {
    const { cacheable, put } = checked.operations;
    return [cacheable, put].flatMap((operation): Finding[] => {
      const control = operation && !isUncached(operation) ? publication(operation, checked) : undefined;
      if (operation && control !== undefined) {
        const { where, key } = operation;
        return [
          { severity: 'error', where, problem: new CacheError('KEY_PUBLISHED', { where, key: key.text, control }) },
        ];
      }
      if (!operation || isUncached(operation) || !lacksIdentity(operation, checked, application)) return [];
      const { where, key } = operation;
      const problem = new CacheError('KEY_IMPERSONAL', {
        where,
        key: key.text,
        guards: guardNames(checked, application),
        scopes: [...application.settings.sharedScopes],
        suggestion: suggestionFor(operation, checked, application),
      });
      return [{ severity: 'error', where, problem }];
    });
  });

/**
 * By which words what belongs to one person is sent out for everybody. RFC 9111, sections 3 and 3.5: a shared cache keeps
 * what does not say `private`, also without `public`, and whose cookie an answer was made for it does not know.
 */
function publication({ key }: CachedOperation, { facts }: CheckedMethod): string | undefined {
  if (!key.namesIdentity || !facts.cacheControl) return undefined;
  const { options, text } = facts.cacheControl;
  const isKeptBack = options.private ?? options.noCache ?? options.noStore;
  return options.public || !isKeptBack ? text : undefined;
}

/** The names of their classes; a guard that is an object of no class has none. */
function guardNames(checked: CheckedMethod, application: CheckedApplication): string[] {
  const classes = identifyingGuards(checked, application).filter((guard) => typeof guard === 'function');
  return [...new Set(classes.filter((guard) => guard !== Object).map(({ name }) => name))];
}
