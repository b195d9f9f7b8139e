import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import 'reflect-metadata';
import { CacheModule, CacheableMany, redisStore } from '../../lib/index.js';
import type { RedisTarget } from '../../lib/index.js';
import { answer } from './answering.js';

export interface Configuration {
  readonly cache: RedisTarget;
  readonly databaseUrl: string;
  readonly prefix: string;
}

export interface Asked {
  /** Ids of one scope are cold until somebody asks for them. */
  readonly scope: string;
  readonly ids: readonly number[];
  /** How long the loader takes in milliseconds; 0 for for ever. */
  readonly duration: number;
}

const DATABASE = Symbol('database');

@Injectable()
class Numbers {
  constructor(@Inject(DATABASE) private readonly database: Redis) {}

  /** Counts how often each id was loaded, which is also its value. */
  @CacheableMany('numbers:<<scope>>:<<id>>', { ignore: ['duration'] })
  async findMany(ids: readonly number[], scope: string, duration: number): Promise<Map<number, number>> {
    const counts = await Promise.all(ids.map((id) => this.database.hincrby(scope, String(id), 1)));
    await new Promise((resolve) => {
      if (duration > 0) setTimeout(resolve, duration);
    });
    return new Map(ids.map((id, index) => [id, counts[index]!]));
  }
}

const { cache, databaseUrl, prefix } = JSON.parse(process.argv[2]!) as Configuration;
const numbers = await start();

answer({
  find: async ({ scope, ids, duration }: Asked) => [...(await numbers.findMany(ids, scope, duration)).entries()],
});

async function start(): Promise<Numbers> {
  class RootModule {}
  Module({
    imports: [CacheModule.forRoot({ prefix, store: redisStore(cache, { commandTimeout: '2s' }) })],
    providers: [Numbers, { provide: DATABASE, useValue: new Redis(databaseUrl) }],
  })(RootModule);
  Logger.overrideLogger(['warn', 'error']);
  const context = await NestFactory.createApplicationContext(RootModule, { abortOnError: false });
  return context.get(Numbers);
}
