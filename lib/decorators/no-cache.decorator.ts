import { declareUncached } from '../operations/accessor.js';

/**
 * Keeps a handler, or every handler of a class, out of `forRoot({ routes })`, and tells clients to keep nothing:
 * `Cache-Control: no-store`, unless the handler says something else. What a decorator on the method itself says still
 * counts in a class with `@NoCache()`; both on one method are an error when the application starts.
 */
export function NoCache(): ClassDecorator & MethodDecorator {
  return (target: object, _method?: string | symbol, descriptor?: PropertyDescriptor): void => {
    declareUncached((descriptor?.value ?? target) as object);
  };
}
