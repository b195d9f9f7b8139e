import { parseDuration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { invalidOption } from '../core/options.js';
import { isCatalogKey } from '../keys/catalog.js';
import type { DeclaredMethod } from './accessor.js';
import { defaultsOf } from './accessor.js';
import type { Nameable } from './binder.js';
import { refuseContradictions } from './contradictions.js';
import type { CacheDefaultsOptions, Declaration } from './declaration.js';
import { soundDeclaration, soundDefaults } from './declared-options.js';
import { planKey } from './key-plan.js';
import type { MethodFacts } from './method-facts.js';
import type { CachedOperation, InvalidateOperation, MethodOperations } from './operation.js';
import { planPatterns } from './pattern-plan.js';
import { Problems } from './problems.js';
import type { OperationSettings } from './settings.js';
import { DEFAULT_STORE } from './settings.js';
import { planTags } from './tag-plan.js';

type CachedDeclaration = Extract<Declaration, { kind: 'cacheable' | 'put' }>;
type InvalidateDeclaration = Extract<Declaration, { kind: 'invalidate' }>;

/** What a method is compiled with. */
interface Compilation {
  readonly facts: MethodFacts;
  readonly settings: OperationSettings;
  readonly problems: Problems;
}

/** What the decorators of a method mean: read once, checked, with every default applied. Or what is wrong with them. */
export function compileMethod(
  declared: DeclaredMethod,
  facts: MethodFacts,
  settings: OperationSettings,
): MethodOperations | Problems {
  const { where, isHandler, mayBeAsync, owner } = facts;
  const problems = new Problems();
  const compilation = { facts, settings, problems };
  problems.collect(() => refuseContradictions(declared.declarations, facts));
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
  return { where, isHandler, mayBeAsync, cacheable, put, invalidations };
}

function compileCached(
  { kind, key, options }: CachedDeclaration,
  defaults: CacheDefaultsOptions,
  { facts, settings, problems }: Compilation,
): CachedOperation {
  const { where, isHandler, derived, inputs } = facts;
  const store = problems.collect(() => checkedStore(options.store ?? DEFAULT_STORE, where, settings));
  const nameable = nameableOf(facts, settings, ignoredInputs(facts, options.ignore ?? [], problems));
  const catalog = isCatalogKey(key) ? key : undefined;
  const ttl = typeof options.ttl === 'function' ? undefined : options.ttl;
  const lifetime = ttl ?? catalog?.ttl ?? defaults.ttl;
  const nullTtl = options.nullTtl ?? catalog?.nullTtl;
  const { sharedScopes, lifetimes } = settings;
  const planning = { ...nameable, derived, prefix: defaults.prefix, sharedScopes, isHandler };
  return {
    kind,
    where,
    store,
    isHandler,
    inputs,
    key: problems.collect(() => planKey(key, planning)),
    tags: problems.collect(() => planTags(options.tags ?? catalog?.tags, nameable)),
    ttl: problems.collect(() =>
      lifetime === undefined ? lifetimes.get(store)! : parseDuration(lifetime, 'ttl', where),
    ),
    ttlOf: typeof options.ttl === 'function' ? (options.ttl as CachedOperation['ttlOf']) : undefined,
    nullTtl: problems.collect(() => (nullTtl === undefined ? undefined : parseDuration(nullTtl, 'nullTtl', where))),
    when: options.when,
    unless: options.unless,
    type: options.type,
    transform: isHandler ? facts.transform : undefined,
    version: options.version === undefined ? '' : String(options.version),
    debug: options.debug ?? settings.debug,
  };
}

function compileInvalidation(
  { patterns, options }: InvalidateDeclaration,
  { facts, settings, problems }: Compilation,
): InvalidateOperation {
  const { where } = facts;
  const { store } = options;
  const nameable = { ...nameableOf(facts, settings, new Set()), hasResult: true };
  const tags = problems.collect(() => planTags(options.tags, nameable));
  return {
    kind: 'invalidate',
    where,
    store: store === undefined ? undefined : problems.collect(() => checkedStore(store, where, settings)),
    patternsOf: planPatterns(patterns, { ...nameable, prefix: defaultsOf(facts.owner).prefix }, problems),
    tagsOf: (scope) => [...tags.before.map((tagOf) => tagOf(scope)), ...tags.after.flatMap((tagsOf) => tagsOf(scope))],
    always: options.always ?? false,
    unless: options.unless,
    debug: options.debug ?? settings.debug,
  };
}

function nameableOf(
  { where, inputs }: MethodFacts,
  { placeholders }: OperationSettings,
  ignored: ReadonlySet<number>,
): Nameable {
  return { where, inputs, ignored, placeholders, hasResult: false };
}

/** The positions of the inputs that are left out of the key on purpose. */
function ignoredInputs({ where, inputs }: MethodFacts, names: readonly string[], problems: Problems): Set<number> {
  const ignored = new Set<number>();
  for (const name of names) {
    const input = inputs.find((each) => each.name === name || String(each.index) === name);
    if (input) ignored.add(input.index);
    else {
      const available = inputs.map((each) => each.name ?? each.index).join(', ') || 'none';
      problems.found.push(invalidOption('ignore', where, name, `a list of names among ${available}`));
    }
  }
  return ignored;
}

function checkedStore(store: string, where: string, { lifetimes }: OperationSettings): string {
  if (lifetimes.has(store)) return store;
  throw new CacheError('STORE_UNKNOWN', { store, where, available: [...lifetimes.keys()] });
}
