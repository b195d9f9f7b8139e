import type { TransformOptions } from '../serialization/dto.js';
import type { AnyMethod, ClassType } from './declaration.js';
import type { MethodInput } from './method-inputs.js';
import type { CallScope } from './context-sources.js';

/** How a method makes its keys. */
export interface KeyPlan {
  /** The template, or what stands for it in messages. */
  readonly text: string;
  /** Whether the template names the identity of whoever is signed in. */
  readonly namesIdentity: boolean;
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
  readonly before: readonly ((scope: CallScope) => string)[];
  readonly after: readonly ((scope: CallScope) => readonly string[])[];
}

/** What `@Cacheable` or `@CachePut` declares, checked and with every default applied. */
export interface CachedOperation {
  readonly kind: 'cacheable' | 'put';
  readonly where: string;
  readonly store: string;
  readonly key: KeyPlan;
  readonly tags: TagPlan;
  /** In milliseconds. */
  readonly ttl: number;
  readonly ttlOf: ((result: unknown, ...args: unknown[]) => unknown) | undefined;
  readonly nullTtl: number | undefined;
  readonly when: AnyMethod | undefined;
  readonly unless: AnyMethod | undefined;
  readonly type: ClassType | undefined;
  readonly transform: TransformOptions | undefined;
  /** Empty for none. */
  readonly version: string;
  readonly isHandler: boolean;
  readonly inputs: readonly MethodInput[];
  readonly debug: boolean;
}

/** A pattern for one call, with the placeholder that widened it, if one did. */
export interface ResolvedPattern {
  readonly pattern: string;
  readonly widened?: { readonly placeholder: string; readonly reason: string } | undefined;
}

/** What `@InvalidateCache` declares, checked. */
export interface InvalidateOperation {
  readonly kind: 'invalidate';
  readonly where: string;
  /** The named cache, or undefined for every one. */
  readonly store: string | undefined;
  readonly patternsOf: (scope: CallScope) => readonly ResolvedPattern[];
  readonly tagsOf: (scope: CallScope) => readonly string[];
  readonly always: boolean;
  readonly unless: AnyMethod | undefined;
  readonly debug: boolean;
}

/** Everything that the decorators of one method say. */
export interface MethodOperations {
  readonly where: string;
  readonly isHandler: boolean;
  /** False for a method that is known to return no promise. */
  readonly mayBeAsync: boolean;
  readonly cacheable: CachedOperation | undefined;
  readonly put: CachedOperation | undefined;
  readonly invalidations: readonly InvalidateOperation[];
}
