// Runs where neither ioredis nor class-transformer is installed, and prints the error that the developer gets.
import type { DynamicModule, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheModule, CacheService, Cacheable, redisStore } from 'nestash';

class Post {}

class PostsService {
  @Cacheable('posts', { type: Post })
  async list(): Promise<Post[]> {
    return [];
  }
}

const MISUSES: Readonly<Record<string, () => Promise<void>>> = {
  async ioredis() {
    const store = redisStore('redis://localhost:6379');
    await start(CacheModule.forRoot({ prefix: 'prod:shop', store }), [], (cache) => cache.invalidate('posts'));
  },
  'class-transformer': () => start(CacheModule.forRoot(), [PostsService]),
};

async function start(
  cacheModule: DynamicModule,
  providers: Type[],
  use?: (cache: CacheService) => Promise<void>,
): Promise<void> {
  class RootModule {}
  Module({ imports: [cacheModule], providers })(RootModule);
  const context = await NestFactory.createApplicationContext(RootModule, { logger: false, abortOnError: false });
  await use?.(context.get(CacheService));
}

try {
  await MISUSES[process.argv[2] ?? '']?.();
  console.log(JSON.stringify({ message: 'made no error' }));
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ code, message }));
}
