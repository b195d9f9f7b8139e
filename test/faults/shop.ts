import type { INestApplicationContext } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { StoreDefinition } from 'nestash';
import { CacheModule, CacheService, Cacheable, InvalidateCache } from 'nestash';

/** Items that are asked for at random; one more is asked for only to see whether the cache works. */
export const ITEMS = 100;
const QUERY_TIME = 2;

/** Under which key an item is cached. */
export function keyOf(id: number): string {
  return `public:items:${id}`;
}

/** The truth. Everything in it is committed the moment it is written. */
export class Database {
  readonly versions = Array.from({ length: ITEMS + 1 }, () => 1);
  /** The version that every read must show which begins now: its write has returned. */
  readonly floors = [...this.versions];

  async read(id: number): Promise<{ id: number; version: number }> {
    const version = this.versions[id]!;
    await new Promise((resolve) => setTimeout(resolve, QUERY_TIME));
    return { id, version };
  }
}

export class Items {
  constructor(private readonly database: Database) {}

  @Cacheable('public:items:<<id>>', { ttl: '1h' })
  async find(id: number): Promise<{ id: number; version: number }> {
    return this.database.read(id);
  }

  @Cacheable('public:quick')
  async quick(): Promise<string> {
    return this.plain();
  }

  async plain(): Promise<string> {
    return 'loaded';
  }

  @InvalidateCache(['public:items:<<id>>'])
  async save(id: number): Promise<number> {
    return ++this.database.versions[id]!;
  }
}

/** One instance of an application, with a connection of its own. Several share a database. */
export class Shop {
  private constructor(
    private readonly application: INestApplicationContext,
    private readonly database: Database,
    readonly items: Items,
    readonly cache: CacheService,
  ) {}

  static async open(database: Database, store: StoreDefinition, prefix = 'faults'): Promise<Shop> {
    class ShopModule {}
    const items = { provide: Items, useFactory: () => new Items(database) };
    Module({ imports: [CacheModule.forRoot({ prefix, store })], providers: [items] })(ShopModule);
    const application = await NestFactory.createApplicationContext(ShopModule, { logger: false });
    return new Shop(application, database, application.get(Items), application.get(CacheService));
  }

  /** Writes an item; whatever is read from now on has to show it. */
  async save(id: number): Promise<void> {
    const version = await this.items.save(id);
    const { floors } = this.database;
    floors[id] = Math.max(floors[id]!, version);
  }

  async close(): Promise<void> {
    await this.application.close();
  }
}
