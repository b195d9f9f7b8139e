import { parseDuration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { invalidOption } from '../core/options.js';
import { isCatalogKey } from '../keys/catalog.js';
import type { DeclaredMethod } from './accessor.js';
import { defaultsOf } from './accessor.js';
import type { Nameable } from './binder.js';
import type { AnyMethod, CacheableOptions, Declaration } from './declaration.js';
import { planKey } from './key-plan.js';
import type { MethodFacts } from './method-facts.js';
import type { CachedOperation, InvalidateOperation, MethodOperations } from './operation.js';
import { planPatterns } from './pattern-plan.js';
import type { OperationSettings } from './settings.js';
import { DEFAULT_STORE } from './settings.js';
import { planTags } from './tag-plan.js';

type CachedDeclaration = Extract<Declaration, { kind: 'cacheable' | 'put' }>;
type InvalidateDeclaration = Extract<Declaration, { kind: 'invalidate' }>;

/**
 * What the decorators of a method mean: read once, checked, with every default applied.
 *
 * @throws CacheError with the first mistake found.
 */
export function compileMethod(
  declared: DeclaredMethod,
  facts: MethodFacts,
  settings: OperationSettings,
): MethodOperations {
  const { where, isHandler, mayBeAsync } = facts;
  const cached = declared.declarations.filter((each) => each.kind !== 'invalidate');
  const invalidations = declared.declarations.filter((each) => each.kind === 'invalidate');
  refuseContradictions(cached, invalidations, facts);
  const operations = cached.map((each) => compileCached(each, facts, settings));
  return {
    where,
    isHandler,
    mayBeAsync,
    cacheable: operations.find(({ kind }) => kind === 'cacheable'),
    put: operations.find(({ kind }) => kind === 'put'),
    invalidations: invalidations.map((each) => compileInvalidation(each, facts, settings)),
  };
}

function compileCached(
  declaration: CachedDeclaration,
  facts: MethodFacts,
  settings: OperationSettings,
): CachedOperation {
  const { kind, key, options } = declaration;
  const { where, isHandler } = facts;
  const store = checkedStore(options.store ?? DEFAULT_STORE, where, settings);
  const nameable = nameableOf(facts, options.ignore ?? [], settings);
  const catalog = isCatalogKey(key) ? key : undefined;
  const defaults = defaultsOf(facts.owner);
  const ttl = typeof options.ttl === 'function' ? undefined : options.ttl;
  const lifetime = ttl ?? catalog?.ttl ?? defaults.ttl;
  const nullTtl = options.nullTtl ?? catalog?.nullTtl;
  const { sharedScopes } = settings;
  return {
    kind,
    where,
    store,
    isHandler,
    inputs: facts.inputs,
    key: planKey(key, { ...nameable, derived: facts.derived, prefix: defaults.prefix, sharedScopes, isHandler }),
    tags: planTags(options.tags ?? catalog?.tags, nameable),
    ttl: lifetime === undefined ? settings.lifetimes.get(store)! : parseDuration(lifetime, 'ttl', where),
    ttlOf: typeof options.ttl === 'function' ? (options.ttl as CachedOperation['ttlOf']) : undefined,
    nullTtl: nullTtl === undefined ? undefined : parseDuration(nullTtl, 'nullTtl', where),
    when: options.when,
    unless: options.unless,
    type: checkedType(options, where),
    version: options.version === undefined ? '' : String(options.version),
    debug: options.debug ?? settings.debug,
  };
}

function compileInvalidation(
  { patterns, options }: InvalidateDeclaration,
  facts: MethodFacts,
  settings: OperationSettings,
): InvalidateOperation {
  const { where } = facts;
  const nameable = { ...nameableOf(facts, [], settings), hasResult: true };
  const tags = planTags(options.tags, nameable);
  return {
    kind: 'invalidate',
    where,
    store: options.store === undefined ? undefined : checkedStore(options.store, where, settings),
    patternsOf: planPatterns(patterns, nameable),
    tagsOf: (scope) => [...tags.before.map((tagOf) => tagOf(scope)), ...tags.after.flatMap((tagsOf) => tagsOf(scope))],
    always: options.always ?? false,
    unless: options.unless,
    debug: options.debug ?? settings.debug,
  };
}

function nameableOf({ where, inputs }: MethodFacts, ignore: readonly string[], settings: OperationSettings): Nameable {
  const ignored = new Set<number>();
  for (const name of ignore) {
    const input = inputs.find((each) => each.name === name || String(each.index) === name);
    if (!input) {
      const expected = `a list of names among ${inputs.map((each) => each.name ?? each.index).join(', ') || 'none'}`;
      throw invalidOption('ignore', where, name, expected);
    }
    ignored.add(input.index);
  }
  return { where, inputs, ignored, placeholders: settings.placeholders, hasResult: false };
}

function checkedStore(store: string, where: string, { lifetimes }: OperationSettings): string {
  if (lifetimes.has(store)) return store;
  throw new CacheError('STORE_UNKNOWN', { store, where, available: [...lifetimes.keys()] });
}

function checkedType({ type }: CacheableOptions<AnyMethod>, where: string): CacheableOptions<AnyMethod>['type'] {
  if (type === undefined || typeof type === 'function') return type;
  throw invalidOption('type', where, type, 'a class');
}

function refuseContradictions(
  cached: readonly CachedDeclaration[],
  invalidations: readonly InvalidateDeclaration[],
  { where, isHandler, inputs, isEventStream }: MethodFacts,
): void {
  const refuse = (reason: string, remedy: string): never => {
    throw new CacheError('METHOD_NOT_CACHEABLE', { where, reason, remedy });
  };
  const reads = cached.filter(({ kind }) => kind === 'cacheable');
  if (reads.length > 1) refuse('it has @Cacheable twice', 'Keep one of them.');
  if (cached.length - reads.length > 1) refuse('it has @CachePut twice', 'Keep one of them.');
  if (reads.length > 0 && (cached.length > 1 || invalidations.length > 0)) {
    refuse(
      'a method that reads through the cache cannot change it as well',
      'Move the write into a method of its own.',
    );
  }
  if (cached.length === 0 || !isHandler) return;
  if (inputs.some(({ origin, passthrough }) => origin === 'response' && !passthrough)) {
    refuse('with @Res() it answers by itself', 'Return the value, or use @Res({ passthrough: true }).');
  }
  if (inputs.some(({ origin }) => origin === 'next'))
    refuse('with @Next() it may not answer at all', 'Remove @Next().');
  if (isEventStream)
    refuse('with @Sse() it answers with a stream of events', 'Cache the method that the events come from.');
}
