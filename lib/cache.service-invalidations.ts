import { checkObject, checkTags } from './cache.service-arguments.js';
import type { InvalidationOptions, Key } from './cache.service-options.js';
import type { ServiceRequests } from './cache.service-requests.js';
import { placeOf } from './cache.service-requests.js';
import { checkOptionNames } from './core/options.js';
import { parseSettle, refuseUnsettled } from './core/settle.js';
import type { Engine } from './engine/engine.js';
import type { Targets } from './engine/invalidator.js';
import { invalidationOf } from './engine/invalidator.js';
import type { AnyCatalogKey } from './keys/catalog.js';
import { isCatalogKey, patternOfCatalogKey } from './keys/catalog.js';
import { encodeTag } from './keys/escape.js';
import { patternOf, tagGroup, withPartition } from './keys/groups.js';
import { noteInvalidated } from './operations/request-context.js';

/** What the invalidations of one `CacheService` delete, in every store that they reach. */
export class ServiceInvalidations {
  constructor(
    private readonly requests: ServiceRequests,
    private readonly reached: readonly Engine[],
  ) {}

  /** @throws CacheError `KEY_MALFORMED`, `STORE_UNAVAILABLE` */
  async pattern(target: Key | AnyCatalogKey, second: object, third: InvalidationOptions): Promise<void> {
    const where = placeOf('invalidate');
    checkObject(second, isCatalogKey(target) ? 'values' : 'options', where);
    const [pattern, options] = isCatalogKey(target)
      ? [patternOfCatalogKey(target, second).pattern, third]
      : [patternOf(target, where), second as InvalidationOptions];
    const { segment, settle } = this.#options('invalidate', options);
    await this.#invalidate({ patterns: [withPartition(segment, pattern)], tagGroups: [], settle }, where);
  }

  /** @throws CacheError `KEY_MALFORMED`, `STORE_UNAVAILABLE` */
  async tags(tags: readonly (string | number | readonly unknown[])[], options: InvalidationOptions): Promise<void> {
    const where = placeOf('invalidateTags');
    checkTags(tags, where);
    const { segment, settle } = this.#options('invalidateTags', options);
    const tagGroups = tags.map((tag) => tagGroup(encodeTag(tag, where), segment));
    await this.#invalidate({ patterns: [], tagGroups, settle }, where);
  }

  #options(verb: string, options: InvalidationOptions) {
    const where = placeOf(verb);
    checkOptionNames(options, ['partition', 'settle'], where);
    const { settle, ...partition } = options;
    return { segment: this.requests.partition(verb, partition), settle: parseSettle(settle, where) };
  }

  async #invalidate(targets: Targets, where: string): Promise<void> {
    const invalidation = invalidationOf(targets);
    const [pattern = ''] = targets.patterns;
    if (invalidation.globs.length > 0) refuseUnsettled(targets.settle, pattern, where);
    const results = await Promise.allSettled(this.reached.map((engine) => engine.invalidate(invalidation)));
    for (const result of results) if (result.status === 'rejected') throw result.reason as unknown;
    noteInvalidated(targets.patterns.length + targets.tagGroups.length);
  }
}
