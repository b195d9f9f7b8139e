import type { AnyMethod, Declaration } from '../operations/declaration.js';

/** A decorator that fits methods of the type that its callbacks were written for. */
export type TypedMethodDecorator<M extends AnyMethod> = (
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

type CachedDeclaration = Extract<Declaration, { kind: 'cacheable' | 'put' }>;

/** What `@Cacheable` or `@CachePut` was given, as a declaration. Nothing is checked before the application starts. */
export function cachedDeclaration(kind: CachedDeclaration['kind'], given: object): CachedDeclaration {
  if (typeof given !== 'object') return { kind, key: undefined, options: given };
  const { key, ...options } = given as CachedDeclaration['options'] & Pick<CachedDeclaration, 'key'>;
  return { kind, key, options };
}
