import type { Adapter } from '../adapter.js';

/** Each in a file of its own, which is loaded only by the process that measures it. */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly adapter: Adapter }>>> = {
  nestash: () => import('./nestash.js'),
  'nestash @Cacheable': () => import('./nestash-method.js'),
  'nestash, no batches': () => import('./nestash-apart.js'),
  'cache-manager': () => import('./cache-manager.js'),
  cacheable: () => import('./cacheable.js'),
  bentocache: () => import('./bentocache.js'),
  'async-cache-dedupe': () => import('./async-cache-dedupe.js'),
  'type-cacheable': () => import('./type-cacheable.js'),
  ioredis: () => import('./ioredis.js'),
  'lru-cache': () => import('./lru-cache.js'),
};

export const PEERS = ['cache-manager', 'cacheable', 'bentocache', 'async-cache-dedupe', 'type-cacheable'] as const;
export const CACHES = ['nestash', ...PEERS] as const;
export const ADAPTER_NAMES = Object.keys(LOADERS);

export async function adapterOf(name: string): Promise<Adapter> {
  const load = LOADERS[name];
  if (!load) throw new Error(`There is no adapter "${name}".`);
  return (await load()).adapter;
}
