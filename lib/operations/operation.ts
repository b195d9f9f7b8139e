import type { LoadRequest, StaleRules } from '../engine/request.js';
import type { Shape } from '../keys/shape.js';
import type { AnyMethod } from './declaration.js';
import type { MethodInput } from './method-inputs.js';
import type { CallScope } from './context-sources.js';
import type { KeyCoverage } from './coverage.js';
import type { IgnoredInputs } from './ignored-inputs.js';
import type { MethodFacts } from './method-facts.js';
import type { MethodKind } from './transports.js';
import type { LifetimePlan } from './lifetime-plan.js';

/** How a method makes its keys. */
export interface KeyPlan {
  readonly kind: 'template' | 'derived' | 'function';
  /** What its keys can be. */
  readonly shape: Shape;
  /** The template, or what stands for it in messages. */
  readonly text: string;
  /** The key of a catalog that it was given as: `cacheKeys("public:blog").detail`. */
  readonly catalogKey?: string;
  readonly coverage: KeyCoverage;
  /** Whether the template names the identity of whoever is signed in. */
  readonly namesIdentity: boolean;
  /** The request headers that the key depends on, in lower case. */
  readonly vary: readonly string[];
  /** The inputs whose hash stands behind the template, because it does not name them. */
  readonly unnamed: readonly MethodInput[];
  /** The path for one call, without the partition. */
  pathOf(scope: CallScope): string;
  /** A path in front of the one that cannot be made for lack of a value; empty for the root. */
  patternOf(scope: CallScope): string;
  /** Whether the key means the same for everybody. */
  isShared(path: string): boolean;
}

/** How a method makes tags: those known before it runs, and those known from its result. */
export interface TagPlan {
  /** What its tags can be; undefined where a function says. */
  readonly shapes: readonly Shape[] | undefined;
  readonly before: readonly ((scope: CallScope) => string)[];
  readonly after: readonly ((scope: CallScope) => readonly string[])[];
}

/** What `@Cacheable` or `@CachePut` declares, checked and with every default applied. */
export interface CachedOperation {
  readonly kind: 'cacheable' | 'put';
  /** Whether its method takes a list of ids, each of which has an entry; inputs, key and tags are those of one id. */
  readonly isMany: boolean;
  readonly where: string;
  readonly store: string;
  readonly key: KeyPlan;
  readonly tags: TagPlan;
  readonly lifetime: LifetimePlan;
  readonly ttlOf: ((result: unknown, ...args: unknown[]) => unknown) | undefined;
  /** Undefined for never. */
  readonly stale: StaleRules | undefined;
  /** Of a put: how long nothing is stored of what is loaded after it, in milliseconds. Undefined for not at all. */
  readonly settle: number | undefined;
  readonly when: AnyMethod | undefined;
  readonly unless: AnyMethod | undefined;
  /** How values are stored, and what callers get of them. */
  readonly shape: LoadRequest['shape'];
  /** Stands in entries; those with another one are misses. */
  readonly version: string;
  readonly isHandler: boolean;
  readonly calledBy: MethodKind;
  readonly inputs: readonly MethodInput[];
  readonly ignored: IgnoredInputs;
  readonly debug: boolean;
}

/** A pattern for one call, with the placeholder that widened it, if one did. */
export interface ResolvedPattern {
  readonly pattern: string;
  readonly widened?: { readonly placeholder: string; readonly reason: string } | undefined;
}

/** A pattern as a decorator declared it. */
export interface DeclaredPattern {
  /** As the developer wrote it. */
  readonly text: string;
  readonly shape: Shape;
  readonly isCatalogKey: boolean;
  /** Whether it was put behind the prefix of its class, which may or may not be meant. */
  readonly isPrefixed: boolean;
}

/** What `@InvalidateCache` declares, checked. */
export interface InvalidateOperation {
  readonly kind: 'invalidate';
  readonly where: string;
  /** The named cache, or undefined for every one. */
  readonly store: string | undefined;
  /** What its patterns and tags can be; undefined where a function says. */
  readonly patterns: readonly DeclaredPattern[] | undefined;
  readonly tags: readonly Shape[] | undefined;
  readonly patternsOf: (scope: CallScope) => readonly ResolvedPattern[];
  readonly tagsOf: (scope: CallScope) => readonly string[];
  readonly always: boolean;
  /** How long nothing is stored of what it invalidates, in milliseconds. Undefined for not at all. */
  readonly settle: number | undefined;
  readonly unless: AnyMethod | undefined;
  readonly debug: boolean;
}

/** Everything that the decorators of one method say. */
export interface MethodOperations {
  readonly where: string;
  readonly facts: MethodFacts;
  readonly isHandler: boolean;
  /** False for a method that is known to return no promise. */
  readonly mayBeAsync: boolean;
  readonly cacheable: CachedOperation | undefined;
  readonly put: CachedOperation | undefined;
  readonly invalidations: readonly InvalidateOperation[];
}
