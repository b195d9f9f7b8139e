import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { CacheModule, memoryStore, redisStore } from 'nestash';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import { DatabaseModule } from './database/database.module.js';
import { PostsModule } from './posts/posts.module.js';

export interface AppOptions {
  /** Where Redis is. Left out: the cache is in the memory of this process. */
  readonly redisUrl?: string | undefined;
}

@Module({})
export class AppModule {
  static with({ redisUrl }: AppOptions): DynamicModule {
    const cache = CacheModule.forRoot({ prefix: 'dev:blog', store: redisUrl ? redisStore(redisUrl) : memoryStore() });
    return { module: AppModule, imports: [cache, DatabaseModule, AuthModule, PostsModule, AdminModule] };
  }
}
