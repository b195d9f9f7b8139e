import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import 'reflect-metadata';
import { CacheModule, Cacheable, redisStore } from '../../lib/index.js';
import { answer } from './answering.js';

export interface FloodConfiguration {
  /** Left out: in memory. */
  readonly cacheUrl?: string;
}

export interface FloodFigures {
  /** How much the process has grown, in bytes: at most, and in the end, after a garbage collection. */
  readonly resident: number;
  readonly heap: number;
  /** Lines of the log. */
  readonly lines: readonly string[];
}

const AT_ONCE = 100;

@Injectable()
class Search {
  loads = 0;

  @Cacheable('public:search:<<words>>')
  async find(words: string): Promise<object> {
    this.loads++;
    return { words, found: ['first', 'second', 'third'] };
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const { cacheUrl } = JSON.parse(process.argv[2]!) as FloodConfiguration;
const lines: string[] = [];
const search = await start();
await search.find('the first');
collect();
const before = process.memoryUsage();

answer({ run });

async function start(): Promise<Search> {
  const store = cacheUrl === undefined ? {} : { store: redisStore(cacheUrl, { commandTimeout: '5s' }) };
  class RootModule {}
  Module({ imports: [CacheModule.forRoot({ prefix: 'test:flood', ttl: '5m', ...store })], providers: [Search] })(
    RootModule,
  );
  Logger.overrideLogger({
    log() {},
    warn: (text) => lines.push(String(text)),
    error: (text) => lines.push(String(text)),
  });
  const context = await NestFactory.createApplicationContext(RootModule, { abortOnError: false });
  return context.get(Search);
}

/** Asks for so many different words. */
async function run(count: number): Promise<FloodFigures> {
  let resident = 0;
  for (let first = 0; first < count; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => search.find(wordsOf(first + index))));
    if (first % 10_000 !== 0) continue;
    resident = Math.max(resident, process.memoryUsage.rss() - before.rss);
    // Lets timers run.
    await new Promise((resolve) => setImmediate(resolve));
  }
  collect();
  return { resident, heap: process.memoryUsage().heapUsed - before.heapUsed, lines };
}

/** Words that nobody has asked for before. */
function wordsOf(index: number): string {
  return Math.imul(index, 0x9e3779b1).toString(36).padStart(12, 'x');
}
