import 'reflect-metadata';
import type { ModulesContainer } from '@nestjs/core';
import { CacheError } from '../core/errors.js';
import { CACHE_RUNTIME } from '../operations/tokens.js';

/** Nest's metadata of what `@Module` imports. */
const IMPORTS = 'imports';

/** The mistake of an application with two caches that know nothing of each other. */
export function repeatedModule(modules: ModulesContainer): CacheError | undefined {
  const all = [...modules.values()];
  const caches = all.filter(({ providers }) => providers.has(CACHE_RUNTIME));
  if (caches.length < 2) return undefined;
  const classes = new Set<unknown>(caches.map(({ metatype }) => metatype));
  const importers = all.filter(({ metatype }) => importsOf(metatype).some((each) => classes.has(each)));
  const names = [...new Set(importers.map(({ name }) => name))].join(' and ') || 'the application';
  const found = `${caches.length} modules, and invalidations in one do not reach the entries of another`;
  return new CacheError('OPTION_INVALID', {
    option: 'CacheModule',
    where: `The imports of ${names}`,
    found,
    expected: 'imported once, in the root module: it is global',
  });
}

/** The classes of the modules that a module imports, as far as they are known without waiting. */
function importsOf(module: object): unknown[] {
  const imports = (Reflect.getMetadata(IMPORTS, module) ?? []) as readonly unknown[];
  return imports.map((each) => (each as { module?: unknown } | undefined)?.module ?? each);
}
