import { parseDuration, type Duration } from '../core/duration.js';
import { CacheError } from '../core/errors.js';
import { checkOptionNames, invalidOption } from '../core/options.js';
import { alwaysCovers } from '../keys/meeting.js';
import type { Shape } from '../keys/shape.js';
import { literalShape, shapeOf } from '../keys/shape.js';
import { parseTemplate, placeholdersOf } from '../keys/template.js';

/** One row of the option `policies`: what holds for the keys that a pattern matches. */
export interface CachePolicy {
  /**
   * A path, which means the keys at it and below it; `*` stands for one segment, whatever it is. A literal matches only
   * the same literal of a template, never a placeholder that could take its value.
   */
  readonly match: string;
  /** The lifetime of entries where neither decorator, catalog, class nor store names one. */
  readonly ttl?: Duration;
  /** The shortest and the longest lifetime that may be named, by whomever. */
  readonly between?: readonly [shortest: Duration, longest: Duration];
  /** `false`: never cached, whatever decorators say. */
  readonly cache?: false;
}

/** A policy that was found to be right. */
export interface CheckedPolicy {
  readonly match: string;
  readonly shape: Shape;
  /** As it was written, for messages. */
  readonly between: CachePolicy['between'] | undefined;
  /** In milliseconds. */
  readonly ttl: number | undefined;
  /** In milliseconds. */
  readonly bounds: { readonly shortest: number; readonly longest: number } | undefined;
  readonly isUncached: boolean;
}

/** Lifetimes that suit most applications: short for lists, which change with every post, and nothing for admins. */
export const ttlMatrix: readonly CachePolicy[] = Object.freeze([
  { match: 'public:*:list', ttl: '60s', between: ['30s', '2m'] },
  { match: 'public:*:detail', ttl: '5m', between: ['1m', '5m'] },
  { match: 'public:taxonomy', ttl: '15m', between: ['5m', '30m'] },
  { match: 'admin:*:list', ttl: '20s', between: ['10s', '30s'] },
  { match: 'admin', cache: false },
]);

const WHERE = 'CacheModule.forRoot()';
const NAMES = ['match', 'ttl', 'between', 'cache'];

/**
 * Checks the option `policies`.
 *
 * @throws CacheError `OPTION_UNKNOWN`, `OPTION_INVALID`, `DURATION_INVALID`, `TEMPLATE_MALFORMED`, `TTL_OUT_OF_POLICY`
 */
export function checkedPolicies(policies: unknown): readonly CheckedPolicy[] {
  if (!Array.isArray(policies)) {
    throw invalidOption('policies', WHERE, policies, "an array such as [{ match: 'public:*:list', ttl: '60s' }]");
  }
  const checked = (policies as readonly CachePolicy[]).map(checkedPolicy);
  checked.forEach((policy, index) => {
    const hiding = checked.slice(0, index).find(({ shape }) => alwaysCovers(shape, policy.shape));
    if (hiding) throw hidden(index, policy, hiding);
  });
  return checked;
}

/** The policy of all keys of a template: the first one that matches, whatever the values are. */
export function policyOfShape(policies: readonly CheckedPolicy[], shape: Shape): CheckedPolicy | undefined {
  return policies.find((policy) => alwaysCovers(policy.shape, shape));
}

/** The policy of a path that a key function made. */
export function policyOfPath(policies: readonly CheckedPolicy[], path: string): CheckedPolicy | undefined {
  return policyOfShape(policies, { text: path, segments: path.split(':').map(literalShape), isOpen: false });
}

function checkedPolicy(policy: CachePolicy, index: number): CheckedPolicy {
  const option = `policies[${index}]`;
  const where = `${WHERE}, in ${option}`;
  checkOptionNames(policy, NAMES, where);
  const { match, ttl, between, cache } = policy;
  if (typeof match !== 'string') throw invalidOption('match', where, match, 'a pattern such as "public:*:list"');
  if (cache !== undefined && (cache as unknown) !== false)
    throw invalidOption('cache', where, cache, 'false, or left out');
  if (cache === false && (ttl !== undefined || between !== undefined)) {
    throw invalidOption(
      'cache',
      where,
      cache,
      'left out where "ttl" or "between" is given: it means no lifetime at all',
    );
  }
  if (cache === undefined && ttl === undefined && between === undefined) {
    throw invalidOption(
      'ttl',
      where,
      ttl,
      'given where neither "between" nor "cache" is: a policy has to say something',
    );
  }
  const checked = {
    match,
    between,
    shape: shapeOfMatch(match, where),
    ttl: ttl === undefined ? undefined : parseDuration(ttl, 'ttl', where),
    bounds: between === undefined ? undefined : checkedBounds(between, where),
    isUncached: cache === false,
  };
  refuseOutside(checked, { ttl: checked.ttl, option: 'ttl', found: `'${String(ttl)}'`, where });
  return checked;
}

/** A lifetime that somebody named. */
export interface NamedTtl {
  /** In milliseconds; undefined where nobody named one. */
  readonly ttl: number | undefined;
  readonly option: 'ttl' | 'nullTtl';
  /** As it was written, and by whom, for messages. */
  readonly found: string;
  readonly where: string;
}

/**
 * Refuses a lifetime outside of its policy. What is said of nothing, `nullTtl`, may be as short as one likes: the lower
 * bound is there to spare the loader of results.
 *
 * @throws CacheError `TTL_OUT_OF_POLICY`
 */
export function refuseOutside(
  policy: Pick<CheckedPolicy, 'match' | 'between' | 'bounds'> | undefined,
  { ttl, option, found, where }: NamedTtl,
): void {
  if (!policy?.bounds || !policy.between || ttl === undefined) return;
  const { shortest, longest } = policy.bounds;
  if (ttl <= longest && (ttl >= shortest || option === 'nullTtl')) return;
  const [from, to] = policy.between;
  throw new CacheError('TTL_OUT_OF_POLICY', {
    where,
    option,
    found,
    policy: policy.match,
    shortest: from,
    longest: to,
  });
}

function shapeOfMatch(match: string, where: string): Shape {
  const template = parseTemplate(match, { where, pattern: true });
  const [placeholder] = placeholdersOf(template);
  if (placeholder)
    throw invalidOption('match', where, match, 'a pattern without placeholders; "*" stands for a segment');
  return shapeOf(template, () => undefined);
}

function checkedBounds(between: unknown, where: string): { shortest: number; longest: number } {
  if (!Array.isArray(between) || between.length !== 2) {
    throw invalidOption('between', where, between, "the shortest and the longest lifetime, such as ['30s', '2m']");
  }
  const [from, to] = between as unknown[];
  const [shortest, longest] = [parseDuration(from, 'between', where), parseDuration(to, 'between', where)];
  if (shortest > longest) {
    const found = `['${String(from)}', '${String(to)}']`;
    throw new CacheError('OPTION_INVALID', { option: 'between', where, found, expected: 'the shorter lifetime first' });
  }
  return { shortest, longest };
}

function hidden(index: number, policy: CheckedPolicy, hiding: CheckedPolicy): CacheError {
  const found = `"${policy.match}", which the earlier policy "${hiding.match}" covers entirely`;
  const expected = 'further up, for the first policy that matches counts, or removed';
  return new CacheError('OPTION_INVALID', { option: `policies[${index}]`, where: WHERE, found, expected });
}
