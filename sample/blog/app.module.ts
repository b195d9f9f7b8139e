import type { DynamicModule, LoggerService } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { CacheModule, memoryStore, redisStore, ttlMatrix } from 'nestash';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CommentsModule } from './comments/comments.module.js';
import { DatabaseModule } from './database/database.module.js';
import { LikesModule } from './likes/likes.module.js';
import { PostsModule } from './posts/posts.module.js';
import { ProfileModule } from './profile/profile.module.js';
import { TaxonomyModule } from './taxonomy/taxonomy.module.js';

export interface AppOptions {
  /** Where Redis is. Left out: the cache is in the memory of this process. */
  readonly redisUrl?: string | undefined;
  /** Starts every key. Default: `dev:blog`. */
  readonly prefix?: string;
  /** Logs every key. Default: no. */
  readonly debug?: boolean;
  /** Takes the log. Default: warnings and errors are printed. */
  readonly logger?: LoggerService;
}

const PARTS = [
  DatabaseModule,
  AuthModule,
  PostsModule,
  CommentsModule,
  LikesModule,
  TaxonomyModule,
  ProfileModule,
  AdminModule,
];

@Module({})
export class AppModule {
  static with({ redisUrl, prefix = 'dev:blog', debug = false }: AppOptions): DynamicModule {
    const cache = CacheModule.forRoot({
      prefix,
      debug,
      policies: ttlMatrix,
      store: redisUrl ? redisStore(redisUrl) : memoryStore(),
    });
    return { module: AppModule, imports: [cache, ...PARTS] };
  }
}
