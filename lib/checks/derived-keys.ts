import { CacheError } from '../core/errors.js';
import { declaredOn } from '../operations/accessor.js';
import type { ClassType } from '../operations/declaration.js';
import type { MethodOperations } from '../operations/operation.js';

/** A decorated method of a class, and where Nest has the class from. */
export interface FoundMethod {
  readonly operations: MethodOperations;
  readonly declaring: object;
  readonly method: string | symbol;
  readonly owner: ClassType;
  /** The name of the module. */
  readonly module: string;
}

/** Finds classes whose methods would derive one key: `@Cacheable()` without a key knows a class by its name only. */
export class DerivedKeys {
  readonly #first = new Map<string, FoundMethod>();

  /** The mistake that a method makes together with one that was added before. */
  add(found: FoundMethod): CacheError | undefined {
    const { cacheable, where } = found.operations;
    if (!cacheable || !isDerived(found)) return undefined;
    const key = cacheable.key.text;
    const known = `${cacheable.store} ${key}`;
    const first = this.#first.get(known);
    if (!first) this.#first.set(known, found);
    if (!first || first.owner === found.owner) return undefined;
    const modules =
      first.module === found.module ? `both in ${found.module}` : `in ${first.module} and ${found.module}`;
    return new CacheError('METHOD_NOT_CACHEABLE', {
      where,
      reason: `two classes are called ${found.owner.name}, ${modules}, and both would derive the key "${key}"`,
      remedy: 'Give each a key of its own, or another name.',
    });
  }
}

function isDerived({ declaring, method }: FoundMethod): boolean {
  const declarations = declaredOn(declaring, method)?.declarations ?? [];
  return declarations.some((each) => each.kind === 'cacheable' && each.key === undefined);
}
