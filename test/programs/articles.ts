import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { CacheError, CachePut, CacheService, Cacheable, CacheableMany, InvalidateCache } from '../../lib/index.js';

/** The ways in which an article is invalidated. Each has counters of its own in the database. */
export const KINDS = ['exact', 'path', 'tag', 'resultTag', 'glob'] as const;
export type Kind = (typeof KINDS)[number];
export type WriteKind = Kind | 'put' | 'deletion' | 'clear';

export interface Article {
  readonly author: string;
  /** What each of its counters stood at, in the order of `KINDS`. */
  readonly versions: readonly number[];
  /** Long or empty: stores treat large entries in another way. */
  readonly text: string;
}

export const ARTICLES = 24;
const LONG = 'x'.repeat(5_000);
export const DATABASE = Symbol('database');
export const PAUSES = Symbol('pauses');

/** Random delays, in the order that a seed gives. */
export interface Pauses {
  between(least: number, most: number): Promise<void>;
}

/** A load as its process saw it, times in microseconds of the clock that all processes of a machine share. */
export type LoadLog = readonly [article: number, begin: number, end: number, versions: readonly number[]];

export function now(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** The counters that an article depends on, in the order of `KINDS`. */
export function countersOf(article: number): readonly string[] {
  const { section, label, author, parity } = partsOf(article);
  return [`exact:${article}`, `path:${section}`, `tag:${label}`, `resultTag:${author}`, `glob:${parity}`];
}

export function partsOf(article: number) {
  return {
    section: `section${article % 3}`,
    label: `label${article % 4}`,
    author: `author${article % 5}`,
    parity: article % 2 === 0 ? 'even' : 'odd',
    id: `${article % 2 === 0 ? 'even' : 'odd'}-${article}`,
  };
}

type Place = ReturnType<typeof partsOf> & { readonly article: number };

/** Reads and writes that an application would decorate like this. Writes return the version that they made. */
@Injectable()
export class Articles {
  readonly loads: LoadLog[] = [];

  constructor(
    @Inject(DATABASE) private readonly database: Redis,
    @Inject(CacheService) private readonly cache: CacheService,
    @Inject(PAUSES) private readonly pauses: Pauses,
  ) {}

  async read(article: number): Promise<Article> {
    if (article % 4 === 1) return this.readAmong(article);
    const { section, id, label } = partsOf(article);
    return article % 4 === 0 ? this.findStale(section, id, label, article) : this.find(section, id, label, article);
  }

  /** Together with two others, in an order of its own. */
  async readAmong(article: number): Promise<Article> {
    const places = [article, (article + 8) % ARTICLES, (article + 4) % ARTICLES].map((each) => ({
      ...partsOf(each),
      article: each,
    }));
    const found = await this.findMany(article % 8 === 1 ? places : places.toReversed());
    return found.get(places[0]!)!;
  }

  async write(kind: WriteKind, article: number): Promise<number> {
    const { section, id, label, author, parity } = partsOf(article);
    switch (kind) {
      case 'exact':
        return this.writeArticle(section, id, article);
      case 'deletion':
        return this.writeAndDelete(section, id, article);
      case 'clear':
        return this.writeAndClear(article);
      case 'put':
        return (await this.replace(section, id, label, article)).versions[0]!;
      case 'path':
        return this.writeSection(section);
      case 'tag':
        return this.writeLabel(label);
      case 'resultTag':
        return this.writeAuthor(author);
      case 'glob':
        return parity === 'even' ? this.writeEven() : this.writeOdd();
    }
  }

  @Cacheable('shop:articles:<<section>>:<<id>>', {
    tags: ['<<label>>', '<<result.author>>'],
    ignore: ['label', 'article'],
  })
  async find(section: string, id: string, label: string, article: number): Promise<Article> {
    return this.#load(article);
  }

  /** Stale as often as not. Its entry is below that of the article, and so dropped by whatever drops that. */
  @Cacheable('shop:articles:<<section>>:<<id>>:stale', {
    tags: ['<<label>>', '<<result.author>>'],
    ignore: ['label', 'article'],
    ttl: '20ms',
    staleWhileRevalidate: '20ms',
    staleIfError: '1m',
    softTimeout: '5ms',
  })
  async findStale(section: string, id: string, label: string, article: number): Promise<Article> {
    return this.#load(article);
  }

  /** Its entries are below those of the articles as well. */
  @CacheableMany('shop:articles:<<id.section>>:<<id.id>>:many', {
    tags: ['<<id.label>>', '<<result.author>>'],
    ignore: ['id'],
  })
  async findMany(places: readonly Place[]): Promise<Map<Place, Article>> {
    return new Map(await Promise.all(places.map(async (place) => [place, await this.#load(place.article)] as const)));
  }

  @InvalidateCache(['shop:articles:<<section>>:<<id>>'])
  async writeArticle(section: string, id: string, article: number): Promise<number> {
    return this.database.incr(`exact:${article}`);
  }

  @InvalidateCache(['shop:articles:<<section>>'])
  async writeSection(section: string): Promise<number> {
    return this.database.incr(`path:${section}`);
  }

  @InvalidateCache([], { tags: ['<<label>>'] })
  async writeLabel(label: string): Promise<number> {
    return this.database.incr(`tag:${label}`);
  }

  @InvalidateCache([], { tags: ['<<author>>'] })
  async writeAuthor(author: string): Promise<number> {
    return this.database.incr(`resultTag:${author}`);
  }

  @InvalidateCache(['shop:*:*:even-*'])
  async writeEven(): Promise<number> {
    return this.database.incr('glob:even');
  }

  @InvalidateCache(['shop:*:*:odd-*'])
  async writeOdd(): Promise<number> {
    return this.database.incr('glob:odd');
  }

  @CachePut('shop:articles:<<section>>:<<id>>', { tags: ['<<label>>', '<<result.author>>'], ignore: ['article'] })
  async replace(section: string, id: string, label: string, article: number): Promise<Article> {
    const version = await this.database.incr(`exact:${article}`);
    const loaded = await this.#load(article);
    return { ...loaded, versions: [version, ...loaded.versions.slice(1)] };
  }

  async writeAndDelete(section: string, id: string, article: number): Promise<number> {
    const version = await this.database.incr(`exact:${article}`);
    await this.#delete(['shop', 'articles', section, id]);
    for (const variant of ['stale', 'many']) await this.#delete(['shop', 'articles', section, id, variant]);
    return version;
  }

  async writeAndClear(article: number): Promise<number> {
    const version = await this.database.incr(`exact:${article}`);
    await this.#confirmed(() => this.cache.clear());
    return version;
  }

  /** Waits until every invalidation of this process has reached the store: then another one is confirmed as well. */
  async delivered(): Promise<void> {
    while (!(await this.#delete(['shop', 'nothing']))) await this.pauses.between(5, 20);
  }

  #delete(key: readonly string[]): Promise<boolean> {
    return this.#confirmed(() => this.cache.delete(key));
  }

  /** Whether an invalidation was confirmed; if not, it waits for its delivery. */
  async #confirmed(invalidate: () => Promise<unknown>): Promise<boolean> {
    try {
      await invalidate();
      return true;
    } catch (error) {
      if (CacheError.is(error, 'STORE_UNAVAILABLE')) return false;
      throw error;
    }
  }

  async #load(article: number): Promise<Article> {
    const begin = now();
    const versions = (await this.database.mget([...countersOf(article)])).map(Number);
    await this.pauses.between(0, 10);
    this.loads.push([article, begin, now(), versions]);
    return { author: partsOf(article).author, versions, text: article % 3 === 0 ? LONG : '' };
  }
}
