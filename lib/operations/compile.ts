import { writeDuration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { parseSettle, refuseUnsettled } from '../core/settle.js';
import { entryVersion } from '../engine/freshness.js';
import type { AnyCatalogKey } from '../keys/catalog.js';
import { isCatalogKey } from '../keys/catalog.js';
import type { DeclaredMethod } from './accessor.js';
import { defaultsOf } from './accessor.js';
import type { Nameable } from './binder.js';
import { refuseContradictions, refusePrivateAnswers } from './contradictions.js';
import type { CacheDefaultsOptions, Declaration } from './declaration.js';
import { soundDeclaration, soundDefaults } from './declared-options.js';
import { ignoredInputs } from './ignored-inputs.js';
import type { KeyPlanning } from './key-plan.js';
import { planKey } from './key-plan.js';
import type { LifetimePlanning } from './lifetime-plan.js';
import { planLifetime } from './lifetime-plan.js';
import type { MethodFacts } from './method-facts.js';
import type { CachedOperation, DeclaredPattern, InvalidateOperation, MethodOperations } from './operation.js';
import { factsOfOne } from './one-of-many.js';
import { planPatterns } from './pattern-plan.js';
import { Problems } from './problems.js';
import type { OperationSettings } from './settings.js';
import { DEFAULT_STORE } from './settings.js';
import { planStale } from './stale-plan.js';
import { planTags } from './tag-plan.js';
import { planValues } from './value-plan.js';
import { variedBy } from './vary-plan.js';

type CachedDeclaration = Extract<Declaration, { kind: 'cacheable' | 'put' }>;
type InvalidateDeclaration = Extract<Declaration, { kind: 'invalidate' }>;

/** What a method is compiled with. */
interface Compilation {
  readonly facts: MethodFacts;
  readonly settings: OperationSettings;
  readonly problems: Problems;
}

interface DeclaredLifetimes {
  readonly facts: MethodFacts;
  readonly options: CachedDeclaration['options'];
  readonly catalog: AnyCatalogKey | undefined;
  readonly defaults: CacheDefaultsOptions;
  readonly store: string;
}

/** What the decorators of a method mean: read once, checked, with every default applied. Or what is wrong with them. */
export function compileMethod(
  declared: DeclaredMethod,
  given: MethodFacts,
  settings: OperationSettings,
): MethodOperations | Problems {
  const { where, isHandler, mayBeAsync, owner } = given;
  const problems = new Problems();
  problems.collect(() => refuseContradictions(declared.declarations, given));
  const isMany = declared.declarations.some((each) => each.kind === 'cacheable' && each.isMany);
  const facts = isMany ? problems.collect(() => factsOfOne(given)) : given;
  if (!facts) return problems;
  const compilation = { facts, settings, problems };
  const defaults = soundDefaults(defaultsOf(owner), owner.name, problems);
  const declarations = declared.declarations.map((each) => soundDeclaration(each, where, problems));
  const cached = declarations
    .filter((each) => each.kind !== 'invalidate')
    .map((each) => compileCached(each, defaults, compilation));
  const invalidations = declarations
    .filter((each) => each.kind === 'invalidate')
    .map((each) => compileInvalidation(each, compilation));
  if (problems.found.length > 0) return problems;
  const cacheable = cached.find(({ kind }) => kind === 'cacheable');
  const put = cached.find(({ kind }) => kind === 'put');
  return { where, facts, isHandler, mayBeAsync, cacheable, put, invalidations };
}

function compileCached(
  declaration: CachedDeclaration,
  defaults: CacheDefaultsOptions,
  compilation: Compilation,
): CachedOperation {
  const { kind, isMany = false, key, options } = declaration;
  const { facts, settings, problems } = compilation;
  const { where, isHandler, inputs } = facts;
  const store = problems.collect(() => checkedStore(options.store ?? DEFAULT_STORE, where, settings));
  const ignored = ignoredInputs(facts, { own: options.ignore ?? [], everywhere: settings.ignore }, problems);
  const catalog = isCatalogKey(key) ? key : undefined;
  const vary = problems.collect(() => variedBy(kind, options.vary ?? [], where)) ?? [];
  const planning = planningWith({ ignored: ignored.positions, prefix: defaults.prefix, vary }, compilation);
  const declared = { facts, options, catalog, defaults, store };
  const plannedKey = problems.collect(() => refusePrivateAnswers(planKey(key, planning), facts));
  return {
    kind,
    isMany,
    where,
    store,
    isHandler,
    calledBy: facts.kind,
    inputs,
    ignored,
    key: plannedKey,
    tags: problems.collect(() => planTags(options.tags ?? catalog?.tags, planning)),
    // A key with problems is one of the problems, and its operation never runs.
    lifetime: problems.collect(() => plannedKey && planLifetime(plannedKey, lifetimesOf(declared, settings))),
    ttlOf: typeof options.ttl === 'function' ? (options.ttl as CachedOperation['ttlOf']) : undefined,
    // Of its decorator a put takes none of them.
    stale: problems.collect(() => planStale([options, ...(catalog ? [catalog] : [])], facts)),
    settle: problems.collect(() => parseSettle(options.settle, where)),
    when: options.when,
    unless: options.unless,
    shape: problems.collect(() => planValues(options, facts)),
    version: entryVersion(options.version === undefined ? '' : String(options.version), options.type),
    debug: options.debug ?? settings.debug,
  };
}

function planningWith(
  { ignored, prefix, vary }: Pick<KeyPlanning, 'ignored' | 'prefix' | 'vary'>,
  { facts, settings }: Compilation,
): KeyPlanning {
  const { where, inputs, derived, isHandler } = facts;
  const { placeholders, sharedScopes } = settings;
  return { where, inputs, ignored, placeholders, hasResult: false, derived, prefix, sharedScopes, isHandler, vary };
}

/** Who says how long the entries of a method live, the closest first. */
function lifetimesOf(
  { facts, options, catalog, defaults, store }: DeclaredLifetimes,
  { lifetimes, storesWithTtl, policies }: OperationSettings,
): LifetimePlanning {
  const isComputed = typeof options.ttl === 'function';
  const inCatalog = catalog?.where ?? 'its catalog';
  return {
    where: facts.where,
    policies,
    ttls: [
      ['its decorator', typeof options.ttl === 'function' ? undefined : options.ttl],
      [inCatalog, catalog?.ttl],
      [`@CacheDefaults of ${facts.owner.name}`, defaults.ttl],
      [`the store "${store}"`, storesWithTtl.has(store) ? writeDuration(lifetimes.get(store)!) : undefined],
    ],
    nullTtls: [
      ['its decorator', options.nullTtl],
      [inCatalog, catalog?.nullTtl],
    ],
    isComputed,
    otherwise: lifetimes.get(store)!,
  };
}

function compileInvalidation(
  { patterns, options }: InvalidateDeclaration,
  { facts, settings, problems }: Compilation,
): InvalidateOperation {
  const { where, inputs } = facts;
  const { store } = options;
  const { placeholders } = settings;
  const nameable: Nameable = { where, inputs, ignored: new Set(), placeholders, hasResult: true };
  const tags = problems.collect(() => planTags(options.tags, nameable)) ?? planTags([], nameable);
  const planned = planPatterns(patterns, { ...nameable, prefix: defaultsOf(facts.owner).prefix }, problems);
  return {
    kind: 'invalidate',
    where,
    store: store === undefined ? undefined : problems.collect(() => checkedStore(store, where, settings)),
    patterns: planned.declared,
    tags: tags.shapes,
    patternsOf: (scope) => planned.patternsOf(scope),
    tagsOf: (scope) => [...tags.before.map((tagOf) => tagOf(scope)), ...tags.after.flatMap((tagsOf) => tagsOf(scope))],
    always: options.always ?? false,
    settle: problems.collect(() => settleOf(options.settle, planned.declared ?? [], where)),
    unless: options.unless,
    debug: options.debug ?? settings.debug,
  };
}

function settleOf(given: unknown, patterns: readonly DeclaredPattern[], where: string): number | undefined {
  const window = parseSettle(given, where);
  const wild = patterns.find(({ shape }) => shape.segments.some(({ kind }) => kind === 'wildcard'));
  if (wild) refuseUnsettled(window, wild.text, where);
  return window;
}

function checkedStore(store: string, where: string, { lifetimes }: OperationSettings): string {
  if (lifetimes.has(store)) return store;
  throw new CacheError('STORE_UNKNOWN', { store, where, available: [...lifetimes.keys()] });
}
