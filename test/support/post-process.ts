import type { INestApplicationContext } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheModule, CachePut, CacheService, Cacheable } from '../../lib/index.js';
import type { StoreDefinition } from '../../lib/stores/store.js';
import type { ChaosStore } from '../../lib/testing/chaos.store.js';
import { chaosStore } from '../../lib/testing/chaos.store.js';

export interface Post {
  readonly title: string;
  readonly author: string;
}

/** What is true at the moment. Several processes read it. */
export class Database {
  title = 'old';
}

/** A load that has read the database and not returned yet. */
export interface HeldLoad {
  readonly arrived: Promise<void>;
  release(): void;
}

/** Reads that an application would decorate like this. */
export class Posts {
  loads = 0;
  readonly #holds: { arrive: () => void; released: Promise<void> }[] = [];

  constructor(private readonly database: Database) {}

  /** Holds back the next load after it has read the database. */
  hold(): HeldLoad {
    let release!: () => void;
    let arrive!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    this.#holds.push({ arrive, released });
    return { arrived, release };
  }

  @Cacheable('blog:posts:<<id>>', { tags: ['tag-<<id>>', '<<result.author>>'] })
  async find(id: number): Promise<Post> {
    return this.#load(id);
  }

  @CachePut('blog:posts:<<id>>', { tags: ['tag-<<id>>', '<<result.author>>'] })
  async replace(id: number): Promise<Post> {
    return this.#load(id);
  }

  async #load(id: number): Promise<Post> {
    this.loads++;
    const { title } = this.database;
    const hold = this.#holds.shift();
    hold?.arrive();
    await hold?.released;
    return { title, author: `author-${id}` };
  }
}

/** An application on a store that can be held up. Two of them on one store are like two processes. */
export class PostProcess {
  private constructor(
    private readonly context: INestApplicationContext,
    readonly posts: Posts,
    readonly store: ChaosStore,
  ) {}

  static async start(definition: StoreDefinition, database: Database): Promise<PostProcess> {
    let chaos: ChaosStore | undefined;
    const store: StoreDefinition = { ...definition, create: (names) => (chaos = chaosStore(definition.create(names))) };
    class RootModule {}
    Module({
      imports: [CacheModule.forRoot({ prefix: 'test:posts', store })],
      providers: [{ provide: Posts, useFactory: () => new Posts(database) }],
    })(RootModule);
    const context = await NestFactory.createApplicationContext(RootModule, { logger: false, abortOnError: false });
    return new PostProcess(context, context.get(Posts), chaos!);
  }

  get cache(): CacheService {
    return this.context.get(CacheService);
  }

  async title(id: number): Promise<string> {
    return (await this.posts.find(id)).title;
  }

  async stop(): Promise<void> {
    await this.context.close();
  }
}
