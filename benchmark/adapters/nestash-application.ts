import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { StoreDefinition } from 'nestash';
import { CacheModule, CacheService } from 'nestash';

/** An application without a server: nestash on a store, and providers with decorated methods. */
export async function startNestash(store: StoreDefinition, providers: Type[] = []) {
  class RootModule {}
  Module({ imports: [CacheModule.forRoot({ prefix: 'bench', store })], providers })(RootModule);
  const context = await NestFactory.createApplicationContext(RootModule, { logger: false, abortOnError: false });
  return {
    cache: context.get(CacheService),
    get: <T>(type: Type<T>): T => context.get(type),
    close: () => context.close(),
  };
}
