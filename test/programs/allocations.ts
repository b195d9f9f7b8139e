import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import 'reflect-metadata';
import { CacheModule, Cacheable } from '../../lib/index.js';
import { answer } from './answering.js';

/** What is called over and over. */
export type Subject = 'method' | 'copy' | 'shared' | 'sharedInDebug' | 'copied';

const WARM_UP = 30_000;
const CALLS = 20_000;
/** By then Node has told of every collection, in milliseconds. */
const TOLD = 50;
const PER_PAGE = 5;

const POST = {
  id: 1,
  title: 'How we made the blog fast',
  createdAt: 1_741_944_413_589,
  author: { id: 7, name: 'Ada Lovelace', roles: ['author', 'editor'] },
  tags: ['nestjs', 'cache', 'redis'],
};

@Injectable()
class Posts {
  loads = 0;

  async find(_id: string): Promise<typeof POST> {
    return POST;
  }

  @Cacheable('public:posts:<<page>>')
  async findPage(page: string): Promise<(typeof POST)[]> {
    return Array.from({ length: PER_PAGE }, () => this.#load(page));
  }

  @Cacheable('public:shared:<<id>>', { share: 'frozen' })
  async findShared(id: string): Promise<typeof POST> {
    return this.#load(id);
  }

  @Cacheable('public:debug:<<id>>', { share: 'frozen', debug: true })
  async findSharedInDebug(id: string): Promise<typeof POST> {
    return this.#load(id);
  }

  #load(_id: string): typeof POST {
    this.loads++;
    return structuredClone(POST);
  }
}

const posts = await start();

const SUBJECTS: Record<Subject, () => Promise<unknown>> = {
  method: () => posts.find('1'),
  copy: () => posts.findPage('1'),
  shared: () => posts.findShared('1'),
  sharedInDebug: () => posts.findSharedInDebug('1'),
  copied: async () => {
    const page = [];
    for (let n = 0; n < PER_PAGE; n++) {
      page.push({ ...POST, author: { ...POST.author, roles: [...POST.author.roles] }, tags: [...POST.tags] });
    }
    return page;
  },
};

answer({ bytes: (subject: Subject) => bytesOf(SUBJECTS[subject]) });

async function start(): Promise<Posts> {
  class RootModule {}
  Module({ imports: [CacheModule.forRoot({ prefix: 'test' })], providers: [Posts] })(RootModule);
  const context = await NestFactory.createApplicationContext(RootModule, { logger: false, abortOnError: false });
  return context.get(Posts);
}

/**
 * How many bytes of the heap one call takes until it is answered. The process is started with so much room for new
 * objects that nothing is collected meanwhile.
 */
async function bytesOf(call: () => Promise<unknown>): Promise<number> {
  for (let turn = 0; turn < WARM_UP; turn++) await call();
  globalThis.gc!();
  let collections = 0;
  const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
  observer.observe({ entryTypes: ['gc'] });
  await sleep(TOLD);
  collections = 0;
  const { loads } = posts;
  const before = process.memoryUsage().heapUsed;
  for (let turn = 0; turn < CALLS; turn++) await call();
  const after = process.memoryUsage().heapUsed;
  await sleep(TOLD);
  observer.disconnect();
  if (collections > 0) throw new Error(`${collections} collections took away what was to be measured`);
  if (posts.loads > loads) throw new Error('a call was no hit');
  return (after - before) / CALLS;
}
