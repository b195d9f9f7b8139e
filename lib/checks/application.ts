import type { ApplicationConfig } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { DeclaredMethod } from '../operations/accessor.js';
import type { ClassType } from '../operations/declaration.js';
import type { MethodFacts } from '../operations/method-facts.js';
import type { MethodOperations } from '../operations/operation.js';
import type { OperationSettings } from '../operations/settings.js';

/** A decorated method of a class that Nest makes, read and found runnable. */
export interface CheckedMethod {
  readonly operations: MethodOperations;
  readonly facts: MethodFacts;
  readonly owner: ClassType;
  /** The prototype on which the method was decorated: the owner's, or one that it extends. */
  readonly declaring: object;
  readonly method: string | symbol;
  /** What its decorators say, or the route by which it is cached. */
  readonly declared: DeclaredMethod;
  /** The name of the module that the class belongs to. */
  readonly module: string;
  readonly wrapper: InstanceWrapper;
}

/** What the checks look at: every decorated method, and what they depend on. */
export interface CheckedApplication {
  readonly methods: readonly CheckedMethod[];
  /** How Nest makes the objects of each class. */
  readonly made: ReadonlyMap<ClassType, readonly InstanceWrapper[]>;
  readonly settings: OperationSettings;
  /** The global guards and pipes; undefined where Nest does not tell. */
  readonly config: ApplicationConfig | undefined;
}
