import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Cluster, Redis } from 'ioredis';
import { CacheService, memoryStore, nearStore, redisStore } from 'nestash';
import type { Misuse } from './misuse.js';
import { using, usingCache } from './misuse.js';

/** The address of a Redis that is not there. */
export async function deadRedis(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `redis://127.0.0.1:${port}`;
}

async function withoutRedis(use: (cache: CacheService) => Promise<unknown>): Promise<void> {
  const cache = { prefix: 'prod:shop', store: redisStore(await deadRedis()) };
  await using({ cache }, (application) => use(application.get(CacheService)));
}

/** Compiled sources lie in <folder>/test/errors, the library beside them in <folder>/lib. */
const COMPILED = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const INSTALLED = ['@nestjs', 'reflect-metadata', 'rxjs'];

/** Runs the misuse of that name in a process of its own, in a folder where the optional packages are not installed. */
async function withoutPackages(misuse: 'ioredis' | 'class-transformer'): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nestash-errors-'));
  try {
    await cp(COMPILED, folder, { recursive: true });
    await mkdir(join(folder, 'node_modules'));
    for (const name of INSTALLED) await symlink(join(PACKAGES, name), join(folder, 'node_modules', name), 'junction');
    const { code, message } = await failureOf(join(folder, 'test', 'errors', 'without-packages.js'), misuse);
    throw Object.assign(new Error(message), { code });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function failureOf(file: string, misuse: string): Promise<{ code?: string; message: string }> {
  const child = spawn(process.execPath, [file, misuse], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(Buffer.concat(chunks).toString()) as { code?: string; message: string };
}

/** Stores that are down, clients that are no good, locks, and packages that are missing. */
export const storeMisuses: readonly Misuse[] = [
  {
    wrote: `cache.invalidate('posts') while Redis is down`,
    code: 'STORE_UNAVAILABLE',
    shows: ['"default"', '"invalidate"', 'ECONNREFUSED 127.0.0.1', 'the invalidation waits'],
    make: () => withoutRedis((cache) => cache.invalidate('posts')),
  },
  {
    wrote: `cache.lock('rebuild', rebuild) while Redis is down`,
    code: 'STORE_UNAVAILABLE',
    shows: ['"default"', '"lock"', 'ECONNREFUSED 127.0.0.1', 'up and reachable'],
    make: () => withoutRedis((cache) => cache.lock('rebuild', () => 1)),
  },
  {
    wrote: `redisStore({ client: new Redis({ keyPrefix: 'shop:' }) })`,
    code: 'STORE_CLIENT_REFUSED',
    shows: ['redisStore()', '"shop:"', 'forRoot({ prefix })'],
    make: async () => redisStore({ client: new Redis({ keyPrefix: 'shop:', lazyConnect: true }) }),
  },
  {
    wrote: `redisStore({ client: new Cluster([…], { scaleReads: 'slave' }) })`,
    code: 'STORE_CLIENT_REFUSED',
    shows: ['redisStore()', 'scaleReads', '"slave"', 'A replica may lag behind'],
    make: async () =>
      redisStore({ client: new Cluster(['127.0.0.1:6379'], { lazyConnect: true, scaleReads: 'slave' }) }),
  },
  {
    wrote: `redisStore({ client: new Redis({ sentinels: […], name: 'mymaster', role: 'slave' }) })`,
    code: 'STORE_CLIENT_REFUSED',
    shows: ['redisStore()', 'role', '"slave"', 'A replica may lag behind'],
    make: async () =>
      redisStore({
        client: new Redis({ sentinels: [{ host: 'a' }], name: 'mymaster', role: 'slave', lazyConnect: true }),
      }),
  },
  {
    wrote: `redisStore({ sentinels: [{ host: 'sentinel-1' }], name: 'mymaster', role: 'slave' })`,
    code: 'OPTION_INVALID',
    shows: ['redisStore()', '"role"', '"slave"', 'a replica may lag behind'],
    make: async () => redisStore({ sentinels: [{ host: 'sentinel-1' }], name: 'mymaster', role: 'slave' } as never),
  },
  {
    wrote: `redisStore('redis://localhost:6379', { compressAbove: '4kb' })`,
    code: 'OPTION_INVALID',
    shows: ['redisStore()', '"compressAbove"', '"4kb"', 'a whole number of at least 0'],
    make: async () => redisStore('redis://localhost:6379', { compressAbove: '4kb' as never }),
  },
  {
    wrote: `nearStore({ far: memoryStore() })`,
    code: 'OPTION_INVALID',
    shows: ['nearStore()', '"far"', 'what redisStore() returns'],
    make: async () => nearStore({ far: memoryStore() }),
  },
  {
    wrote: `nearStore({ far: redisStore({ cluster: […] }), consistency: 'eventual' })`,
    code: 'OPTION_INVALID',
    shows: ['nearStore()', '"consistency"', '"eventual"', '"validated" where "far" is a cluster'],
    make: async () => nearStore({ far: redisStore({ cluster: ['127.0.0.1:1'] }), consistency: 'eventual' }),
  },
  {
    wrote: `nearStore({ far: redisStore(…), consistency: 'strong' })`,
    code: 'OPTION_INVALID',
    shows: ['nearStore()', '"consistency"', '"strong"', '"validated" or "eventual"'],
    make: async () => nearStore({ far: redisStore('redis://localhost'), consistency: 'strong' as never }),
  },
  {
    wrote: `nearStore({ far: redisStore(…), maxEntries: 500 })`,
    code: 'OPTION_UNKNOWN',
    shows: ['nearStore()', '"maxEntries"', '"near"'],
    make: async () => nearStore({ far: redisStore('redis://localhost'), maxEntries: 500 } as never),
  },
  {
    wrote: `redisStore({ cluster: [] })`,
    code: 'OPTION_INVALID',
    shows: ['redisStore()', '"cluster"', 'at least one address'],
    make: async () => redisStore({ cluster: [] }),
  },
  {
    wrote: `forRoot({ prefix: 'prod:{shop}', store: redisStore({ cluster: […] }) })`,
    code: 'OPTION_INVALID',
    shows: ['"prefix"', '"prod:{shop}"', 'without braces'],
    make: () =>
      using({ cache: { prefix: 'prod:{shop}', store: redisStore({ cluster: ['127.0.0.1:1'] }) } }, async () => {}),
  },
  {
    wrote: `redisStore({ client }) with a client of another library`,
    code: 'STORE_CLIENT_REFUSED',
    shows: ['redisStore()', 'an instance of NodeRedisClient', 'new Redis(…)'],
    async make() {
      class NodeRedisClient {}
      redisStore({ client: new NodeRedisClient() as never });
    },
  },
  {
    wrote: `cache.lock('rebuild', rebuild) while somebody else has it`,
    code: 'LOCK_NOT_ACQUIRED',
    shows: ['"rebuild"', 'held by somebody else', "{ wait: '30s' }"],
    make: () => usingCache((cache) => cache.lock('rebuild', () => cache.lock('rebuild', () => 1))),
  },
  {
    wrote: `cache.lock('rebuild', rebuild, { wait: '50ms' }) while somebody else has it for longer`,
    code: 'LOCK_NOT_ACQUIRED',
    shows: ['"rebuild"', 'within 50ms', 'Wait longer'],
    make: () => usingCache((cache) => cache.lock('rebuild', () => cache.lock('rebuild', () => 1, { wait: '50ms' }))),
  },
  {
    wrote: `cache.lock('rebuild', () => { …100 ms of computing… }, { ttl: '40ms' })`,
    code: 'LOCK_LOST',
    shows: ['"rebuild"', 'AbortSignal', 'ttl'],
    make: () => usingCache((cache) => cache.lock('rebuild', blockTheProcess, { ttl: '40ms' })),
  },
  {
    wrote: `redisStore('redis://localhost:6379'), and ioredis is not installed`,
    code: 'PACKAGE_MISSING',
    shows: ['redisStore()', '"ioredis"', 'npm install ioredis'],
    make: () => withoutPackages('ioredis'),
  },
  {
    wrote: `@Cacheable('posts', { type: Post }) on PostsService.list, and class-transformer is not installed`,
    code: 'PACKAGE_MISSING',
    shows: ['PostsService.list', '"type"', '"class-transformer"', 'npm install class-transformer'],
    make: () => withoutPackages('class-transformer'),
  },
];

async function blockTheProcess(signal: AbortSignal): Promise<void> {
  const end = Date.now() + 100;
  while (Date.now() < end);
  await sleep(5_000, undefined, { signal }).catch(() => {});
}
