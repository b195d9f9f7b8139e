import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, LoggerService, Provider, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { CacheModuleOptions } from '../../lib/index.js';
import { CacheModule } from '../../lib/index.js';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface ApplicationParts {
  readonly platform?: Platform;
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly imports?: (DynamicModule | Type)[];
  /** The options of the cache, or a module of another make. */
  readonly cache?: CacheModuleOptions | DynamicModule;
  /** Where Nest's log goes. Default: nowhere. */
  readonly logger?: LoggerService;
  readonly configure?: (app: INestApplication) => void;
}

export interface Answer {
  readonly status: number;
  readonly cache: string | null;
  readonly body: string;
  readonly headers: Headers;
  json(): unknown;
}

/** A real application, listening on a free port of the loopback. */
export class TestApplication {
  private constructor(
    readonly app: INestApplication,
    readonly url: string,
  ) {}

  static async start(parts: ApplicationParts): Promise<TestApplication> {
    const { controllers = [], providers = [], imports = [], cache = {} } = parts;
    const cacheModule = 'module' in cache ? cache : CacheModule.forRoot(cache);
    class RootModule {}
    Module({ imports: [cacheModule, ...imports], controllers, providers })(RootModule);
    const adapter = parts.platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
    const app = await NestFactory.create(RootModule, adapter, { logger: parts.logger ?? false, abortOnError: false });
    parts.configure?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new TestApplication(app, `http://127.0.0.1:${port}`);
  }

  /** As an application runs for visitors: mistakes are logged, and calls go on uncached. */
  static async startInProduction(parts: ApplicationParts): Promise<TestApplication> {
    const environment = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      return await TestApplication.start(parts);
    } finally {
      if (environment === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = environment;
    }
  }

  get<T>(token: Type<T> | symbol): T {
    return this.app.get<T>(token, { strict: false });
  }

  /** What `X-Cache` says about each of these requests, one after the other. */
  async lookups(...paths: string[]): Promise<(string | null)[]> {
    const lookups: (string | null)[] = [];
    for (const path of paths) lookups.push((await this.fetch(path)).cache);
    return lookups;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const body = await response.text();
    const { status, headers } = response;
    return { status, headers, body, cache: headers.get('x-cache'), json: () => JSON.parse(body) as unknown };
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}
