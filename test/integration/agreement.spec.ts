import type { INestApplicationContext } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import fc from 'fast-check';
import type { StoreDefinition } from '../../lib/index.js';
import { CacheModule, CacheService, memoryStore, redisStore } from '../../lib/index.js';

const KEYS = ['a', 'a:b', 'a:b:c', 'a:x', 'a:x:c', 'b', 'b:c', 'b:b:c'];
const PATTERNS = [...KEYS, 'c', 'a:*', '*', '*:b', 'a:*:c', '?:b', '*:*:c', 'a:b*'];
const TAGS = ['one', 'two', 'three'];
const DEADLINE_MS = 300_000;

/** One thing to ask a cache, with a name for the report of a history that went wrong. */
class Step {
  constructor(
    readonly name: string,
    readonly ask: (cache: CacheService) => Promise<unknown>,
  ) {}

  [fc.toStringMethod](): string {
    return this.name;
  }
}

interface Write {
  readonly key: string;
  readonly value: unknown;
  readonly tags: string[];
}

const key = fc.constantFrom(...KEYS);
const tags = fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 2 });
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(undefined, null, NaN, -0, new Date(0), new Map([['a', new Set([1])]]), { nothing: undefined }),
  fc.date({ noInvalidDate: true }),
  fc.string({ unit: 'grapheme' }),
);

/** What a step does with the write it is given. */
const WRITES: Record<string, (cache: CacheService, write: Write) => Promise<unknown>> = {
  set: (cache, write) => cache.set(write.key, write.value, { tags: write.tags }),
  put: (cache, write) => cache.put(write.key, () => write.value, { tags: write.tags }),
  setMany: (cache, write) =>
    cache.setMany(
      [write.key, 'b'].map((each) => [each, write.value]),
      { tags: write.tags },
    ),
  getOrSet: load,
  again: load,
  failing: (cache, write) => cache.getOrSet(write.key, () => Promise.reject(new Error('no')), { tags: write.tags }),
};

const READS: Record<string, (cache: CacheService, key: string) => Promise<unknown>> = {
  get: (cache, each) => cache.get(each),
  has: (cache, each) => cache.has(each),
  'ttl is null': async (cache, each) => (await cache.ttl(each)) === null,
  delete: (cache, each) => cache.delete(each),
};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.keys(WRITES)), fc.record({ key, value, tags }))
      .map(([name, write]) => new Step(`${name} ${fc.stringify(write)}`, (cache) => WRITES[name]!(cache, write))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.keys(READS)), key)
      .map(([name, each]) => new Step(`${name} ${each}`, (cache) => READS[name]!(cache, each))),
  },
  fc
    .constantFrom(...PATTERNS)
    .map((pattern) => new Step(`invalidate ${pattern}`, (cache) => cache.invalidate(pattern))),
  tags.map((each) => new Step(`invalidateTags ${each.join()}`, (cache) => cache.invalidateTags(each))),
  fc.constant(new Step('clear', (cache) => cache.clear())),
);

describe('the memory store and Redis', () => {
  const contexts: INestApplicationContext[] = [];
  let memory: CacheService;
  let redis: CacheService;

  beforeAll(async () => {
    memory = await start(memoryStore());
    redis = await start(redisStore(process.env['TEST_REDIS_URL']!, { commandTimeout: '5s' }));
  });

  afterAll(() => Promise.all(contexts.map((context) => context.close())));

  async function start(store: StoreDefinition): Promise<CacheService> {
    class RootModule {}
    Module({ imports: [CacheModule.forRoot({ prefix: 'test:agreement', store })] })(RootModule);
    const context = await NestFactory.createApplicationContext(RootModule, { logger: false, abortOnError: false });
    contexts.push(context);
    return context.get(CacheService);
  }

  it(
    'give the same answers in every history',
    async () => {
      const history = fc.array(step, { minLength: 5, maxLength: 40 });
      const property = fc.asyncProperty(history, async (steps) => {
        await Promise.all([memory.clear(), redis.clear()]);
        const told: string[] = [];
        for (const { name, ask } of [...steps, everything]) {
          told.push(name);
          const [one, other] = await Promise.all([answerOf(ask(memory)), answerOf(ask(redis))]);
          expect({ told, answer: other }).toEqual({ told, answer: one });
        }
      });
      await fc.assert(property, { numRuns: 300 });
    },
    DEADLINE_MS,
  );
});

const everything = new Step('getMany', async (cache) => [...(await cache.getMany(KEYS))]);

/** Whether the loader ran is part of the answer. */
async function load(cache: CacheService, write: Write): Promise<unknown> {
  let loads = 0;
  const found = await cache.getOrSet(write.key, () => (loads++, write.value), { tags: write.tags });
  return { found, loads };
}

async function answerOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    (answer) => ({ answer }),
    (error: Error) => ({ error: error.message }),
  );
}
