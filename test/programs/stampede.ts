import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import 'reflect-metadata';
import { CacheModule, CacheService, Cacheable, redisStore } from '../../lib/index.js';
import { answer } from './answering.js';

export interface Configuration {
  readonly cacheUrl: string;
  readonly databaseUrl: string;
  readonly prefix: string;
}

export interface Stampede {
  /** Asks `CacheService`, or a service with a decorated method. */
  readonly through: 'service' | 'decorator';
  readonly key: string;
  readonly callers: number;
  /** How long the loader takes in milliseconds; 0 for for ever. */
  readonly duration: number;
  /** Whether the entry may be stale, which it is after two seconds. */
  readonly isStale?: boolean;
}

export interface Outcome {
  /** The different values that callers got. */
  readonly values: readonly number[];
  readonly callers: number;
}

const DATABASE = Symbol('database');
const STALE = { ttl: '2s', staleWhileRevalidate: '1m' } as const;

@Injectable()
class Reports {
  constructor(
    @Inject(DATABASE) private readonly database: Redis,
    @Inject(CacheService) private readonly cache: CacheService,
  ) {}

  ask({ through, key, duration, isStale }: Stampede): Promise<number> {
    if (through === 'decorator') return isStale ? this.findStale(key, duration) : this.find(key, duration);
    return this.cache.getOrSet(['reports', 'service', key], () => this.#load(key, duration), isStale ? STALE : {});
  }

  @Cacheable('reports:stale:<<key>>', { ...STALE, ignore: ['duration'] })
  async findStale(key: string, duration: number): Promise<number> {
    return this.#load(key, duration);
  }

  @Cacheable('reports:decorator:<<key>>', { ignore: ['duration'] })
  async find(key: string, duration: number): Promise<number> {
    return this.#load(key, duration);
  }

  /** Counts how often it ran, which is also what it returns. */
  async #load(key: string, duration: number): Promise<number> {
    const run = await this.database.incr(key);
    await new Promise((resolve) => {
      if (duration > 0) setTimeout(resolve, duration);
    });
    return run;
  }
}

const { cacheUrl, databaseUrl, prefix } = JSON.parse(process.argv[2]!) as Configuration;
const reports = await start();

answer({ stampede });

async function start(): Promise<Reports> {
  class RootModule {}
  Module({
    imports: [CacheModule.forRoot({ prefix, store: redisStore(cacheUrl, { commandTimeout: '2s' }) })],
    providers: [Reports, { provide: DATABASE, useValue: new Redis(databaseUrl) }],
  })(RootModule);
  Logger.overrideLogger(['warn', 'error']);
  const context = await NestFactory.createApplicationContext(RootModule, { abortOnError: false });
  return context.get(Reports);
}

async function stampede(asked: Stampede): Promise<Outcome> {
  const values = await Promise.all(Array.from({ length: asked.callers }, () => reports.ask(asked)));
  return { values: [...new Set(values)], callers: values.length };
}
