import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import 'reflect-metadata';
import { CacheModule } from '../../lib/index.js';
import { randomNumbers } from '../support/random-numbers.js';
import { answer } from './answering.js';
import type { LoadLog, Pauses, WriteKind } from './articles.js';
import { ARTICLES, Articles, DATABASE, KINDS, PAUSES, now } from './articles.js';
import type { StoreName } from './freshness-stores.js';
import { storeOf } from './freshness-stores.js';

export interface Configuration {
  readonly cacheUrl: string;
  readonly databaseUrl: string;
  readonly prefix: string;
  readonly seed: number;
  readonly store: StoreName;
  readonly writers: number;
}

/** How much at least happens in one process. */
export interface Quota {
  readonly reads: number;
  /** Of each kind. */
  readonly writes: number;
}

/** Times in microseconds of the clock that all processes of a machine share. */
export type ReadLog = readonly [article: number, start: number, versions: readonly number[]];
export type WriteLog = readonly [kind: WriteKind, article: number, version: number, returned: number];

export interface Log {
  readonly reads: readonly ReadLog[];
  readonly writes: readonly WriteLog[];
  readonly loads: readonly LoadLog[];
  /** What the cache reported as errors: an invalidation that was not delivered would be no violation. */
  readonly errors: readonly string[];
  /** How many commands failed, by the reason. */
  readonly failures: ReadonlyMap<string, number>;
}

const READERS = 48;
const WRITE_KINDS: readonly WriteKind[] = [...KINDS, 'put', 'deletion'];

const { cacheUrl, databaseUrl, prefix, seed, store, writers } = JSON.parse(process.argv[2]!) as Configuration;
const random = randomNumbers(seed);
const errors: string[] = [];
const failures = new Map<string, number>();
const articles = await start();

answer({ run });

async function start(): Promise<Articles> {
  const pauses: Pauses = { between };
  class RootModule {}
  Module({
    imports: [CacheModule.forRoot({ prefix, store: storeOf(store, cacheUrl, failures) })],
    providers: [
      Articles,
      { provide: DATABASE, useValue: new Redis(databaseUrl) },
      { provide: PAUSES, useValue: pauses },
    ],
  })(RootModule);
  Logger.overrideLogger({
    log() {},
    warn: (text) => errors.push(String(text)),
    error: (text) => errors.push(String(text)),
  });
  const context = await NestFactory.createApplicationContext(RootModule, { abortOnError: false });
  return context.get(Articles);
}

async function run(quota: Quota): Promise<Log> {
  const reads: ReadLog[] = [];
  const writes: WriteLog[] = [];
  const done = new Map<WriteKind, number>(WRITE_KINDS.map((kind) => [kind, 0]));
  const isDone = () => reads.length >= quota.reads && [...done.values()].every((count) => count >= quota.writes);
  const read = async (): Promise<void> => {
    while (!isDone()) {
      const article = pick();
      const begun = now();
      const { versions } = await articles.read(article);
      reads.push([article, begun, versions]);
      if (random() < 0.1) await between(0, 3);
    }
  };
  const write = async (first: number): Promise<void> => {
    for (let turn = first; !isDone(); turn++) {
      const kind = WRITE_KINDS[turn % WRITE_KINDS.length]!;
      const article = pick();
      const version = await articles.write(kind, article);
      writes.push([kind, article, version, now()]);
      done.set(kind, done.get(kind)! + 1);
      await between(0, 70);
    }
  };
  await Promise.all([
    ...Array.from({ length: READERS }, read),
    ...Array.from({ length: writers }, (_, index) => write(index * 2)),
  ]);
  return { reads, writes, loads: articles.loads.splice(0), errors: errors.splice(0), failures };
}

function pick(): number {
  return Math.floor(random() * ARTICLES);
}

function between(least: number, most: number): Promise<void> {
  const delay = least + random() * (most - least);
  return new Promise((resolve) => {
    if (delay < 1) setImmediate(resolve);
    else setTimeout(resolve, delay);
  });
}
