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
  /** Default 48. */
  readonly readers?: number;
  /** How long a reader rests after each read at most, in milliseconds. Left out: after one of ten, 3. */
  readonly rest?: number;
  /** Each as often as it stands here. Left out: all but `clear`. */
  readonly kinds?: readonly WriteKind[];
  /** How many bytes a second this process keeps for ever, which a check of its memory must notice. Left out: 0. */
  readonly leak?: number;
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
  /** What the store counted: commands that failed, by the reason, reads, and those that found an entry. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What happened since the last one, all that had happened by then. */
export interface Slice {
  readonly log: Log;
  readonly until: number;
}

/** What the process takes after a collection, in bytes; it has to be started with `--expose-gc`. */
export interface Memory {
  readonly resident: number;
  /** In its heap, and what that refers to outside. */
  readonly used: number;
}

const LEAK_MS = 100;
const NUMBER_BYTES = 8;

const configuration = JSON.parse(process.argv[2]!) as Configuration;
const { cacheUrl, databaseUrl, prefix, seed, store, writers, readers = 48, rest } = configuration;
const kinds = configuration.kinds ?? [...KINDS, 'put', 'deletion'];
const random = randomNumbers(seed);
const errors: string[] = [];
const counts = new Map<string, number>();
const reads: ReadLog[] = [];
const writes: WriteLog[] = [];
const articles = await start();

answer({ run, begin, take, weigh });

async function start(): Promise<Articles> {
  const pauses: Pauses = { between };
  class RootModule {}
  Module({
    imports: [CacheModule.forRoot({ prefix, store: storeOf(store, cacheUrl, counts) })],
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
  const done = new Map<WriteKind, number>(kinds.map((kind) => [kind, 0]));
  const wrote = (kind: WriteKind) => done.set(kind, done.get(kind)! + 1);
  await work(() => reads.length >= quota.reads && [...done.values()].every((count) => count >= quota.writes), wrote);
  return logged();
}

/** Goes on until the process ends; `take` says what happened. */
async function begin(): Promise<void> {
  if (configuration.leak) leak(configuration.leak);
  void work(
    () => false,
    () => {},
  );
}

function take(): Slice {
  return { log: logged(), until: now() };
}

function weigh(): Memory {
  global.gc!();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, used: heapUsed + external };
}

function logged(): Log {
  const log = { reads: reads.splice(0), writes: writes.splice(0), loads: articles.loads.splice(0) };
  const counted = new Map(counts);
  counts.clear();
  return { ...log, errors: errors.splice(0), counts: counted };
}

async function work(isDone: () => boolean, wrote: (kind: WriteKind) => void): Promise<void> {
  const read = async (): Promise<void> => {
    while (!isDone()) {
      const article = pick();
      const begun = now();
      const { versions } = await articles.read(article);
      reads.push([article, begun, versions]);
      if (rest !== undefined) await between(0, rest);
      else if (random() < 0.1) await between(0, 3);
    }
  };
  const write = async (first: number): Promise<void> => {
    for (let turn = first; !isDone(); turn++) {
      const kind = kinds[turn % kinds.length]!;
      const article = pick();
      const version = await articles.write(kind, article);
      await articles.delivered();
      writes.push([kind, article, version, now()]);
      wrote(kind);
      await between(0, 70);
    }
  };
  await Promise.all([
    ...Array.from({ length: readers }, read),
    ...Array.from({ length: writers }, (_, index) => write(index * 2)),
  ]);
}

/** Keeps so many bytes a second for ever. */
function leak(rate: number): void {
  const kept: number[][] = [];
  let last = performance.now();
  setInterval(() => {
    const time = performance.now();
    const length = Math.round(((time - last) / 1_000) * (rate / NUMBER_BYTES));
    kept.push(Array.from({ length }, random));
    last = time;
  }, LEAK_MS);
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
