import type { ServerResponse } from 'node:http';
import type { INestApplication, LogLevel } from '@nestjs/common';
import { Logger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CacheService } from 'nestash';
import type { AppOptions } from './app.module.js';
import { AppModule } from './app.module.js';

export type Platform = 'express' | 'fastify';

const LOG_LEVELS: LogLevel[] = ['warn', 'error', 'fatal'];

/** The blog, ready to listen. */
export async function createApp(platform: Platform, options: AppOptions): Promise<INestApplication> {
  const adapter = platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const { logger = LOG_LEVELS } = options;
  const app = await NestFactory.create(AppModule.with(options), adapter, { logger, abortOnError: false });
  app.setGlobalPrefix('api');
  app.use(varyByLanguage);
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  await app.init();
  await forgetEarlierRuns(app);
  return app;
}

/** Tells caches between us and a browser that an answer depends on the language that the browser asks for. */
function varyByLanguage(_request: unknown, response: ServerResponse, next: () => void): void {
  response.setHeader('Vary', 'Accept-Language');
  next();
}

/** The database is new with every start, so what an earlier run left in Redis tells of posts that are no more. */
async function forgetEarlierRuns(app: INestApplication): Promise<void> {
  try {
    await app.get(CacheService).clear();
  } catch (error) {
    new Logger('Blog').warn(
      `The cache could not be cleared: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
