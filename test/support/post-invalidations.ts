import type { CacheService } from '../../lib/index.js';

/** The ways to invalidate the post of `Posts`, by name. */
export const INVALIDATIONS: readonly (readonly [string, (cache: CacheService, id: number) => Promise<void>])[] = [
  ['its exact entry', (cache, id) => cache.delete(['blog', 'posts', id])],
  ['its path', (cache, id) => cache.invalidate(['blog', 'posts', id])],
  ['a path above it', (cache) => cache.invalidate('blog')],
  ['its tag', (cache, id) => cache.invalidateTags([`tag-${id}`])],
  ['a tag from its result', (cache, id) => cache.invalidateTags([`author-${id}`])],
  ['a glob', (cache, id) => cache.invalidate(`b*g:*:${id}`)],
  ['everything', (cache) => cache.clear()],
];
