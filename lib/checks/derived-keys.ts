import { CacheError } from '../core/errors.js';
import type { CheckedMethod } from './application.js';

/**
 * The mistakes of classes whose methods would derive one key: `@Cacheable()` without a key knows a class by its name
 * only. They are refused whatever `keyCheck` says: no key of theirs could ever be right.
 */
export function sharedDerivedKeys(methods: readonly CheckedMethod[]): CacheError[] {
  const known = new Map<string, CheckedMethod>();
  return methods.flatMap((found) => {
    const { cacheable, where } = found.operations;
    if (cacheable?.key.kind !== 'derived') return [];
    const key = cacheable.key.text;
    const first = known.get(`${cacheable.store} ${key}`);
    if (!first) known.set(`${cacheable.store} ${key}`, found);
    if (!first || first.owner === found.owner) return [];
    const modules =
      first.module === found.module ? `both in ${found.module}` : `in ${first.module} and ${found.module}`;
    return new CacheError('METHOD_NOT_CACHEABLE', {
      where,
      reason: `two classes are called ${found.owner.name}, ${modules}, and both would derive the key "${key}"`,
      remedy: 'Give each a key of its own, or another name.',
    });
  });
}
