import type { CacheErrorCode } from '../core/errors.js';
import { mayCover } from '../keys/meeting.js';
import type { MethodInput } from '../operations/method-inputs.js';
import type { CachedOperation } from '../operations/operation.js';
import type { CheckedApplication } from './application.js';
import type { Finding } from './finding.js';
import type { Dropper, EntryMethod, KeyGraph } from './key-graph.js';
import { keyGraphOf, mayDrop, shareTag, withinReach } from './key-graph.js';

/** What an application caches, and what drops it: plain data, which JSON can hold. */
export interface CacheReport {
  readonly methods: readonly ReportedMethod[];
  readonly invalidations: readonly ReportedInvalidation[];
  /** What start-up checks find, whatever `keyCheck` says. */
  readonly findings: readonly ReportedFinding[];
}

/** A method with `@Cacheable`, `@CacheableMany` or `@CachePut`. */
export interface ReportedMethod {
  /** `Class.method`. */
  readonly where: string;
  readonly decorator: 'Cacheable' | 'CacheableMany' | 'CachePut';
  /** The name of the cache. */
  readonly store: string;
  /** The template of its keys, `Class:method` where the decorator names none, or `null` for a key function. */
  readonly template: string | null;
  /** In milliseconds; `null` where it is known only in a call: a function of the result, or a key function. */
  readonly ttl: number | null;
  /** In milliseconds, for `null` and `undefined`; `null` where it is no other. */
  readonly nullTtl: number | null;
  /** Templates; `null` for a function of the result. */
  readonly tags: readonly string[] | null;
  readonly inputs: readonly ReportedInput[];
  /** What the policy that applies matches, or `null`. */
  readonly policy: string | null;
  /** False where its policy says `cache: false`. */
  readonly isCached: boolean;
  /** The methods whose decorators drop its entries, by path or by tag. */
  readonly invalidatedBy: readonly string[];
  /** The methods of which only a call can tell whether they do. */
  readonly maybeInvalidatedBy: readonly string[];
}

/** A parameter of a cached method. */
export interface ReportedInput {
  /** As a template calls it; its position where it has no name. */
  readonly name: string;
  /** Where it comes from: `param`, `query`, `body`, `argument`… */
  readonly kind: string;
  /** `unknown` under a key function. */
  readonly use: 'in the key' | 'ignored' | 'left out' | 'unknown';
}

/** A method with `@InvalidateCache`. */
export interface ReportedInvalidation {
  /** `Class.method`. */
  readonly where: string;
  /** The named cache, or `null` for every one. */
  readonly store: string | null;
  /** Its patterns and the methods whose entries they can drop; `null` for a function. */
  readonly patterns: readonly ReportedTarget[] | null;
  /** Its tags, likewise. */
  readonly tags: readonly ReportedTarget[] | null;
}

export interface ReportedTarget {
  readonly template: string;
  /** The cached methods whose entries it can drop. */
  readonly matches: readonly string[];
}

/** What a start-up check found. */
export interface ReportedFinding {
  readonly severity: 'error' | 'warning';
  readonly code: CacheErrorCode;
  /** `Class.method`. */
  readonly where: string;
  readonly message: string;
}

/** The map of an application, with what its checks find. */
export function cacheReport(
  application: Pick<CheckedApplication, 'methods'>,
  findings: readonly Finding[],
): CacheReport {
  const graph = keyGraphOf(application);
  return {
    methods: graph.entries.map((entry) => reportedMethod(entry, graph)),
    invalidations: graph.droppers.map((dropper) => reportedInvalidation(dropper, graph)),
    findings: findings.map(({ severity, where, problem: { code, message } }) => ({ severity, code, where, message })),
  };
}

/** The map of an application that has not started, or caches nothing. */
export const EMPTY_REPORT: CacheReport = { methods: [], invalidations: [], findings: [] };

function reportedMethod(entry: EntryMethod, graph: KeyGraph): ReportedMethod {
  const { operation } = entry;
  const { kind, isMany, where, store, key, tags, lifetime, ttlOf, inputs } = operation;
  const droppers = graph.droppers.filter((dropper) => withinReach(graph, dropper).includes(entry));
  const places = (drops: boolean | undefined): string[] => [
    ...new Set(droppers.filter((each) => mayDrop(each, entry) === drops).map((each) => each.operation.where)),
  ];
  const invalidatedBy = places(true);
  return {
    where,
    decorator: kind === 'put' ? 'CachePut' : isMany ? 'CacheableMany' : 'Cacheable',
    store,
    template: key.kind === 'function' ? null : key.text,
    ttl: ttlOf ? null : (lifetime.fixed?.ttl ?? null),
    nullTtl: lifetime.fixed?.nullTtl ?? null,
    tags: tags.shapes?.map(({ text }) => text) ?? null,
    inputs: inputs.map((input) => ({
      name: input.name ?? String(input.index),
      kind: input.kind,
      use: useOf(input, operation),
    })),
    policy: lifetime.fixed?.policy?.match ?? null,
    isCached: lifetime.fixed?.policy?.isUncached !== true,
    invalidatedBy,
    maybeInvalidatedBy: places(undefined).filter((each) => !invalidatedBy.includes(each)),
  };
}

function reportedInvalidation(dropper: Dropper, graph: KeyGraph): ReportedInvalidation {
  const { where, store, patterns, tags } = dropper.operation;
  const entries = withinReach(graph, dropper);
  const matching = (matches: (entry: CachedOperation) => boolean): string[] =>
    entries.filter(({ operation }) => matches(operation)).map(({ operation }) => operation.where);
  return {
    where,
    store: store ?? null,
    patterns:
      patterns?.map(({ text, shape }) => ({
        template: text,
        matches: matching(({ key }) => key.kind !== 'function' && mayCover(shape, key.shape)),
      })) ?? null,
    tags:
      tags?.map((tag) => ({
        template: tag.text,
        matches: matching((operation) => operation.tags.shapes !== undefined && shareTag([tag], operation.tags.shapes)),
      })) ?? null,
  };
}

function useOf({ index }: MethodInput, { key, ignored }: CachedOperation): ReportedInput['use'] {
  if (ignored.positions.has(index)) return 'ignored';
  if (key.kind === 'function') return 'unknown';
  const { isEverything, whole, parts } = key.coverage;
  return isEverything || whole.has(index) || parts.has(index) ? 'in the key' : 'left out';
}
