import type { GetOptions, GetOrSetOptions, Key, PartitionOptions, SetOptions } from './cache.service-options.js';
import { checkCall } from './cache.service-arguments.js';
import { parseDuration } from './core/duration.js';
import { checkOptionNames } from './core/options.js';
import type { SettleOptions } from './core/settle.js';
import { parseSettle } from './core/settle.js';
import { STALE_OPTIONS } from './core/stale-windows.js';
import type { Engine, ReadRequest } from './engine/engine.js';
import { noteContextual } from './engine/frames.js';
import { entryVersion, staleWindow } from './engine/freshness.js';
import type { LoadRequest } from './engine/request.js';
import { encodeTag, pathOf } from './keys/escape.js';
import { PathAddress, partitionSegment, tagGroup, withPartition } from './keys/groups.js';
import { partitionOf } from './operations/call-plan.js';
import type { RunnerContext } from './operations/cached-runner.js';
import type { CallScope } from './operations/context-sources.js';
import { currentRequest } from './operations/request-context.js';
import { staleRules } from './operations/stale-plan.js';
import { isFrozen } from './operations/value-plan.js';
import { loadClassTransformer } from './serialization/dto.js';

/** What a caller of `CacheService` wants loaded or stored. */
export interface ServiceCall {
  readonly key: Key;
  readonly options: GetOrSetOptions & SettleOptions;
  readonly load: () => unknown;
}

const STORED_WITH = ['tags', 'type', 'partition'];

/** The options of each verb; of all others it is the partition. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  get: ['type', 'share', 'partition'],
  getMany: ['type', 'share', 'partition'],
  getOrSet: ['ttl', ...STALE_OPTIONS, 'share', ...STORED_WITH],
  put: ['ttl', 'settle', ...STORED_WITH],
  set: ['ttl', ...STORED_WITH],
};
const PARTITION_ONLY = ['partition'];
const NO_TAGS: readonly string[] = [];

/** What was made at once, or had to wait for class-transformer. */
type Made<R> = R | undefined | Promise<R | undefined>;

const NOWHERE = { segment: undefined, contextual: new Map<string, string>() };

/** Turns the calls of one `CacheService` into what its engine is asked. */
export class ServiceRequests {
  constructor(
    private readonly context: RunnerContext,
    private readonly engine: Engine,
  ) {}

  /** In production a key that cannot be made is logged, and there is no request. */
  reading(verb: string, key: Key, options: GetOptions): Made<ReadRequest> {
    return this.#made(verb, key, options, (where) => {
      const { address } = this.#address(where, key, options);
      return { address, shape: shapeOf(options, where), version: undefined, debug: this.#debug };
    });
  }

  /** In production a key that cannot be made is logged, and there is no request. */
  loading(verb: string, { key, options, load }: ServiceCall): Made<LoadRequest> {
    return this.#made(verb, key, options, (where) => {
      const { ttl, type } = options;
      const { lifetimes } = this.context.settings;
      const lifetime = ttl === undefined ? lifetimes.get(this.engine.context.name)! : parseDuration(ttl, 'ttl', where);
      const stale = staleRules(options, where);
      const { address, contextual } = this.#address(where, key, options);
      return {
        address,
        contextual,
        shape: shapeOf(options, where),
        version: entryVersion('', type),
        stale,
        debug: this.#debug,
        hasLateTags: false,
        lifetime,
        settle: parseSettle(options.settle, where),
        load,
        decide: () => ({ kind: 'store', lifetime, staleFor: staleWindow(stale), lateTags: [] }),
      };
    });
  }

  /**
   * The partition that a call is about, and what of the request it was made of.
   *
   * @throws CacheError `CONTEXT_MISSING`, `KEY_VALUE_MISSING`
   */
  partition(verb: string, options: PartitionOptions): string | undefined {
    const where = placeOf(verb);
    checkOptionNames(options, ['partition'], where);
    return this.#partition(where, options).segment;
  }

  #made<R>(verb: string, key: Key, options: GetOptions, make: (where: string) => R): Made<R> {
    const where = placeOf(verb);
    try {
      checkCall(key, options, where);
      checkOptionNames(options, OPTIONS[verb] ?? PARTITION_ONLY, where);
      if (options.type === undefined) return make(where);
    } catch (error) {
      return this.#refused(error, where);
    }
    return loadClassTransformer(`The option "type" of ${where}`)
      .then(() => make(where))
      .catch((error: unknown) => this.#refused(error, where));
  }

  #refused(error: unknown, where: string): undefined {
    this.context.mistakes.report(error, where);
    return undefined;
  }

  #address(where: string, key: Key, options: SetOptions): Pick<LoadRequest, 'address' | 'contextual'> {
    const { segment, contextual } = this.#partition(where, options);
    const path = withPartition(segment, pathOf(key, where));
    const tags = options.tags?.map((tag) => tagGroup(encodeTag(tag, where), segment)) ?? NO_TAGS;
    return { address: new PathAddress(path, tags), contextual };
  }

  #partition(where: string, { partition }: PartitionOptions) {
    if (partition === undefined && !this.context.settings.partition) return NOWHERE;
    const scope: CallScope = { where, args: [], context: currentRequest()?.context, contextual: new Map() };
    const segment =
      partition === undefined
        ? partitionOf(scope, this.context.settings.partition)
        : partitionSegment(partition, where);
    noteContextual(scope.contextual);
    return { segment, contextual: scope.contextual };
  }

  get #debug(): boolean {
    return this.context.settings.debug;
  }
}

function shapeOf(options: GetOptions, where: string): LoadRequest['shape'] {
  return { form: 'value', type: options.type, where, isFrozen: isFrozen(options, where) };
}

/** Where a call stands, for messages. */
export function placeOf(verb: string): string {
  return `CacheService.${verb}()`;
}
